/** Words to a command (do_parse in iptables' xshared.c): one pass of getopt whose options grow as extensions are loaded. */
import { NotEmulated } from '../../src/base/errors.ts';
import { Getopt, type Parsed } from '../../src/base/getopt.ts';
import type { Hosts } from '../../src/base/hosts.ts';
import type { Output } from '../../src/base/ports.ts';
import type { Draft } from '../../src/kernel/model.ts';
import { parameterProblem } from '../../src/xtables/errors.ts';
import { parseProtocol, protocolName, type XtFamily } from '../../src/xtables/names.ts';
import { wholeUint } from '../../src/xtables/numbers.ts';
import type { ParseEnv } from '../../src/xtables/options.ts';
import type { InterfaceMatch, XtRule, XtTarget } from '../../src/xtables/rule.ts';
import { parseNetworks } from './addresses.ts';
import {
  checkInterface,
  checkLength,
  checkNewChain,
  checkTargetName,
  parseCounter,
  parseRuleNumber,
} from './checks.ts';
import type { CommandLetter, CommandLine } from './command-line.ts';
import { helpText } from './help.ts';
import { LoadedExtensions } from './loaded.ts';
import { ONCE, type OnceOption, OPTSTRING } from './options.ts';
import { banner, Exit, type Program, tryHelp, VERSION } from './program.ts';
import { VERDICT_NAMES, VERDICTS } from './verdicts.ts';

/** What parsing needs beside the words. */
export interface ParseContext {
  readonly program: Program;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly hosts: Hosts;
  readonly lab: Pick<Draft, 'ipsets' | 'host'>;
  /** The table, when the words stand in a restored file, where `-t` and `-w` are refused. */
  readonly restore?: { readonly table: string; readonly line: number };
}

/** Parses words; undefined when the line is for the other family (`-4`, `-6` in a restored file). */
export function parseCommand(
  argv: readonly string[],
  context: ParseContext,
): CommandLine | undefined {
  return new Parser(argv, context).parse();
}

/** Protocols that are no upper ones in IPv6: routing, fragment, AH, destination options. */
const EXTENSION_HEADERS: ReadonlySet<number> = new Set([43, 44, 51, 60]);

const NAT_DROP =
  '\nThe "nat" table is not intended for filtering, the use of DROP is therefore inhibited.\n\n';

type Networks = Pick<XtRule, 'src' | 'dst'>;

class Parser {
  readonly #argv: readonly string[];
  readonly #context: ParseContext;
  readonly #family: XtFamily;
  readonly #getopt: Getopt;
  readonly #loaded: LoadedExtensions;
  readonly #given = new Map<OnceOption, { readonly invert: boolean }>();
  readonly #env: ParseEnv;
  readonly #words: string[];
  /** In the order they were given; -L or -S with -Z are two. */
  readonly #letters: CommandLetter[] = [];
  #invert = false;
  #table: string;
  #chain: string | undefined;
  #number: number | undefined;
  #newName: string | undefined;
  #policy: string | undefined;
  #verbose = 0;
  #source: string | undefined;
  #destination: string | undefined;
  #in: string | undefined;
  #out: string | undefined;
  #protocol: string | undefined;
  #proto = 0;
  #protocolLoaded = false;
  #jump: { readonly kind: 'jump' | 'goto'; readonly name: string } | undefined;
  #counters = { packets: 0n, bytes: 0n };
  #wait = false;
  #waitInterval = false;

