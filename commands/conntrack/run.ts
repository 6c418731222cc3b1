/** Doing what a command line says (do_command_ct). */
import { type Errno, KernelError, type ToolError } from '../../src/base/errors.ts';
import type { Nanos } from '../../src/base/ports.ts';
import type { TrackEnv } from '../../src/kernel/conntrack/connection.ts';
import type { ConntrackEntry } from '../../src/kernel/conntrack/model.ts';
import {
  type Attributes,
  createEntry,
  deleteEntry,
  updateEntry,
} from '../../src/kernel/conntrack/netlink.ts';
import { statusBits } from '../../src/kernel/conntrack/status.ts';
import { tableOf } from '../../src/kernel/conntrack/table.ts';
import { DEFAULT_ZONE } from '../../src/kernel/conntrack/tuple.ts';
import type { Call } from '../tool.ts';
import { type Action, refusable } from './action.ts';
import { newEntry, originalTuple, stateOf, tcpFlags } from './create.ts';
import { BANNER, type CommandName, kernelProblem, parameterProblem, VERSION } from './errors.ts';
import { followEvents } from './events.ts';
import {
  countExpectations,
  createExpectation,
  deleteExpectation,
  flushExpectations,
  getExpectation,
  listExpectations,
} from './expectations.ts';
import { checkMasks, compares, passes, passesNat, passesNetwork, tupleFits } from './filter.ts';
import { helpText } from './help.ts';
import { deleted, listed, updated } from './print.ts';
import { change, live, look, Printer } from './session.ts';
import { showExpectStats, showStats } from './stats.ts';
import type { Command } from './template.ts';
import { secondsLeft } from './view.ts';
import { XML_HEADER } from './xml.ts';

type Entry = Readonly<ConntrackEntry>;
const refused = (errno: Errno, name: CommandName): ToolError => kernelProblem(errno, name);

/** The kernel compares status bits itself for -L. */
function statusPasses(entry: Entry, { options, template }: Command): boolean {
  if (!options.has('u')) return true;
  return (statusBits(entry) & template.statusMask) === (template.status ?? 0);
}

const list: Action = (command, call, out) => {
  const { options, table, output, template } = command;
  if (table === 'dying' || table === 'unconfirmed') return undefined;
  const zero = options.has('z');
  if (zero && compares(command)) {
    return parameterProblem("Can't use -z with filtering parameters");
  }
  checkMasks(command);
  if (options.has('u') && template.statusMask === 0) return refused('EINVAL', 'list');
  const chosen = (lab: TrackEnv['lab'], now: Nanos): Entry[] =>
    [...live(lab, now)].filter((e) => passes(e, command, now) && statusPasses(e, command));
  const print = (entries: readonly Entry[], now: Nanos): void => {
    if (output.has('xml') && entries.length > 0) out.print(`${XML_HEADER}\n<conntrack>`);
    for (const entry of entries) out.count(listed(entry, now, 1, command));
    if (output.has('xml') && entries.length > 0) out.print('</conntrack>');
  };
  if (zero) {
    change(call, ({ lab }, now) => {
      const entries = chosen(lab, now);
      print(entries, now);
      for (const { id, counters } of entries) if (counters) zeroCounters(lab.conntrack.edit(id));
    });
  } else {
    look(call, (lab, now) => print(chosen(lab, now), now));
  }
  return undefined;
};

function zeroCounters(entry: ConntrackEntry): void {
  entry.counters = { original: { packets: 0n, bytes: 0n }, reply: { packets: 0n, bytes: 0n } };
}

const create: Action = (command, call, out) =>
  change(call, (env) => {
    const name = command.name === 'add' ? 'add' : 'create';
    return refusable(name, () => {
      const wanted = newEntry(command);
      const found = tableOf(env.lab).find(wanted.original, wanted.zone, env.clock.now());
      if (found && name === 'create') throw new KernelError('EEXIST');
      if (found && (wanted.snat || wanted.dnat)) throw new KernelError('EOPNOTSUPP');
      if (found) updateEntry(env, found.entry.id, wanted);
      else createEntry(env, wanted);
      out.counted++;
    });
  });

/** -U looks for tuples and ids alone; everything else given is what to change. */
function toUpdate(entry: Entry, command: Command): boolean {
  const { options, template, family } = command;
  if (family !== undefined && entry.original.l3 !== family) return false;
  if (!passesNat(entry, command) || !passesNetwork(entry, command)) return false;
  if (template.id !== undefined && template.id !== entry.id) return false;
  const given = (letters: string): boolean => [...letters].some((letter) => options.has(letter));
  const masked = (side: 'src' | 'dst'): boolean => options.has(side === 'src' ? '{' : '}');
  if (given('sdp') && !tupleFits(template.orig, entry.original, masked)) return false;
  return !given('rqp') || tupleFits(template.reply, entry.reply, () => false);
}

