/** Throws words at ipset: whatever they are, it answers, in time, and a command that fails changes nothing. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dispatch } from '../../commands/dispatch.ts';
import { tools } from '../../commands/ipset/tools.ts';
import { Gathered, textInput } from '../../commands/shell.ts';
import { MemoryStore } from '../../state/memory.ts';
import { DirectoryFiles } from '../harness/files.ts';
import { START } from '../harness/sandbox.ts';

const TYPES = [
  'bitmap:ip',
  'bitmap:ip,mac',
  'bitmap:port',
  'hash:ip',
  'hash:ip,port',
  'hash:ip,port,ip',
  'hash:ip,port,net',
  'hash:ip,mark',
  'hash:ip,mac',
  'hash:mac',
  'hash:net',
  'hash:net,net',
  'hash:net,port',
  'hash:net,port,net',
  'hash:net,iface',
  'list:set',
];
const COMMANDS = (
  'create add del test list save restore flush destroy swap rename version help ' +
  '-N -A -D -T -L -S -R -F -X -W -E -H -V -n -x -q -! -s -t -r -o -f - a d l cr --crea'
).split(' ');
const OPTIONS = (
  'family inet inet6 range netmask bitmask markmask hashsize maxelem timeout counters comment skbinfo forceadd ' +
  'bucketsize initval probes resize size wildcard nomatch before after packets bytes skbmark skbprio skbqueue ' +
  'physdev: -exist -quiet -sorted -output plain save xml json -name -terse -resolve'
).split(' ');
const VALUES = (
  '0 1 8 24 32 128 65535 65536 4294967295 -1 0x10 0xffffffff 1:2 a b c 10.0.0.1 10.0.0.0/24 10.0.0.1-10.0.0.9 ' +
  '0.0.0.0/0 255.255.255.0 2001:db8::1 2001:db8::/64 ::/0 ::1-::5 10.0.0.1,80 10.0.0.1,tcp:80-90 10.0.0.1,icmp:8/0 ' +
  '10.0.0.1,udp:53,10.0.0.2 10.0.0.1,80,10.0.0.0/8 10.0.0.1,0x5 10.0.0.1,02:00:00:00:00:01 02:00:00:00:00:01 ' +
  '10.0.0.0/24,eth0 10.0.0.0/24,physdev:eth0 80 http tcp:http 80-90 0-65535 1.0.0.0-1.0.255.255'
).split(' ');

const value = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...VALUES) },
  fc.ipV4(),
  fc.ipV6(),
  fc.nat({ max: 70_000 }).map(String),
  fc.string({ maxLength: 40 }),
);
const word = fc.oneof(
  fc.constantFrom(...COMMANDS),
  fc.constantFrom(...OPTIONS),
  fc.constantFrom(...TYPES),
  value,
);
const name = fc.constantFrom('a', 'b', 'c');
const option = fc.oneof(fc.constantFrom(...OPTIONS), value);
const options = fc.array(option, { maxLength: 4 });
const sensible = fc.oneof(
  fc
    .tuple(name, fc.constantFrom(...TYPES), options)
    .map(([set, type, rest]) => ['create', set, type, ...rest]),
  fc
    .tuple(fc.constantFrom('add', 'del', 'test', 'add'), name, value, options)
    .map(([command, set, element, rest]) => [command, set, element, ...rest]),
  fc.tuple(fc.constantFrom('list', 'save', 'flush', 'destroy'), name).map((words) => [...words]),
  fc.tuple(fc.constantFrom('swap', 'rename'), name, name).map((words) => [...words]),
);
const argv = fc.oneof(
  { weight: 4, arbitrary: sensible },
  { weight: 1, arbitrary: fc.array(word, { maxLength: 7 }) },
);

/** Sets of every type to start from. */
const SETUP = TYPES.map((type, i) => {
  const range = { 'bitmap:port': ' range 0-1000' }[type] ?? ' range 10.0.0.0/16';
  return `create t${i} ${type}${type.startsWith('bitmap') ? range : ''} timeout 60 counters comment\n`;
}).join('');

class Machine {
  readonly store = new MemoryStore();

  run(argv: readonly string[], input = '') {
    const stdin = textInput(input);
    const stdout = new Gathered();
    const stderr = new Gathered();
    const before = this.store.serial;
    const status = dispatch(tools, 'ipset', argv, {
      store: this.store,
      files: new DirectoryFiles('/nowhere', stdin),
      stdin,
      stdout,
      stderr,
      wall: { now: () => START },
      hosts: '',
      env: new Map(),
    });
    const changed = this.store.serial !== before;
    return { status, changed, out: stdout.text(), err: stderr.text() };
  }
}

/** What may fail half way: a range is added or deleted member by member, as the kernel does. */
const PARTIAL = /^(a|d|-A|-D|--add|--del|r|-R|-$|--r)/;

function checked(machine: Machine, words: readonly string[], input = ''): void {
  const { status, changed, out, err } = machine.run(words, input);
  expect([0, 1, 2, 3, 70], err).toContain(status);
  expect(out + err).not.toMatch(/\bundefined\b|\bNaN\b|\[object|at .*\.ts:/);
  if (status !== 0 && !words.some((each) => PARTIAL.test(each)))
    expect(changed, `${words.join(' ')}: ${err}`).toBe(false);
}

describe('ipset', () => {
  it('answers any arguments', () => {
    fc.assert(
      fc.property(fc.array(argv, { minLength: 1, maxLength: 12 }), (lines) => {
        const machine = new Machine();
        for (const words of lines) checked(machine, words);
        expect(machine.run(['list']).status).toBe(0);
      }),
      { numRuns: 400 },
    );
  });

  it('restores or refuses any text', () => {
    const line = fc.oneof(
      { weight: 4, arbitrary: argv.map((words) => words.join(' ')) },
      { weight: 1, arbitrary: fc.string() },
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), fc.boolean(), (lines, exist) => {
        const machine = new Machine();
        machine.run(['restore'], SETUP);
        checked(machine, [...(exist ? ['-exist'] : []), 'restore'], `${lines.join('\n')}\n`);
        checked(machine, ['-'], `${lines.join('\n')}\n`);
      }),
      { numRuns: 300 },
    );
  });

  it('restores what it saves', () => {
    fc.assert(
      fc.property(fc.array(sensible, { maxLength: 30 }), (lines) => {
        const machine = new Machine();
        for (const words of lines) machine.run(words);
        const { out } = machine.run(['save', '-sorted']);
        const copy = new Machine();
        const { status, err } = copy.run(['restore'], out);
        expect(err).toBe('');
        expect(status).toBe(0);
        expect(copy.run(['save', '-sorted']).out).toBe(out);
      }),
      { numRuns: 200 },
    );
  });
});
