/** Words to a command of arptables (do_parse in iptables' xshared.c, with the options of arptables). */

import { NotEmulated } from '../../src/base/errors.ts';
import { Getopt, type LongOption } from '../../src/base/getopt.ts';
import type { Hosts } from '../../src/base/hosts.ts';
import type { Output } from '../../src/base/ports.ts';
import type { Draft } from '../../src/kernel/model.ts';
import type { TargetDescriptor } from '../../src/xtables/define.ts';
import { parameterProblem } from '../../src/xtables/errors.ts';
import { wholeUint } from '../../src/xtables/numbers.ts';
import { OptionReader, type ParseEnv } from '../../src/xtables/options.ts';
import type { AddressMatch, InterfaceMatch, XtTarget } from '../../src/xtables/rule.ts';
import { findArpTarget, findTarget } from '../../src/xtables/table.ts';
import { finishUse } from '../../src/xtables/words.ts';
import { parseNetworks } from '../iptables/addresses.ts';
import { checkInterface, checkLength, parseCounter, parseRuleNumber } from '../iptables/checks.ts';
import { banner, Exit, type Program, tryHelp } from '../iptables/program.ts';
import { VERDICTS } from '../iptables/verdicts.ts';
import { parseField, parseMac } from './fields.ts';
import { type ArpRule, ETHERNET, type Field, MAC_LENGTH } from './rule.ts';
import { OPCODES } from './words.ts';

export interface ArpCommand {
  readonly letter: string;
  readonly zero: boolean;
  readonly table: string;
  readonly chain: string | undefined;
  readonly number: number | undefined;
  readonly newName: string | undefined;
  readonly policy: string | undefined;
  readonly verbose: boolean;
  readonly numeric: boolean;
  readonly lineNumbers: boolean;
  readonly rules: readonly ArpRule[];
  /** The chain the rules jump to. */
  readonly jumpTo: string | undefined;
}

export interface ArpContext {
  readonly program: Program;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly hosts: Hosts;
  readonly lab: Pick<Draft, 'ipsets' | 'host'>;
  /** Line of a restored file. */
  readonly line?: number | undefined;
}

const OPTSTRING = '-:A:C:D:E:F::I:L::M:N:P:R:S::VX::Z::c:d:h::i:j:l:no:p:s:t:vw::W::x';

const LONG: readonly LongOption[] = (
  [
    ['append', 'A', 'required'],
    ['check', 'C', 'required'],
    ['delete', 'D', 'required'],
    ['insert', 'I', 'required'],
    ['replace', 'R', 'required'],
    ['list', 'L', 'optional'],
    ['list-rules', 'S', 'optional'],
    ['flush', 'F', 'optional'],
    ['zero', 'Z', 'optional'],
    ['new-chain', 'N', 'required'],
    ['delete-chain', 'X', 'optional'],
    ['rename-chain', 'E', 'required'],
    ['policy', 'P', 'required'],
    ['source-ip', 's', 'required'],
    ['destination-ip', 'd', 'required'],
    ['src-ip', 's', 'required'],
    ['dst-ip', 'd', 'required'],
    ['source-mac', 'source-mac', 'required'],
    ['src-mac', 'source-mac', 'required'],
    ['destination-mac', 'destination-mac', 'required'],
    ['dst-mac', 'destination-mac', 'required'],
    ['h-length', 'l', 'required'],
    ['protocol', 'p', 'required'],
    ['opcode', 'opcode', 'required'],
    ['h-type', 'h-type', 'required'],
    ['proto-type', 'proto-type', 'required'],
    ['in-interface', 'i', 'required'],
    ['out-interface', 'o', 'required'],
    ['jump', 'j', 'required'],
    ['table', 't', 'required'],
    ['numeric', 'n', 'no'],
    ['verbose', 'v', 'no'],
    ['exact', 'x', 'no'],
    ['version', 'V', 'no'],
    ['help', 'h', 'optional'],
    ['line-numbers', '0', 'no'],
    ['modprobe', 'M', 'required'],
    ['set-counters', 'c', 'required'],
    ['wait', 'w', 'optional'],
    ['wait-interval', 'W', 'optional'],
  ] as const
).map(([name, value, arg]) => ({ name, value, arg }));

