/**
 * Runs plain command lines through dispatch, without any process: lists, pipes, redirections and here-documents around
 * emulated tools, and the few standard tools scripts put beside them. So the same line works in a test, in a check file
 * and where there is no shell at all.
 */
import { FileError, type Files, type Input, type Output } from '../src/base/ports.ts';
import {
  type CommandList,
  NeedsShell,
  type Redirect,
  type SimpleCommand,
} from '../src/base/shell.ts';
import { decodeUtf8, encodeUtf8 } from '../src/base/utf8.ts';
import { dispatch, type Tools } from './dispatch.ts';
import { formatEcho, formatPrintf, STANDARD_TOOLS } from './standard.ts';
import type { Ports } from './tool.ts';

/** Runs the list; returns the exit code of the last command. Throws NeedsShell, before anything ran, for unknown commands. */
export function runCommands(list: CommandList, tools: Tools, ports: Ports): number {
  const all: Tools = new Map([...STANDARD_TOOLS, ...tools]);
  for (const { commands } of list.pipelines) for (const command of commands) check(all, command);
  let status = 0;
  for (const { after, commands } of list.pipelines) {
    if (after === '&&' && status !== 0) continue;
    if (after === '||' && status === 0) continue;
    status = runPipe(commands, all, ports);
  }
  return status;
}

/** The name of a command that is called by its path in one of the system's directories: `/usr/sbin/iptables`. */
export function commandName({ words: [word = ''] }: SimpleCommand): string {
  return /^\/(?:usr\/)?(?:local\/)?s?bin\/([^/]+)$/.exec(word)?.[1] ?? word;
}

function check(tools: Tools, command: SimpleCommand): void {
  const [, ...args] = command.words;
  const name = commandName(command);
  if (!tools.has(name)) throw new NeedsShell(name);
  if (name === 'printf') formatPrintf(args);
  if (name === 'echo') formatEcho(args);
}

/** One after the other: what a command writes is complete before the next one reads it. */
function runPipe(commands: readonly SimpleCommand[], tools: Tools, ports: Ports): number {
  let stdin = ports.stdin;
  let status = 0;
  commands.forEach((command, i) => {
    const pipe = new Gathered();
    const last = i === commands.length - 1;
    status = runSimple(command, tools, { ...ports, stdin, stdout: last ? ports.stdout : pipe });
    stdin = textInput(pipe.text());
  });
  return status;
}

function runSimple(command: SimpleCommand, tools: Tools, outer: Ports): number {
  const [, ...argv] = command.words;
  const name = commandName(command);
  const opened = new Redirected(outer);
  try {
    for (const redirect of command.redirects) opened.apply(redirect);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    outer.stderr.write(`/bin/sh: 1: cannot open ${error.path}\n`);
    return 2;
  }
  const { stdin, stdout, stderr } = opened;
  const env =
    command.assignments.length > 0 ? new Map([...outer.env, ...command.assignments]) : outer.env;
  const status = dispatch(tools, name, argv, { ...outer, stdin, stdout, stderr, env });
  opened.close();
  return status;
}

/** The standard streams of one command, its redirections applied in order. */
class Redirected {
  stdin: Input;
  stdout: Output;
  stderr: Output;
  private readonly files: Files;
  private readonly written: { path: string; sink: Gathered; append: boolean }[] = [];

  constructor(outer: Ports) {
    this.stdin = outer.stdin;
    this.stdout = outer.stdout;
    this.stderr = outer.stderr;
    this.files = outer.files;
  }

  /** Throws FileError when the file cannot be opened. */
  apply(redirect: Redirect): void {
    if (redirect.kind === 'here') this.stdin = textInput(redirect.text);
    else if (redirect.kind === 'read') this.stdin = this.open(redirect.path);
    else if (redirect.kind === 'copy')
      this.direct(redirect.fd, redirect.to === 1 ? this.stdout : this.stderr);
    else this.direct(redirect.fd, this.create(redirect));
  }

  /** Puts what was written into the files. */
  close(): void {
    for (const { path, sink, append } of this.written) {
      const before = append && this.files.exists(path) ? decodeUtf8(this.files.read(path)) : '';
      this.files.write(path, before + sink.text());
    }
  }

  private direct(fd: 1 | 2, sink: Output): void {
    if (fd === 1) this.stdout = sink;
    else this.stderr = sink;
  }

  private open(path: string): Input {
    return path === '/dev/null' ? textInput('') : bytesInput(this.files.read(path));
  }

  private create({ path, append }: { readonly path: string; readonly append: boolean }): Output {
    const sink = new Gathered();
    if (path === '/dev/null') return sink;
    if (!append) this.files.write(path, '');
    this.written.push({ path, sink, append });
    return sink;
  }
}

/** Keeps what is written. */
export class Gathered implements Output {
  readonly isTerminal = false;
  private parts: string[] = [];

  write(text: string): void {
    this.parts.push(text);
  }

  text(): string {
    return this.parts.join('');
  }
}

/** Standard input with that text in it. */
export function textInput(text: string): Input {
  return bytesInput(encodeUtf8(text));
}

function bytesInput(bytes: Uint8Array): Input {
  let rest = bytes;
  return {
    isTerminal: false,
    readAll() {
      const all = rest;
      rest = rest.subarray(rest.length);
      return all;
    },
    readLine() {
      if (rest.length === 0) return undefined;
      const end = rest.indexOf(10);
      const line = decodeUtf8(end < 0 ? rest : rest.subarray(0, end));
      rest = rest.subarray(end < 0 ? rest.length : end + 1);
      return line;
    },
  };
}
