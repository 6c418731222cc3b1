import { describe, expect, it } from 'vitest';
import { NeedsShell, parseCommandList, splitWords } from './shell.ts';

describe('splitWords', () => {
  it.each([
    [
      "nft add rule ip x y log prefix 'a  b'",
      ['nft', 'add', 'rule', 'ip', 'x', 'y', 'log', 'prefix', 'a  b'],
    ],
    ['a "b \\" \\$ \\n" c\\ d', ['a', 'b " $ \\n', 'c d']],
    [
      'nft add chain t c { type filter hook input priority 0 \\; }',
      [
        'nft',
        'add',
        'chain',
        't',
        'c',
        '{',
        'type',
        'filter',
        'hook',
        'input',
        'priority',
        '0',
        ';',
        '}',
      ],
    ],
    ["iptables -m comment --comment ''", ['iptables', '-m', 'comment', '--comment', '']],
    ['a #b', ['a']],
    ['a b#c', ['a', 'b#c']],
    ['a \\\n b', ['a', 'b']],
    ['a "$" $ b$', ['a', '$', '$', 'b$']],
    ['', []],
  ])('%s', (text, words) => {
    expect(splitWords(text)).toEqual(words);
  });

  it.each([
    'a; b',
    'a | b',
    'a > f',
    'a $x',
    'a "$x"',
    'a `b`',
    'a (b)',
    'a &',
    "a 'b",
    'for x in a',
    'a ~/x',
  ])('leaves %s to a shell', (text) => {
    expect(() => splitWords(text)).toThrow(NeedsShell);
  });
});

describe('parseCommandList', () => {
  it('joins pipelines', () => {
    const { pipelines } = parseCommandList('a 1; b 2 | c && d\ne || f;');
    expect(pipelines.map((p) => [p.after, ...p.commands.map((c) => c.words[0])])).toEqual([
      [';', 'a'],
      [';', 'b', 'c'],
      ['&&', 'd'],
      [';', 'e'],
      ['||', 'f'],
    ]);
  });

  it('reads redirections and documents', () => {
    const { pipelines } = parseCommandList(
      "A=1 a <<'E' 2>/dev/null >f\nx $y\nz\nE\nb 2>&1 < g | c >> h",
    );
    expect(pipelines.map((p) => p.commands)).toEqual([
      [
        {
          assignments: [['A', '1']],
          words: ['a'],
          redirects: [
            { kind: 'here', text: 'x $y\nz\n' },
            { kind: 'write', fd: 2, path: '/dev/null', append: false },
            { kind: 'write', fd: 1, path: 'f', append: false },
          ],
        },
      ],
      [
        {
          assignments: [],
          words: ['b'],
          redirects: [
            { kind: 'copy', fd: 2, to: 1 },
            { kind: 'read', path: 'g' },
          ],
        },
        {
          assignments: [],
          words: ['c'],
          redirects: [{ kind: 'write', fd: 1, path: 'h', append: true }],
        },
      ],
    ]);
  });

  it('tells of file name patterns', () => {
    expect(parseCommandList('a [::1]:80').patterns).toBe(true);
    expect(parseCommandList("a '[::1]:80'").patterns).toBe(false);
  });

  it.each(['a;; b', '; a', 'a && ', '| a', 'a |', 'a; }'])('leaves %s to a shell', (text) => {
    expect(() => parseCommandList(text)).toThrow(NeedsShell);
  });
});
