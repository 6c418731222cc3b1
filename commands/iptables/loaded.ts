/** The extensions a command line has loaded, and the options they add to those of the tool. */
import type { LongOption } from '../../src/base/getopt.ts';
import type { Descriptor, MatchDescriptor, TargetDescriptor } from '../../src/xtables/define.ts';
import { parameterProblem } from '../../src/xtables/errors.ts';
import type { XtFamily } from '../../src/xtables/names.ts';
import { OptionReader, type ParseEnv } from '../../src/xtables/options.ts';
import type { Use } from '../../src/xtables/rule.ts';
import { findMatch, findTarget } from '../../src/xtables/table.ts';
import { finishUse } from '../../src/xtables/words.ts';
import { BASE_OPTIONS } from './options.ts';

interface Loaded<D extends Descriptor> {
  readonly extension: D;
  readonly reader: OptionReader;
  /** A later instance of the same match takes its options. */
  completed: boolean;
}

/** Names under which protocols load their match (xtables_find_match). */
const SYNONYMS = new Map([
  ['icmpv6', 'icmp6'],
  ['ipv6-icmp', 'icmp6'],
  ['ipv6-mh', 'mh'],
]);

const SEPARATOR = '\0';

export class LoadedExtensions {
  readonly #family: XtFamily;
  readonly #matches: Loaded<MatchDescriptor>[] = [];
  readonly #known = new Set<string>();
  #target: Loaded<TargetDescriptor> | undefined;
  /** The tool's own options first, then those of the extension loaded last. */
  #extra: readonly LongOption[] = [];
  #all: readonly LongOption[] = BASE_OPTIONS;

  constructor(family: XtFamily) {
    this.#family = family;
  }

  get longOptions(): readonly LongOption[] {
    return this.#all;
  }

  get hasMatches(): boolean {
    return this.#matches.length > 0;
  }

  /** Loads a match; false when there is none of that name. */
  loadMatch(name: string): boolean {
    const extension = findMatch(SYNONYMS.get(name) ?? name, this.#family);
    if (!extension) return false;
    for (const other of this.#matches) if (other.extension === extension) other.completed = true;
    this.#matches.push({
      extension,
      reader: new OptionReader(extension.name, extension.options),
      completed: false,
    });
    this.#addOptions('match', extension);
    return true;
  }

  /** As loadMatch; stops the command when there is none. */
  mustLoadMatch(name: string): void {
    if (!this.loadMatch(name))
      parameterProblem(`Couldn't load match \`${name}':No such file or directory\n`);
  }

  /** Loads the target; false when the name is that of a chain. */
  loadTarget(name: string): boolean {
    const extension = findTarget(name, this.#family);
    if (!extension) return false;
    this.#target = {
      extension,
      reader: new OptionReader(extension.name, extension.options),
      completed: false,
    };
    this.#addOptions('target', extension);
    return true;
  }

  #addOptions(kind: string, extension: Descriptor): void {
    const id = `${kind}${SEPARATOR}${extension.name}`;
    if (this.#known.has(id)) return;
    this.#known.add(id);
    const own: LongOption[] = [];
    for (const [option, { type, aliases = [] }] of Object.entries(extension.options))
      for (const name of [option, ...aliases])
        own.push({
          name,
          arg: type === 'none' ? 'no' : 'required',
          value: `${id}${SEPARATOR}${option}`,
        });
    this.#extra = [...own, ...this.#extra];
    this.#all = [...BASE_OPTIONS, ...this.#extra];
  }

  /** Gives an extension's option to it; false when `value` is none of theirs. */
  give(
    value: string,
    arg: string | undefined,
    invert: boolean,
    env: ParseEnv,
    next: () => string | undefined,
  ): boolean {
    const [kind, name, option] = value.split(SEPARATOR);
    if (option === undefined) return false;
    const loaded =
      kind === 'target'
        ? this.#target
        : this.#matches.find((m) => m.extension.name === name && !m.completed);
    if (!loaded) return false;
    loaded.reader.give(option, arg, invert, env, next);
    return true;
  }

  /** Final checks and the Infos, matches in the order they were loaded. */
  finish(env: ParseEnv): {
    readonly matches: readonly Use<MatchDescriptor>[];
    readonly target: Use<TargetDescriptor> | undefined;
  } {
    const matches = this.#matches.map(({ extension, reader }) => ({
      extension: this.#real(extension, findMatch),
      info: finishUse(extension, reader, env),
    }));
    const target = this.#target && {
      extension: this.#real(this.#target.extension, findTarget),
      info: finishUse(this.#target.extension, this.#target.reader, env),
    };
    return { matches, target };
  }

  #real<D extends Descriptor>(
    extension: D,
    find: (name: string, family: XtFamily) => D | undefined,
  ): D {
    if (extension.kernelName === undefined) return extension;
    const real = find(extension.kernelName, this.#family);
    if (!real) throw new Error(`no extension "${extension.kernelName}"`);
    return real;
  }

  /** What extensions say about themselves for `-h`. */
  help(): string {
    const about = (what: string, { extension }: Loaded<Descriptor>) =>
      `\n${extension.name} ${what} options:\n${extension.help}\n`;
    return [
      ...this.#matches.map((m) => about('match', m)),
      ...(this.#target ? [about('target', this.#target)] : []),
    ].join('');
  }
}
