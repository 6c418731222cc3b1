/** iptables-save and ip6tables-save. */

import { formatCtime } from '../../src/base/calendar.ts';
import { Getopt, type LongOption } from '../../src/base/getopt.ts';
import { parseHosts } from '../../src/base/hosts.ts';
import { FileError, type Output } from '../../src/base/ports.ts';
import { labClock } from '../../src/lab/clock.ts';
import { saveRule } from '../../src/xtables/save.ts';
import type { Call } from '../tool.ts';
import type { Tables } from './backend.ts';
import { open, register } from './batch.ts';

import { answer, warnLegacy } from './iptables.ts';
import { readable } from './listing.ts';
import { banner, fileMessage, type Program, VERSION } from './program.ts';
import { complaint } from './restore.ts';
import { builtinChains } from './tables.ts';

const LONG: readonly LongOption[] = [
  { name: 'counters', arg: 'no', value: 'c' },
  { name: 'version', arg: 'no', value: 'V' },
  { name: 'dump', arg: 'no', value: 'd' },
  { name: 'table', arg: 'required', value: 't' },
  { name: 'modprobe', arg: 'required', value: 'M' },
  { name: 'file', arg: 'required', value: 'f' },
  { name: 'ipv4', arg: 'no', value: '4' },
  { name: 'ipv6', arg: 'no', value: '6' },
];

interface Wanted {
  readonly counters: boolean;
  readonly table: string | undefined;
  readonly file: string | undefined;
}

function parse(call: Call, program: Program): Wanted | number {
  const { argv, stdout, stderr } = call;
  const getopt = new Getopt(argv, ':bcdt:M:f:V');
  let wanted: Wanted = { counters: false, table: undefined, file: undefined };
  const usage = (text: string): number => {
    stderr.write(
      `${call.name}: ${text}\nLook at manual page \`${program.name}.8' for more information.\n`,
    );
    return 1;
  };
  for (;;) {
    const parsed = getopt.next(LONG);
    if (!parsed) break;
    switch (parsed.kind) {
      case 'word':
        break;
      case 'unknown':
      case 'missing argument':
        return usage(complaint(parsed, getopt.lastWord) ?? '');
      case 'option':
        if (parsed.value === 'V') {
          stdout.write(`${banner(program)}\n`);
          return 0;
        }
        if (parsed.value === 'c') wanted = { ...wanted, counters: true };
        if (parsed.value === 't') wanted = { ...wanted, table: parsed.arg };
        if (parsed.value === 'f') wanted = { ...wanted, file: parsed.arg };
    }
  }
  if (getopt.operands.length > 0) {
    stderr.write('Unknown arguments found on commandline\n');
    return 1;
  }
  return wanted;
}

export function runSave(call: Call, program: Program): number {
  const wanted = parse(call, program);
  if (typeof wanted === 'number') return wanted;
  const { store, wall, stderr, files } = call;
  let text = '';
  const stdout: Output = {
    isTerminal: false,
    write(more) {
      if (wanted.file === undefined) call.stdout.write(more);
      else text += more;
    },
  };
  try {
    if (wanted.table !== undefined) register(store, wall, program, wanted.table);
    // The file is opened, and emptied, before anything else.
    if (wanted.file !== undefined) files.write(wanted.file, '');
    const code = store.read((lab) => {
      const backend = open(lab, wall, program);
      const at = labClock(lab, wall).now();
      const saver = { stdout, stderr, hosts: parseHosts(call.hosts), at, program };
      const status = saveTables(backend, wanted, saver);
      if (program.variant === 'nf_tables' && status === 0) warnLegacy(lab, program, call);
      return status;
    });
    if (wanted.file !== undefined) files.write(wanted.file, text);
    return code;
  } catch (error) {
    if (error instanceof FileError) {
      stderr.write(`Failed to open file, error: ${fileMessage(error)}\n`);
      return 1;
    }
    return answer(error, call, program);
  }
}

interface Saver {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly hosts: ReturnType<typeof parseHosts>;
  readonly at: bigint;
  readonly program: Program;
}

function saveTables(backend: Tables, { table, counters }: Wanted, saver: Saver): number {
  if (table !== undefined) {
    if (!builtinChains(table)) {
      saver.stderr.write(noTable(table, saver.program));
      return 1;
    }
    saveTable(backend, table, counters, saver);
    return 0;
  }
  for (const name of backend.tableNames()) saveTable(backend, name, counters, saver);
  return 0;
}

function noTable(table: string, program: Program): string {
  if (program.variant === 'nf_tables') return `Table \`${table}' does not exist\n`;
  return `${banner(program)}: Cannot initialize: Table does not exist (do you need to insmod?)\n`;
}

/** iptables-legacy does not name its variant here. */
const saved = (program: Program): string =>
  program.variant === 'legacy' ? `${program.name} v${VERSION}` : banner(program);

function saveTable(backend: Tables, table: string, counters: boolean, saver: Saver): void {
  const { stdout, at, program } = saver;
  const warn = (text: string) => saver.stderr.write(text);
  if (!backend.isCompatible(table)) {
    stdout.write(`# Table \`${table}' is incompatible, use 'nft' tool.\n`);
    return;
  }
  if (backend.isTainted(table))
    stdout.write(
      `# Table \`${table}' contains incompatible base-chains, use 'nft' tool to list them.\n`,
    );
  stdout.write(`# Generated by ${saved(program)} on ${formatCtime(at)}\n*${table}\n`);
  const chains = backend.chains(table);
  for (const {
    name,
    policy,
    counters: { packets, bytes },
  } of chains)
    stdout.write(`:${name} ${policy ?? '-'} [${packets}:${bytes}]\n`);
  for (const { name, record } of chains) {
    if (!record) continue;
    for (const stored of backend.rules(table, name)) {
      const rule = readable(backend.lift(stored), saver);
      const { packets, bytes } = rule.counters;
      stdout.write(
        `${counters ? `[${packets}:${bytes}] ` : ''}-A ${name}${saveRule(rule, { warn })}\n`,
      );
    }
  }
  stdout.write(`COMMIT\n# Completed on ${formatCtime(at)}\n`);
}
