/** `modprobe`, `rmmod`, `lsmod` (kmod 34): modules of packet filtering are there; loading one changes nothing but the list. */
import { NotEmulated } from '../../src/base/errors.ts';
import type { Draft } from '../../src/kernel/model.ts';
import type { Call, Tool } from '../tool.ts';
import { MODULE_DIRECTORY } from './module-data.ts';
import { findModule, holdersOf } from './module-table.ts';

interface Options {
  quiet: boolean;
  all: boolean;
  remove: boolean;
  dry: boolean;
  readonly words: string[];
}

const LONG: ReadonlyMap<string, string> = new Map([
  ['--quiet', 'q'],
  ['--all', 'a'],
  ['--remove', 'r'],
  ['--dry-run', 'n'],
  ['--show', 'n'],
  ['--use-blacklist', 'b'],
  ['--syslog', 's'],
]);

function readOptions(argv: readonly string[]): Options {
  const options: Options = { quiet: false, all: false, remove: false, dry: false, words: [] };
  for (const word of argv) {
    if (!word.startsWith('-')) {
      options.words.push(word);
      continue;
    }
    for (const letter of LONG.get(word) ?? (word.startsWith('--') ? [word] : word.slice(1))) {
      if (letter === 'q') options.quiet = true;
      else if (letter === 'a') options.all = true;
      else if (letter === 'r') options.remove = true;
      else if (letter === 'n') options.dry = true;
      // Blacklists and the system log are the host's own affair.
      else if (letter !== 'b' && letter !== 's') throw new NotEmulated(`modprobe ${word}`);
    }
  }
  return options;
}

export const modprobe: Tool = (call) => {
  const options = readOptions(call.argv);
  const { all, remove, words } = options;
  if (words.length === 0) {
    call.stderr.write('modprobe: ERROR: missing parameters. See -h.\n');
    return 1;
  }
  let status = 0;
  // Without -a the further words are the module's parameters.
  for (const word of all || remove ? words : words.slice(0, 1)) {
    const problem = probe(call, word, options);
    if (problem === undefined) continue;
    status = 1;
    if (!options.quiet)
      call.stderr.write(
        `modprobe: ${all && !remove ? 'WARNING' : 'FATAL'}: Module ${word} ${problem}\n`,
      );
    if (!all) break;
  }
  return status;
};

/** What is wrong with the module; undefined when nothing is. */
function probe({ store }: Call, word: string, { remove, dry }: Options): string | undefined {
  const module = findModule(word);
  if (!module) return remove ? 'not found.' : `not found in directory ${MODULE_DIRECTORY}`;
  const { name, needs } = module;
  if (dry) return undefined;
  return store.transact((lab) => {
    if (remove) return removeUnused(lab, name, needs);
    for (const each of [...needs.toReversed(), name]) load(lab, each);
    return undefined;
  });
}

function load(lab: Draft, name: string): void {
  const { modules } = lab.host.get();
  if (!modules.includes(name)) lab.host.edit().modules = [name, ...modules];
}

/** Also what it needed, if nothing else does now. */
function removeUnused(lab: Draft, name: string, needs: readonly string[]): string | undefined {
  if (!lab.host.get().modules.includes(name)) return undefined;
  if (references(lab, name) > 0) return 'is in use.';
  for (const each of [name, ...needs]) if (references(lab, each) === 0) unload(lab, each);
  return undefined;
}

function unload(lab: Draft, name: string): void {
  const host = lab.host.edit();
  host.modules = host.modules.filter((each) => each !== name);
}

/** Modules, schedulers and virtual services that hold on to it (ip_vs_use_count_inc). */
function references(lab: Draft, name: string): number {
  const { modules } = lab.host.get();
  const holders = holdersOf(name, modules).length;
  const services = [...lab.ipvs.services.values()];
  if (name === 'ip_vs')
    return holders + modules.filter((each) => IPVS_PART.test(each)).length + services.length;
  const scheduler = /^ip_vs_(\w+)$/.exec(name)?.[1];
  return holders + services.filter((each) => each.scheduler === scheduler).length;
}

/** Schedulers, persistence engines and applications register with ip_vs, which counts once more. */
const IPVS_PART = /^ip_vs_/;

export const rmmod: Tool = ({ argv, store, stderr }) => {
  if (argv.some((word) => word.startsWith('-'))) throw new NotEmulated(`rmmod ${argv.join(' ')}`);
  if (argv.length === 0) {
    stderr.write('rmmod: ERROR: missing module name.\n');
    return 1;
  }
  let status = 0;
  for (const word of argv) {
    const name = word.replaceAll('-', '_');
    const problem = store.transact((lab) => {
      const { modules } = lab.host.get();
      if (!modules.includes(name)) return 'is not currently loaded';
      const holders = holdersOf(name, modules);
      if (holders.length > 0) return `is in use by: ${holders.join(' ')}`;
      if (references(lab, name) > 0) return 'is in use';
      unload(lab, name);
      return undefined;
    });
    if (problem === undefined) continue;
    stderr.write(`rmmod: ERROR: Module ${word} ${problem}\n`);
    status = 1;
  }
  return status;
};

/** Newest first. */
export const lsmod: Tool = ({ argv, store, stdout, stderr }) => {
  if (argv.length > 0) {
    stderr.write('lsmod: ERROR: too many arguments provided.\n');
    return 1;
  }
  stdout.write('Module                  Size  Used by\n');
  store.read((lab) => {
    const { modules } = lab.host.get();
    for (const name of modules) {
      const size = String(findModule(name)?.size ?? 0).padStart(8);
      const holders = holdersOf(name, modules);
      const users = holders.length > 0 ? ` ${holders.join(',')}` : '';
      stdout.write(`${name.padEnd(19)} ${size}  ${references(lab, name)}${users}\n`);
    }
  });
  return 0;
};
