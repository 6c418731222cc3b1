/**
 * Command lines that need the real /bin/sh: its PATH holds shims that hand their call to this process through FIFOs, and
 * a fixed list of the machine's harmless tools. A firewall command of the machine itself is never found.
 */
import { execFileSync, spawn } from 'node:child_process';
import {
  accessSync,
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  symlinkSync,
  writeFile,
  writeFileSync,
} from 'node:fs';
import { Socket } from 'node:net';
import { delimiter, join } from 'node:path';
import { textInput } from '../../commands/shell.ts';
import type { Input } from '../../src/base/ports.ts';
import type { Outcome } from './transcript.ts';

/** The machine's own tools that a transcript may use. */
const REAL_TOOLS =
  'awk basename cat chmod cmp cp cut diff dirname env expr grep head ls mkdir mkfifo mktemp mv paste rm sed seq sort tail tee touch tr uniq wc xargs'.split(
    ' ',
  );

const XTABLES = ['iptables', 'ip6tables'].flatMap((name) => [
  name,
  `${name}-nft`,
  `${name}-legacy`,
]);
/** The commands this process answers, emulated or not: the machine's own are never run. */
export const COMMANDS: readonly string[] = [
  ...XTABLES.flatMap((name) =>
    ['', '-save', '-restore', '-translate', '-restore-translate'].map((s) => name + s),
  ),
  ...'nft ipset ipset-translate conntrack ipvsadm ipvsadm-save ipvsadm-restore'.split(' '),
  ...'iptables-apply ip6tables-apply xtables-nft-multi xtables-legacy-multi'.split(' '),
  ...'arptables ebtables xtables-monitor ip sysctl modprobe lsmod ping nc nflab sleep'.split(' '),
];

// A writer that is slow to close its end of the last reply ends a read without a line: then it is read again.
const SHIM = `#!/bin/sh
d=$NFLAB_CALLS/$$
answer() { until read -r status < "$d/reply"; do [ -p "$d/reply" ] || exit 98; done; }
mkdir "$d" && mkfifo "$d/reply" || exit 98
printf '%s\\0' "\${0##*/}" "$PWD" "$@" > "$d/call"
echo $$ > "$NFLAB_CALLS/queue"
answer
if [ "$status" = stdin ]; then
  cat > "$d/stdin"
  echo $$ > "$NFLAB_CALLS/queue"
  answer
fi
cat "$d/out"
[ -s "$d/err" ] && cat "$d/err" >&2
rm -r "$d"
exit "$status"
`;

const TIMEOUT_MS = 20_000;

/** Thrown out of a call that reads standard input before the shim has sent it. */
class NeedsInput extends Error {
  override readonly name = 'NeedsInput';
}

export type Answer = (
  name: string,
  argv: readonly string[],
  stdin: Input,
  directory: string,
) => Outcome;

export class ShellServer {
  private readonly directory: string;
  private readonly calls: string;
  private readonly path: string;
  private readonly answer: Answer;
  private readonly queue: Socket;

  constructor(root: string, directory: string, answer: Answer) {
    this.directory = directory;
    this.answer = answer;
    this.calls = join(root, 'calls');
    const shims = join(root, 'shims');
    const tools = join(root, 'tools');
    for (const folder of [this.calls, shims, tools]) mkdirSync(folder);
    fillShims(shims);
    fillTools(tools);
    this.path = `${shims}:${tools}`;
    execFileSync('mkfifo', [join(this.calls, 'queue')]);
    // Opened for writing too, so that it never comes to its end.
    this.queue = new Socket({ fd: openSync(join(this.calls, 'queue'), 'r+'), writable: false });
    let pending = '';
    this.queue.on('data', (data) => {
      const lines = (pending + String(data)).split('\n');
      pending = lines.pop() ?? '';
      for (const line of lines) this.serve(join(this.calls, line));
    });
  }

  run(line: string): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const child = spawn('/bin/sh', ['-c', line], {
        cwd: this.directory,
        env: {
          PATH: this.path,
          HOME: this.directory,
          TZ: 'UTC',
          LC_ALL: 'C',
          USER: 'root',
          NFLAB_CALLS: this.calls,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: TIMEOUT_MS,
      });
      const out: Buffer[] = [];
      const err: Buffer[] = [];
      child.stdout.on('data', (data: Buffer) => out.push(data));
      child.stderr.on('data', (data: Buffer) => err.push(data));
      child.on('error', reject);
      child.on('close', (code) =>
        resolve({
          out: Buffer.concat(out).toString(),
          err: Buffer.concat(err).toString(),
          status: code ?? 124,
        }),
      );
    });
  }

  close(): void {
    this.queue.destroy();
  }

  private serve(call: string): void {
    try {
      this.serveCall(call);
    } catch (error) {
      // A shim that was killed, or whose command line is over, wants no answer: its folder is gone.
      if (existsSync(call)) throw error;
    }
  }

  private serveCall(call: string): void {
    const [name = '', directory = '', ...argv] = readFileSync(join(call, 'call'), 'utf8')
      .split('\0')
      .slice(0, -1);
    const reply = (text: string) => writeFile(join(call, 'reply'), `${text}\n`, () => undefined);
    try {
      const { out, err, status } = this.answer(name, argv, this.input(call), directory);
      writeFileSync(join(call, 'out'), out);
      writeFileSync(join(call, 'err'), err);
      reply(String(status));
    } catch (error) {
      if (!(error instanceof NeedsInput)) throw error;
      reply('stdin');
    }
  }

  /** Standard input is asked for only when the tool reads it: a shell loop's own input must stay. */
  private input(call: string): Input {
    let input: Input | undefined;
    const open = (): Input => {
      input ??= textInput(readSent(join(call, 'stdin')));
      return input;
    };
    return {
      isTerminal: false,
      readAll: () => open().readAll(),
      readLine: () => open().readLine(),
    };
  }
}

function readSent(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new NeedsInput();
  }
}

function fillShims(folder: string): void {
  const [first = '', ...others] = COMMANDS;
  writeFileSync(join(folder, first), SHIM);
  chmodSync(join(folder, first), 0o755);
  for (const name of others) linkSync(join(folder, first), join(folder, name));
}

function fillTools(folder: string): void {
  const places = (process.env.PATH ?? '').split(delimiter);
  for (const name of REAL_TOOLS) {
    const place = places.find((candidate) => isExecutable(join(candidate, name)));
    if (place) symlinkSync(join(place, name), join(folder, name));
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, 1);
    return true;
  } catch {
    return false;
  }
}
