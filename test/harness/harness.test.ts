import { describe, expect, it } from 'vitest';
import type { Tools } from '../../commands/dispatch.ts';
import type { Tool } from '../../commands/tool.ts';
import { decodeUtf8 } from '../../src/base/utf8.ts';
import { Sandbox } from './sandbox.ts';
import { diffStep, formatStep, parseTranscript, sameText } from './transcript.ts';

const TEXT = `# a comment
$ iptables -S
| -P INPUT ACCEPT
|
| two
~
! oops
? 3

$ cat <<'E'
> x
> E
| x
`;

describe('the transcript format', () => {
  it('reads and writes', () => {
    const steps = parseTranscript(TEXT);
    expect(steps).toEqual([
      {
        number: 1,
        command: 'iptables -S',
        out: '-P INPUT ACCEPT\n\ntwo',
        err: 'oops\n',
        status: 3,
      },
      { number: 2, command: "cat <<'E'\nx\nE", out: 'x\n', err: '', status: 0 },
    ]);
    const lines = steps.flatMap((step) => formatStep(step.command, step));
    expect(lines).toEqual(TEXT.split('\n').filter((line) => line !== '' && !line.startsWith('#')));
  });

  it('fills placeholders', () => {
    expect(sameText('a timeout <TIMEOUT> b\n', 'a timeout 12 b\n')).toBe(true);
    expect(sameText('a timeout <TIMEOUT> b\n', 'a timeout x b\n')).toBe(false);
    expect(sameText('x expires <EXPIRES>, y\n', 'x expires 1m2s3ms, y\n')).toBe(true);
    expect(sameText('a <b>', 'a <c>')).toBe(false);
  });

  it('shows a difference', () => {
    const [step] = parseTranscript('$ a\n| 1\n| 2\n| 3\n| 4\n');
    expect(step && diffStep(step, { out: '1\n2\nx\n4\n', err: '', status: 1 })).toBe(
      '  $ a\n  | 1\n  | 2\n- | 3\n+ | x\n  | 4\n+ ? 1',
    );
  });
});

const echo: Tool = ({ argv, stdout, stderr, stdin }) => {
  if (argv[0] === '-i') stdout.write(decodeUtf8(stdin.readAll()));
  else stdout.write(`${argv.join(',')}\n`);
  if (argv[0] === '-e') stderr.write('to stderr\n');
  return argv[0] === '-e' ? 4 : 0;
};
const tools: Tools = new Map([['nft', echo]]);

const said = async (line: string) => {
  const sandbox = await Sandbox.open(tools);
  const { out, err, status } = await sandbox.run(line);
  sandbox.close();
  return [out, err, status];
};

describe('a sandbox', () => {
  it.each([
    ["nft 'a b' c", 'a b,c\n', '', 0],
    ['nft -e; nft b', '-e\nb\n', 'to stderr\n', 0],
    ['nft -e 2>/dev/null', '-e\n', '', 4],
    ['nft -e 2>&1 | nft -i', '-e\nto stderr\n', '', 0],
    ["nft -i <<'E'\nx $y\nE", 'x $y\n', '', 0],
    ['nft a > f && cat f; nft b >> f; nft -i < f', 'a\na\nb\n', '', 0],
    ['nft -i < nosuch', '', '/bin/sh: 1: cannot open nosuch\n', 2],
    ["printf 'a\\n%s' b | nft -i", 'a\nb', '', 0],
    ['ebtables -L', '', 'nflab: not emulated: ebtables\n', 70],
  ])('%s', async (line, out, err, status) => {
    expect(await said(line)).toEqual([out, err, status]);
  });

  it.runIf(process.platform === 'linux').each([
    ['for i in 1 2; do nft $i "a  b"; done', '1,a  b\n2,a  b\n', '', 0],
    ['x=$(nft -e); echo "[$x] $?"', '[-e] 4\n', 'to stderr\n', 0],
    ['nft b a | sort | nft -i | wc -l', '1\n', '', 0],
    ['printf "1\\n2\\n" | while read x; do nft $x; done', '1\n2\n', '', 0],
    ['ebtables -L || (exit 3)', '', 'nflab: not emulated: ebtables\n', 3],
    ['mkdir d; cd d; nft a > f; cat f', 'a\n', '', 0],
  ])('asks the real shell: %s', async (line, out, err, status) => {
    expect(await said(line)).toEqual([out, err, status]);
  });
});