/** Options that are given once, under the names messages use. */
const ONCE = new Map([
  ['s', 'source-ip'],
  ['d', 'destination-ip'],
  ['source-mac', 'source-mac'],
  ['destination-mac', 'destination-mac'],
  ['l', 'h-length'],
  ['p', 'protocol'],
  ['opcode', 'opcode'],
  ['h-type', 'h-type'],
  ['proto-type', 'proto-type'],
  ['i', 'in-interface'],
  ['o', 'out-interface'],
  ['j', 'jump'],
  ['n', 'numeric'],
  ['x', 'exact'],
  ['0', 'line-numbers'],
  ['c', 'set-counters'],
]);

interface Given {
  readonly text: string;
  readonly invert: boolean;
}

export function parseArp(argv: readonly string[], context: ArpContext): ArpCommand {
  return new Parser(argv, context).parse();
}

class Parser {
  readonly #argv: readonly string[];
  readonly #context: ArpContext;
  readonly #getopt: Getopt;
  readonly #env: ParseEnv;
  readonly #given = new Map<string, Given>();
  readonly #letters: string[] = [];
  #long: readonly LongOption[] = LONG;
  #invert = false;
  #table = 'filter';
  #chain: string | undefined;
  #number: number | undefined;
  #newName: string | undefined;
  #policy: string | undefined;
  #verbose = 0;
  #bytes: string | undefined;
  #target: { readonly extension: TargetDescriptor; readonly reader: OptionReader } | undefined;

  constructor(argv: readonly string[], context: ArpContext) {
    this.#argv = argv;
    this.#context = context;
    this.#getopt = new Getopt(argv, OPTSTRING);
    const { hosts, lab, stderr } = context;
    const warn = (text: string) => stderr.write(text);
    this.#env = { family: 'ip', hosts, lab, proto: 0, protoInvert: false, warn };
  }

  parse(): ArpCommand {
    for (
      let parsed = this.#getopt.next(this.#long);
      parsed;
      parsed = this.#getopt.next(this.#long)
    ) {
      if (parsed.kind === 'word') {
        if (parsed.word !== '!') this.#badArgument(parsed.word);
        if (this.#invert) parameterProblem('multiple consecutive ! not allowed');
        this.#invert = true;
        continue;
      }
      if (parsed.kind === 'unknown')
        parameterProblem(
          `unknown option "${parsed.letter ? `-${parsed.letter}` : this.#getopt.lastWord}"`,
        );
      if (parsed.kind === 'missing argument')
        parameterProblem(`option "${this.#getopt.lastWord}" requires an argument`);
      this.#option(parsed.value, parsed.arg);
      this.#invert = false;
    }
    return this.#finish();
  }

  #badArgument(word: string): never {
    this.#context.stderr.write(`Bad argument \`${word}'\n`);
    tryHelp(this.#context.program, this.#context.stderr, { line: this.#context.line });
    throw new Exit(2);
  }

  #nextWord(): string | undefined {
    const word = this.#argv[this.#getopt.optind];
    if (word === undefined || word.startsWith('-') || word.startsWith('!')) return undefined;
    this.#getopt.optind += 1;
    return word;
  }

  #option(value: string, arg: string | undefined): void {
    if (value.startsWith('target ')) {
      const next = () => this.#nextWord();
      this.#target?.reader.give(value.slice(7), arg, this.#invert, this.#env, next);
    } else if (/^[A-Z]$/.test(value) && this.#command(value, arg)) return;
    else this.#setting(value, arg);
  }

  #add(letter: string, allowed = ''): void {
    if (this.#invert) parameterProblem("unexpected '!' flag");
    const clash = this.#letters.find((old) => !allowed.includes(old));
    if (clash) parameterProblem(`Cannot use -${letter} with -${clash}`);
    this.#letters.push(letter);
  }

