/** The kernel's modules: what each needs, and who uses whom among the loaded ones. */
import { ALIASES, MODULES } from './module-data.ts';

export interface Module {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Loaded before it; the last one first. */
  readonly needs: readonly string[];
  /** Those of them it uses itself. */
  readonly uses: readonly string[];
}

/** By a module's name or an alias; dashes and underscores are the same. Undefined when the kernel has none such. */
export function findModule(text: string): Module | undefined {
  const name = text.replaceAll('-', '_');
  return readModule(name) ?? readModule(lineWith(ALIASES, name)?.[0] ?? '');
}

function readModule(name: string): Module | undefined {
  const line = MODULES.split('\n').find((each) => each.startsWith(`${name} `));
  if (line === undefined) return undefined;
  const [, size, ...needs] = line.split(' ');
  return {
    name,
    size: Number(size),
    needs: needs.map((each) => each.replace('~', '')),
    uses: needs.filter((each) => !each.startsWith('~')),
  };
}

const lineWith = (table: string, word: string): readonly string[] | undefined =>
  table
    .split('\n')
    .map((line) => line.split(' '))
    .find((words) => words.includes(word));

/** The loaded modules that use it, in the order of a directory of sysfs. */
export function holdersOf(name: string, loaded: readonly string[]): readonly string[] {
  return loaded
    .filter((each) => findModule(each)?.uses.includes(name))
    .map((each) => ({ each, key: nameHash(each) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ each }) => each);
}

const GOLDEN_RATIO = 0x61c8864680b583ebn;

/** kernfs_name_hash, with partial_name_hash and end_name_hash of a 64-bit kernel. */
function nameHash(name: string): bigint {
  let hash = 0n;
  for (const char of name) {
    const c = BigInt(char.charCodeAt(0));
    hash = BigInt.asUintN(64, (hash + (c << 4n) + (c >> 4n)) * 11n);
  }
  return (BigInt.asUintN(64, hash * GOLDEN_RATIO) >> 32n) & 0x7fff_ffffn;
}