  constructor(argv: readonly string[], context: ParseContext) {
    this.#argv = argv;
    this.#words = [...argv];
    this.#context = context;
    this.#family = context.program.family;
    this.#getopt = new Getopt(argv, OPTSTRING);
    this.#loaded = new LoadedExtensions(this.#family);
    this.#table = context.restore?.table ?? 'filter';
    const parser = this;
    this.#env = {
      family: this.#family,
      hosts: context.hosts,
      lab: context.lab,
      get proto() {
        return parser.#proto;
      },
      get protoInvert() {
        return parser.#given.get('protocol')?.invert ?? false;
      },
      warn: (text) => context.stderr.write(text),
    };
  }

  parse(): CommandLine | undefined {
    for (;;) {
      const parsed = this.#getopt.next(this.#loaded.longOptions);
      if (!parsed) break;
      if (parsed.kind === 'word' && parsed.word === '!') {
        if (this.#invert) parameterProblem('multiple consecutive ! not allowed');
        this.#invert = true;
        this.#words[this.#getopt.optind - 1] = '';
        continue;
      }
      const outcome = this.#take(parsed);
      if (outcome === 'other family') return undefined;
      if (outcome !== 'again') this.#invert = false;
    }
    return this.#finish();
  }

  #take(parsed: Parsed): 'other family' | 'again' | undefined {
    switch (parsed.kind) {
      case 'word':
        this.#context.stderr.write(`Bad argument \`${parsed.word}'\n`);
        return this.#tryHelp();
      case 'unknown':
        return this.#unknown(
          parsed.letter === undefined ? this.#getopt.lastWord : `-${letterOf(parsed.letter)}`,
        );
      case 'missing argument':
        if (this.#loadProtocol()) return 'again';
        return parameterProblem(`option "${this.#getopt.lastWord}" requires an argument`);
      case 'option':
        return this.#option(parsed.value, parsed.arg);
    }
  }

  #tryHelp(): never {
    const { program, stderr, restore } = this.#context;
    tryHelp(program, stderr, { line: restore?.line });
    throw new Exit(2);
  }

  /** An option nobody knows may be one of the protocol's match, which is then loaded, once. */
  #unknown(text: string): 'again' {
    if (this.#loadProtocol()) return 'again';
    return parameterProblem(`unknown option "${text}"`);
  }

  #loadProtocol(): boolean {
    if (this.#protocol === undefined || this.#protocolLoaded) return false;
    const number = wholeUint(this.#protocol, 0, 255);
    const name = number === undefined ? this.#protocol : protocolName(number);
    if (name === undefined || !this.#loaded.loadMatch(name)) return false;
    this.#protocolLoaded = true;
    this.#getopt.rereadLast();
    return true;
  }

  #option(value: string, arg: string | undefined): 'other family' | undefined {
    if (value.length > 1) {
      const next = () => this.#nextWord();
      if (!this.#loaded.give(value, arg, this.#invert, this.#env, next))
        throw new Error(`option of no loaded extension: ${value}`);
      return undefined;
    }
    if (/[A-Z]/.test(value) && this.#command(value, arg)) return undefined;
    return this.#setting(value, arg ?? '', arg);
  }

  /** xs_has_arg: the next word, unless it looks like an option or a `!`. */
  #hasWord(): boolean {
    const word = this.#argv[this.#getopt.optind];
    return word !== undefined && !word.startsWith('-') && !word.startsWith('!');
  }

  #nextWord(): string | undefined {
    if (!this.#hasWord()) return undefined;
    this.#getopt.optind += 1;
    return this.#argv[this.#getopt.optind - 1];
  }

  #ruleNumber(): number | undefined {
    const word = this.#nextWord();
    return word === undefined ? undefined : parseRuleNumber(word);
  }

  #add(letter: CommandLetter, allowed: string): void {
    if (this.#invert) parameterProblem("unexpected '!' flag");
    const clash = this.#letters.find((old) => !allowed.includes(old));
    if (clash) parameterProblem(`Cannot use -${letter} with -${clash}`);
    this.#letters.push(letter);
  }

  /** True when `value` is the letter of a command. */
  #command(value: string, arg: string | undefined): boolean {
    switch (value) {
      case 'A':
      case 'C':
        this.#add(value, '');
        this.#chain = arg;
        return true;
      case 'D':
        this.#add(value, '');
        this.#chain = arg;
        this.#number = this.#ruleNumber();
        return true;
      case 'R':
        this.#add(value, '');
        this.#chain = arg;
        this.#number = this.#ruleNumber() ?? parameterProblem('-R requires a rule number');
        return true;
      case 'I':
        this.#add(value, '');
        this.#chain = arg;
        this.#number = this.#ruleNumber() ?? 1;
        return true;
      case 'L':
      case 'S':
        this.#add(value, 'Z');
        this.#chain = arg ?? this.#nextWord() ?? this.#chain;
        this.#number = this.#ruleNumber() ?? this.#number;
        return true;
      case 'F':
      case 'X':
        this.#add(value, '');
        this.#chain = arg ?? this.#nextWord();
        return true;
      case 'Z':
        this.#add(value, 'LS');
        this.#chain = arg ?? this.#nextWord() ?? this.#chain;
        this.#number = this.#ruleNumber() ?? this.#number;
        return true;
      case 'N':
        checkNewChain(arg ?? '', this.#family);
        this.#add(value, '');
        this.#chain = arg;
        return true;
      case 'E':
        this.#add(value, '');
        this.#chain = arg;
        this.#newName =
          this.#nextWord() ?? parameterProblem('-E requires old-chain-name and new-chain-name');
        checkNewChain(this.#newName, this.#family);
        return true;
      case 'P':
        this.#add(value, '');
        this.#chain = arg;
        this.#policy = this.#nextWord() ?? parameterProblem('-P requires a chain and a policy');
        return true;
      default:
        return false;
    }
  }

  #once(option: OnceOption): void {
    if (this.#given.has(option)) parameterProblem(`multiple --${option} options not allowed`);
    if (this.#invert && !ONCE[option].invertible)
      parameterProblem(`cannot have ! before --${option}`);
    this.#given.set(option, { invert: this.#invert });
  }

  #setting(value: string, text: string, arg: string | undefined): 'other family' | undefined {
    switch (value) {
      case 'p':
        this.#once('protocol');
        this.#setProtocol(text);
        return;
      case 's':
        this.#once('source');
        this.#source = text;
        return;
      case 'd':
        this.#once('destination');
        this.#destination = text;
        return;
      case 'i':
        if (text === '') checkInterface(text, this.#env.warn);
        this.#once('in-interface');
        checkInterface(text, this.#env.warn);
        this.#in = text;
        return;
      case 'o':
        if (text === '') checkInterface(text, this.#env.warn);
        this.#once('out-interface');
        checkInterface(text, this.#env.warn);
        this.#out = text;
        return;
      case 'j':
        this.#once('jump');
        checkTargetName(text);
        this.#jump = { kind: 'jump', name: text };
        if (!VERDICT_NAMES.has(text)) this.#loaded.loadTarget(text);
        return;
      case 'g':
        this.#once('jump');
        checkTargetName(text);
        this.#jump = { kind: 'goto', name: text };
        return;
      case 'm':
        if (this.#invert) parameterProblem('unexpected ! flag before --match');
        this.#loaded.mustLoadMatch(text);
        return;
      case 'f':
        if (this.#family === 'ip6')
          parameterProblem("`-f' is not supported in IPv6, use -m frag instead");
        this.#once('fragments');
        return;
      case 'c':
        this.#once('set-counters');
        this.#setCounters(text);
        return;
      case 'v':
        if (this.#verbose === 0) this.#once('verbose');
        this.#verbose += 1;
        return;
      case 'n':
        this.#once('numeric');
        return;
      case 'x':
        this.#once('exact');
        return;
      case '0':
        this.#once('line-numbers');
        return;
      default:
        return this.#general(value, text, arg);
    }
  }

  #general(value: string, text: string, arg: string | undefined): 'other family' | undefined {
    switch (value) {
      case 't':
        this.#setTable(text);
        return;
      case 'w':
        this.#refuseInRestore('w');
        this.#wait = true;
        this.#waitSeconds(arg);
        return;
      case 'W':
        this.#refuseInRestore('W');
        this.#waitMicroseconds(arg);
        return;
      case 'M':
        return;
      case 'V':
        return this.#version();
      case '4':
      case '6':
        return this.#familyOption(value);
      case 'h':
        return this.#help(arg);
      default:
        throw new Error(`option without a meaning: ${value}`);
    }
  }

  #setProtocol(given: string): void {
    const text = given.toLowerCase();
    const at = this.#getopt.optind - 1;
    this.#words[at] = `${this.#argv[at]?.slice(0, -given.length || undefined) ?? ''}${text}`;
    this.#protocol = text;
    this.#proto = parseProtocol(text);
    if (this.#proto === 0 && this.#invert) parameterProblem('rule would never match protocol');
    if (this.#family === 'ip6' && !this.#invert && EXTENSION_HEADERS.has(this.#proto))
      this.#env.warn(`Warning: never matched protocol: ${text}. use extension match instead.\n`);
  }

  #setCounters(text: string): void {
    const comma = text.indexOf(',');
    const bytes = comma >= 0 ? text.slice(comma + 1) : this.#nextWord();
    if (bytes === undefined) parameterProblem('--set-counters requires packet and byte counter');
    this.#counters = {
      packets: parseCounter(text, 'packet'),
      bytes: parseCounter(bytes, 'byte'),
    };
  }

  #refuseInRestore(option: 't' | 'w' | 'W'): void {
    const { restore, program } = this.#context;
    if (!restore) return;
    parameterProblem(
      option === 't'
        ? `The -t option cannot be used in ${program.name}.\n`
        : `You cannot use \`-${option}' from ${program.name}`,
    );
  }

  #setTable(text: string): void {
    if (this.#invert) parameterProblem('unexpected ! flag before --table');
    this.#refuseInRestore('t');
    this.#table = text;
  }

  /** Waiting has no effect here: commands wait for each other as long as it takes. */
  #waitSeconds(arg: string | undefined): void {
    const word = arg ?? this.#nextWord();
    if (word !== undefined && !/^\s*[+-]?\d+/.test(word))
      parameterProblem('wait seconds not numeric');
  }

  #waitMicroseconds(arg: string | undefined): void {
    const word = arg ?? this.#nextWord() ?? parameterProblem('wait interval value required');
    if (!/^\s*\+?\d+$/.test(word)) parameterProblem('wait interval not numeric');
    this.#context.stderr.write('Ignoring deprecated --wait-interval option.\n');
    this.#waitInterval = true;
  }

  #version(): never {
    const { program, stdout } = this.#context;
    stdout.write(
      this.#invert ? `Not ${VERSION} (${program.variant}) ;-)\n` : `${banner(program)}\n`,
    );
    throw new Exit(0);
  }

  #familyOption(value: '4' | '6'): 'other family' | undefined {
    if ((value === '4') === (this.#family === 'ip')) return undefined;
    if (this.#context.restore) return 'other family';
    return this.#tryHelp();
  }

  /** `-p icmp -h` shows the protocol's match, too. */
  #help(arg: string | undefined): never {
    const { program, stdout } = this.#context;
    if (!this.#loaded.hasMatches && this.#protocol !== undefined)
      this.#loaded.loadMatch(this.#protocol);
    const chain = arg ?? this.#argv[this.#getopt.optind];
    stdout.write(helpText(program, chain) + this.#loaded.help());
    throw new Exit(0);
  }

  #finish(): CommandLine {
    if (this.#waitInterval && !this.#wait)
      parameterProblem('--wait-interval only makes sense with --wait\n');
    if (this.#table === 'nat' && (this.#policy === 'DROP' || this.#jump?.name === 'DROP'))
      parameterProblem(NAT_DROP);
    const { matches, target } = this.#loaded.finish(this.#env);
    if (this.#getopt.optind < this.#argv.length)
      parameterProblem('unknown arguments found on commandline');
    const letter = this.#letters.find((l) => l !== 'Z') ?? this.#letters[0];
    if (!letter) return parameterProblem('no command specified');
    if (this.#invert) parameterProblem('nothing appropriate following !');
    const ruled = 'ACDIR'.includes(letter) && !(letter === 'D' && this.#number !== undefined);
    const networks = ruled ? this.#networks() : { pairs: [], destinations: 0 };
    this.#checkOptions();
    this.#checkChain(letter);
    const base = {
      family: this.#family,
      ...this.#interfaces(),
      proto: this.#proto,
      protoInvert: this.#env.protoInvert,
      ...(this.#given.has('fragments') && {
        fragment: { invert: this.#given.get('fragments')?.invert ?? false },
      }),
      matches,
      target: target ? ({ kind: 'extension', ...target } as const) : this.#plainTarget(),
      counters: this.#counters,
    } satisfies XtRule;
    return {
      letter,
      zero: this.#letters.includes('Z'),
      table: this.#table,
      chain: this.#chain,
      number: this.#number,
      newName: this.#newName,
      policy: this.#policy,
      verbose: this.#verbose,
      numeric: this.#given.has('numeric'),
      exact: this.#given.has('exact'),
      lineNumbers: this.#given.has('line-numbers'),
      rules: networks.pairs.map((pair) => ({ ...base, ...pair })),
      destinations: networks.destinations,
      words: this.#words,
      jumpTo:
        target || !this.#jump || (this.#jump.kind === 'jump' && VERDICT_NAMES.has(this.#jump.name))
          ? undefined
          : this.#jump.name,
      counters: this.#counters,
    };
  }

  #plainTarget(): XtTarget {
    if (!this.#jump) return { kind: 'none' };
    const { kind, name } = this.#jump;
    if (name === 'QUEUE' && !this.#isNft) throw new NotEmulated('-j QUEUE of iptables-legacy');
    const verdict = kind === 'jump' ? VERDICTS.get(name) : undefined;
    return verdict ? { kind: 'verdict', verdict } : { kind, chain: name };
  }

  get #isNft(): boolean {
    return this.#context.program.variant === 'nf_tables';
  }

  #interfaces(): { in?: InterfaceMatch; out?: InterfaceMatch } {
    const invert = (option: OnceOption) => this.#given.get(option)?.invert ?? false;
    const wanted = (name: string | undefined, not: boolean) =>
      name === undefined || (name === '+' && !not && this.#isNft)
        ? undefined
        : { name, invert: not };
    const iif = wanted(this.#in, invert('in-interface'));
    const oif = wanted(this.#out, invert('out-interface'));
    return { ...(iif && { in: iif }), ...(oif && { out: oif }) };
  }

  /** Every source with every destination. */
  #networks(): { readonly pairs: readonly Networks[]; readonly destinations: number } {
    const list = (text: string | undefined) =>
      text === undefined ? [undefined] : parseNetworks(text, this.#family, this.#context.hosts);
    const notSource = this.#given.get('source')?.invert ?? false;
    const notDestination = this.#given.get('destination')?.invert ?? false;
    const sources = list(this.#source);
    const destinations = list(this.#destination);
    if ((sources.length > 1 || destinations.length > 1) && (notSource || notDestination))
      parameterProblem('! not allowed with multiple source or destination IP addresses');
    const side = (network: ReturnType<typeof list>[number], invert: boolean) =>
      network && (invert || network.mask.some((byte) => byte !== 0))
        ? { ...network, invert }
        : undefined;
    const pairs = sources.flatMap((source) =>
      destinations.map((destination) => {
        const src = side(source, notSource);
        const dst = side(destination, notDestination);
        return { ...(src && { src }), ...(dst && { dst }) };
      }),
    );
    return { pairs, destinations: destinations.length };
  }

  /** generic_opt_check: every command given has to allow the option. */
  #checkOptions(): void {
    const commands = this.#letters.map((l) =>
      l === 'D' && this.#number !== undefined ? 'number' : l,
    );
    for (const option of Object.keys(ONCE) as OnceOption[]) {
      const allowed: string = ONCE[option].commands;
      if (!this.#given.has(option) || allowed === '') continue;
      if (!commands.every((command) => allowed.includes(command)))
        parameterProblem(`Illegal option \`--${option}' with this command`);
    }
  }

  #checkChain(letter: CommandLetter): void {
    if (this.#chain === undefined) return;
    checkLength(this.#chain);
    if (!'ACDIR'.includes(letter)) return;
    const without = (option: OnceOption) => {
      if (this.#given.has(option)) parameterProblem(`Can't use --${option} with ${this.#chain}`);
    };
    if (this.#chain === 'PREROUTING' || this.#chain === 'INPUT') without('out-interface');
    if (this.#chain === 'POSTROUTING' || this.#chain === 'OUTPUT') without('in-interface');
  }
}

/** What getopt reports for a long option that takes no argument but got one: the number the tool gives it. */
const letterOf = (value: string): string => (value.length > 1 ? '' : value);