  #ruleNumber(): number | undefined {
    const word = this.#nextWord();
    return word === undefined ? undefined : parseRuleNumber(word);
  }

  /** True for the letter of a command. */
  #command(letter: string, arg: string | undefined): boolean {
    if (!'ACDRILSFZNXEP'.includes(letter)) return false;
    if (letter === 'N') checkChain(arg ?? '');
    this.#add(letter, letter === 'Z' ? 'LS' : 'LS'.includes(letter) ? 'Z' : '');
    const optional = 'LSFZX'.includes(letter);
    this.#chain = arg ?? (optional ? this.#nextWord() : undefined) ?? this.#chain;
    if ('DLSZ'.includes(letter)) this.#number = this.#ruleNumber() ?? this.#number;
    if (letter === 'I') this.#number = this.#ruleNumber() ?? 1;
    if (letter === 'R')
      this.#number = this.#ruleNumber() ?? parameterProblem('-R requires a rule number');
    if (letter === 'E') {
      this.#newName =
        this.#nextWord() ?? parameterProblem('-E requires old-chain-name and new-chain-name');
      checkChain(this.#newName);
    }
    if (letter === 'P')
      this.#policy = this.#nextWord() ?? parameterProblem('-P requires a chain and a policy');
    return true;
  }

  #setting(value: string, arg: string | undefined): void {
    const { program, stdout } = this.#context;
    const once = ONCE.get(value);
    if (once !== undefined) {
      if (this.#given.has(value)) parameterProblem(`multiple --${once} options not allowed`);
      if (this.#invert && 'jnx0c'.includes(value))
        parameterProblem(`cannot have ! before --${once}`);
      this.#given.set(value, { text: arg ?? '', invert: this.#invert });
    }
    if (value === 'v') this.#verbose += 1;
    else if (value === 't') this.#table = arg ?? '';
    else if (value === 'j') this.#loadTarget(arg ?? '');
    else if (value === 'i' || value === 'o') checkInterface(arg ?? '', this.#env.warn);
    else if (value === 'c')
      this.#bytes =
        this.#nextWord() ?? parameterProblem('--set-counters requires packet and byte counter');
    else if (value === 'V') {
      stdout.write(`${banner(program)}\n`);
      throw new Exit(0);
    } else if (value === 'h') throw new NotEmulated('arptables -h');
    else if (value === 'w' && arg === undefined) this.#nextWord();
  }

  #loadTarget(name: string): void {
    const extension = findArpTarget(name);
    if (!extension && findTarget(name, 'ip')) throw new NotEmulated(`arptables -j ${name}`);
    if (!extension) return;
    this.#target = { extension, reader: new OptionReader(extension.name, extension.options) };
    const own = Object.entries(extension.options).map(([option, { type }]) => ({
      name: option,
      arg: type === 'none' ? ('no' as const) : ('required' as const),
      value: `target ${option}`,
    }));
    this.#long = [...LONG, ...own];
  }

  #finish(): ArpCommand {
    const target = this.#target && {
      extension: this.#target.extension,
      info: finishUse(this.#target.extension, this.#target.reader, this.#env),
    };
    const letter = this.#letters.find((l) => l !== 'Z') ?? this.#letters[0];
    if (letter === undefined) return parameterProblem('no command specified');
    if (this.#invert) parameterProblem('nothing appropriate following !');
    this.#checkChain(letter);
    const name = this.#given.get('j')?.text;
    const verdict = name === undefined ? undefined : VERDICTS.get(name);
    const chain = target || verdict || name === 'CONTINUE' ? undefined : name;
    const plain: XtTarget = target
      ? { kind: 'extension', ...target }
      : verdict
        ? { kind: 'verdict', verdict }
        : chain === undefined
          ? { kind: 'none' }
          : { kind: 'jump', chain };
    return {
      letter,
      zero: this.#letters.includes('Z'),
      table: this.#table,
      chain: this.#chain,
      number: this.#number,
      newName: this.#newName,
      policy: this.#policy,
      verbose: this.#verbose > 0,
      numeric: this.#given.has('n'),
      lineNumbers: this.#given.has('0'),
      rules: 'ACDIR'.includes(letter) ? this.#rules(plain) : [],
      jumpTo: chain === 'QUEUE' ? undefined : chain,
    };
  }

  #checkChain(letter: string): void {
    if (this.#chain === undefined) return;
    checkLength(this.#chain);
    if (!'ACDIR'.includes(letter)) return;
    if (this.#chain === 'INPUT' && this.#given.has('o'))
      parameterProblem(`Can't use --out-interface with ${this.#chain}`);
    if (this.#chain === 'OUTPUT' && this.#given.has('i'))
      parameterProblem(`Can't use --in-interface with ${this.#chain}`);
  }

  /** One for each pair of source and destination. */
  #rules(target: XtTarget): ArpRule[] {
    const field = (
      option: string,
      what: string,
      names: readonly (readonly [string, number])[],
      base = 10,
    ) => {
      const given = this.#given.get(option);
      return given && { ...parseField(given.text, what, names, base), invert: given.invert };
    };
    const opcodes = OPCODES.map((name, i) => [name, i + 1] as const);
    const ptype = field('proto-type', 'protocol type', [['IPv4', 0x800]], 16);
    const packets = this.#given.get('c')?.text;
    const rule = {
      ...this.#interfaces(),
      srcMac: this.#mac('source-mac', 'source mac'),
      dstMac: this.#mac('destination-mac', 'destination mac'),
      hlen: this.#hardwareLength(),
      opcode: field('opcode', 'opcode', opcodes),
      htype: field('h-type', 'hardware type', [['Ethernet', 1]], 16) ?? ETHERNET,
      ptype:
        ptype ??
        (this.#given.get('p')?.invert ? { value: 0, mask: 0xffff, invert: true } : undefined),
      target,
      counters: {
        packets: packets === undefined ? 0n : parseCounter(packets, 'packet'),
        bytes: this.#bytes === undefined ? 0n : parseCounter(this.#bytes, 'byte'),
      },
    };
    const sources = this.#networks('s');
    const destinations = this.#networks('d');
    const inverted = this.#given.get('s')?.invert || this.#given.get('d')?.invert;
    if (inverted && sources.length * destinations.length > 1)
      parameterProblem('! not allowed with multiple source or destination IP addresses');
    return sources.flatMap((src) => destinations.map((dst) => ({ ...rule, src, dst })));
  }

  #networks(option: 's' | 'd'): readonly (AddressMatch | undefined)[] {
    const given = this.#given.get(option);
    if (!given) return [undefined];
    return parseNetworks(given.text, 'ip', this.#context.hosts).map((network) =>
      given.invert || network.mask.some((byte) => byte !== 0)
        ? { ...network, invert: given.invert }
        : undefined,
    );
  }

  #interfaces(): { in: InterfaceMatch | undefined; out: InterfaceMatch | undefined } {
    const one = (option: 'i' | 'o') => {
      const given = this.#given.get(option);
      if (!given || (given.text === '+' && !given.invert)) return undefined;
      return { name: given.text, invert: given.invert };
    };
    return { in: one('i'), out: one('o') };
  }

  #mac(option: string, what: string): AddressMatch | undefined {
    const given = this.#given.get(option);
    return given && { ...parseMac(given.text, what), invert: given.invert };
  }

  /** What is no number counts as the usual length. */
  #hardwareLength(): Field {
    const given = this.#given.get('l');
    if (!given) return MAC_LENGTH;
    const length = wholeUint(given.text, 0, 255);
    if (length !== undefined && length !== 6)
      parameterProblem('Only hardware address length of 6 is supported currently.');
    return { ...MAC_LENGTH, invert: given.invert };
  }
}

function checkChain(name: string): void {
  checkLength(name);
  if (name.startsWith('-') || name.startsWith('!'))
    parameterProblem(`chain name not allowed to start with \`${name[0]}'`);
  if (name === '' || VERDICTS.has(name) || name === 'QUEUE' || findArpTarget(name))
    parameterProblem('chain name may not clash with target name');
  if (/\s/.test(name)) parameterProblem(`Invalid chain name \`${name}'`);
}