/** What of the command differs from the entry; undefined when nothing does. */
function changes(entry: Entry, command: Command, now: Nanos): Attributes | undefined {
  const { timeout, mark: marking } = command.template;
  const bits = statusBits(entry);
  const status = command.template.status;
  const mark = marking && ((entry.mark & ~marking.mask) ^ marking.value) >>> 0;
  const state = stateOf(command);
  const flags = tcpFlags(command);
  const { vtags } = command.template;
  const same =
    (timeout === undefined || timeout === secondsLeft(entry.expires, now)) &&
    (status === undefined || (bits & status) === status) &&
    (mark === undefined || mark === entry.mark) &&
    (state === undefined || state === entry.state);
  if (same) return undefined;
  return {
    ...(timeout !== undefined && { timeout }),
    ...(status !== undefined && { status: bits | status }),
    ...(mark !== undefined && { mark }),
    ...(state !== undefined && { state }),
    ...(flags !== undefined && { tcpFlags: flags }),
    ...(vtags.orig !== undefined &&
      vtags.reply !== undefined && { vtags: { original: vtags.orig, reply: vtags.reply } }),
  };
}

const update: Action = (command, call, out) => {
  checkMasks(command);
  return change(call, (env, now) =>
    refusable('update', () => {
      for (const entry of [...live(env.lab, now)]) {
        const wanted = toUpdate(entry, command) ? changes(entry, command, now) : undefined;
        if (!wanted) continue;
        updateEntry(env, entry.id, wanted);
        const after = env.lab.conntrack.get(entry.id);
        if (after && after.expires > now) out.count(updated(after, now, command));
      }
    }),
  );
};

const remove: Action = (command, call, out) => {
  checkMasks(command);
  return change(call, (env, now) => {
    for (const entry of [...live(env.lab, now)]) {
      if (!passes(entry, command, now)) continue;
      deleteEntry(env, entry.id);
      out.count(deleted(entry, now, command));
    }
    return undefined;
  });
};

const get: Action = (command, call, out) =>
  look(call, (lab, now) =>
    refusable('get', () => {
      const found = tableOf(lab).find(originalTuple(command), DEFAULT_ZONE, now);
      if (!found) throw new KernelError('ENOENT');
      if (!passes(found.entry, command, now)) return;
      if (command.output.has('xml')) out.print(`${XML_HEADER}\n<conntrack>`);
      out.count(listed(found.entry, now, 2, command));
    }),
  );

const flush: Action = (_command, call) =>
  change(call, (env) => {
    for (const { id } of [...env.lab.conntrack.values()]) deleteEntry(env, id);
    call.stderr.write(`${BANNER}connection tracking table has been emptied.\n`);
    return undefined;
  });

const count: Action = (_command, call, out) =>
  look(call, (lab, now) => {
    out.print(String([...live(lab, now)].length));
    return undefined;
  });

const version: Action = (_command, _call, out) => {
  out.print(`conntrack v${VERSION} (conntrack-tools)`);
  return undefined;
};

const help: Action = ({ protocol }, call) => {
  call.stdout.write(helpText(protocol));
  return undefined;
};

const ACTIONS: { readonly [C in CommandName]: Action } = {
  list,
  create,
  add: create,
  update,
  delete: remove,
  get,
  flush,
  event: followEvents,
  version,
  help,
  count,
  stats: showStats,
  'expect list': listExpectations,
  'expect create': createExpectation,
  'expect delete': deleteExpectation,
  'expect get': getExpectation,
  'expect flush': flushExpectations,
  'expect event': followEvents,
  'expect count': countExpectations,
  'expect stats': showExpectStats,
};

/** Runs one command; its output is written before what it complains about. */
export function runCommand(command: Command, call: Call): Printer {
  const out = new Printer();
  for (const warning of command.warnings) call.stderr.write(`${warning}\n`);
  const problem = command.name
    ? ACTIONS[command.name](command, call, out)
    : help(command, call, out);
  call.stdout.write(out.text);
  if (problem) throw problem;
  return out;
}

const SUMMARY: ReadonlyMap<CommandName, string> = new Map([
  ['list', 'flow entries have been shown.'],
  ['create', 'flow entries have been created.'],
  ['update', 'flow entries have been updated.'],
  ['delete', 'flow entries have been deleted.'],
  ['get', 'flow entries have been shown.'],
  ['event', 'flow events have been shown.'],
  ['expect list', 'expectations have been shown.'],
  ['expect delete', 'expectations have been shown.'],
  ['add', 'flow entries have been added.'],
]);

/** Says how many entries it was about; none is a failure, except for listings. */
export function summarize({ name }: Command, counted: number, call: Call): number {
  const words = name && SUMMARY.get(name);
  if (!words) return 0;
  call.stderr.write(`${BANNER}${counted} ${words}\n`);
  return counted === 0 && name !== 'list' && name !== 'expect list' ? 1 : 0;
}
