/** A machine for one transcript: a lab in memory, a directory of its own, and a shell that reaches the emulated tools. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dispatch, type Tools } from '../../commands/dispatch.ts';
import { Gathered, runCommands, textInput } from '../../commands/shell.ts';
import type { Ports, Tool } from '../../commands/tool.ts';
import { NotEmulated } from '../../src/base/errors.ts';
import type { Nanos } from '../../src/base/ports.ts';
import { NeedsShell, parseCommandList } from '../../src/base/shell.ts';
import { MemoryStore } from '../../state/memory.ts';
import { DirectoryFiles } from './files.ts';
import { COMMANDS, ShellServer } from './real-shell.ts';
import type { Outcome } from './transcript.ts';

/** hosts(5) of a sandbox that was given none. */
const LOCALHOST = '127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost\n';
/** 2026-01-02 03:04:05 UTC. */
export const START: Nanos = 1_767_323_045_000_000_000n;

/** What stands in for a tool that is not there. */
const MISSING: Tools = new Map(
  COMMANDS.map((name) => [
    name,
    () => {
      throw new NotEmulated(name);
    },
  ]),
);

export interface SandboxOptions {
  readonly hosts?: string | undefined;
  /** Command lines run first, not counted. */
  readonly setup?: readonly string[] | undefined;
}

export class Sandbox {
  private readonly tools: Tools;
  private readonly hosts: string;
  private readonly root: string;
  /** Where its commands run. */
  readonly directory: string;
  private readonly store = new MemoryStore();
  private server: ShellServer | undefined;
  private now = START;

  private constructor(tools: Tools, { hosts }: SandboxOptions) {
    this.tools = new Map([...MISSING, ...tools, ['sleep', this.sleep]]);
    this.hosts = hosts ?? LOCALHOST;
    this.root = mkdtempSync(join(tmpdir(), 'nflab-test-'));
    this.directory = join(this.root, 'work');
    mkdirSync(this.directory);
  }

  static async open(tools: Tools, options: SandboxOptions = {}): Promise<Sandbox> {
    const sandbox = new Sandbox(tools, options);
    for (const line of options.setup ?? []) await sandbox.run(line);
    return sandbox;
  }

  /** Runs a command line, without a process where it is plain enough. Nothing is ever looked up on the machine's PATH. */
  async run(line: string): Promise<Outcome> {
    this.now += 1_000_000n;
    try {
      const list = parseCommandList(line);
      if (!list.patterns || readdirSync(this.directory).length === 0)
        return this.call((ports) => runCommands(list, this.tools, ports));
    } catch (error) {
      if (!(error instanceof NeedsShell)) throw error;
    }
    this.server ??= new ShellServer(this.root, this.directory, (name, argv, stdin, directory) =>
      this.call((ports) => dispatch(this.tools, name, argv, ports), stdin, directory),
    );
    return this.server.run(line);
  }

  close(): void {
    this.server?.close();
    rmSync(this.root, { recursive: true, force: true });
  }

  private call(
    fn: (ports: Ports) => number,
    stdin: Ports['stdin'] = textInput(''),
    directory = this.directory,
  ): Outcome {
    const stdout = new Gathered();
    const stderr = new Gathered();
    const ports: Ports = {
      store: this.store,
      files: new DirectoryFiles(directory, stdin),
      stdin,
      stdout,
      stderr,
      wall: { now: () => this.now },
      hosts: this.hosts,
      env: new Map(),
    };
    try {
      const status = fn(ports);
      return { out: stdout.text(), err: stderr.text(), status };
    } catch (error) {
      if (error instanceof NeedsShell || !(error instanceof Error) || error.name === 'NeedsInput')
        throw error;
      return { out: stdout.text(), err: `${stderr.text()}BUG ${error.stack}\n`, status: 99 };
    }
  }

  private readonly sleep: Tool = ({ argv }) => {
    this.now += BigInt(Math.round(Number(argv[0]) * 1e9));
    return 0;
  };
}
