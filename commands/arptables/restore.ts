/** arptables-restore: reads its input whatever its arguments say, and empties the table first. */
import { parseHosts } from '../../src/base/hosts.ts';
import { decodeUtf8 } from '../../src/base/utf8.ts';
import type { Draft } from '../../src/kernel/model.ts';
import { parameterProblem, XtablesError } from '../../src/xtables/errors.ts';
import { Exit, type Program, Refused, report } from '../iptables/program.ts';
import { splitCounters, splitLine } from '../iptables/restore-words.ts';
import type { Call } from '../tool.ts';
import { type ArpBackend, arpBackend } from './backend.ts';
import { executeArp } from './execute.ts';
import { parseArp } from './parse.ts';

const TABLE = 'filter';

export function runArpRestore(call: Call, program: Program): number {
  const { store, stderr, wall } = call;
  const lines = decodeUtf8(call.stdin.readAll()).match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const where = { line: 0 };
  try {
    return store.transact((lab, record) => {
      const events = { process: program.name, record };
      const backend = arpBackend(lab, wall, () => where.line, events);
      let table = false;
      for (const [at, text] of lines.entries()) {
        where.line = at + 1;
        if (text.startsWith('#') || text === '\n') continue;
        if (table && /^COMMIT\n?$/.test(text)) table = false;
        else if (table) runLine(text, where.line, backend, lab, call, program);
        else if (text.startsWith('*')) table = openTable(text, where.line, backend, program);
        else throw new Refused('');
      }
      backend.commit();
      return 0;
    });
  } catch (error) {
    if (error instanceof Exit) return error.code;
    if (error instanceof XtablesError) return report(error, program, stderr, where);
    if (!(error instanceof Refused)) throw error;
    const why = error.message === '' ? '' : `: ${error.message}.`;
    stderr.write(`${program.name}: line ${where.line} failed${why}\n`);
    return 1;
  }
}

function openTable(text: string, line: number, backend: ArpBackend, { name }: Program): boolean {
  const [table] = text.slice(1).split(/[ \t\n]+/);
  if (table !== TABLE) parameterProblem(`${name}: line ${line} table name '${table}' invalid`);
  backend.dropTable(TABLE);
  return true;
}

function runLine(
  text: string,
  line: number,
  backend: ArpBackend,
  lab: Draft,
  { stdout, stderr, hosts: file }: Call,
  program: Program,
): void {
  const hosts = parseHosts(file);
  if (text.startsWith(':')) {
    const [chain = '', policy = '-'] = text.slice(1).split(/[ \t\n]+/);
    if (backend.chain(TABLE, chain)?.policy === undefined) backend.restoreChain(TABLE, chain);
    else if (policy !== '-') backend.policy(TABLE, chain, policy);
    return;
  }
  const { rest } = splitCounters(text, line);
  const command = parseArp(splitLine(rest), { program, stdout, stderr, hosts, lab, line });
  executeArp(command, backend, { stdout, hosts });
}
