import { readUint } from '../../base/bytes.ts';
import { NotEmulated } from '../../base/errors.ts';
import type { Packet } from '../../packet/packet.ts';
import { packetLength } from '../../packet/packet.ts';
import { defineMatch } from '../define.ts';
import { parameterProblem } from '../errors.ts';

/** struct sock_filter: a classic BPF instruction. */
interface Instruction {
  readonly code: number;
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

interface BpfInfo {
  readonly program: readonly Instruction[];
}

const MAX = 64;
const LOAD_X = 0x01;
const STORE_A = 0x02;
const STORE_X = 0x03;
const ALU = 0x04;
const JUMP = 0x05;
const RET = 0x06;
const MISC = 0x07;
const CLASS = 0x07;

/** `LENGTH,CODE JT JF K,...`. */
function readProgram(text: string): readonly Instruction[] {
  const [head = '', ...words] = text.split(',');
  const length = /^\s*\d+$/.test(head) && text.includes(',') ? Number(head) : undefined;
  if (length === undefined) return parameterProblem('bpf: error parsing program length');
  if (length === 0) parameterProblem('bpf: illegal zero length program');
  if (length > MAX) parameterProblem('bpf: number of instructions exceeds maximum');
  const program: Instruction[] = [];
  for (const [i, word] of words.entries()) {
    if (i >= length)
      parameterProblem('bpf: real program length exceeds the encoded length parameter');
    const match = /^\s*(\d+) (\d+) (\d+) (\d+)$/.exec(word);
    if (!match) return parameterProblem(`bpf: error at instr ${i}`);
    const [code = 0, jt = 0, jf = 0, k = 0] = match.slice(1).map(Number);
    program.push({ code, jt, jf, k });
  }
  if (program.length < length)
    parameterProblem('bpf: parsed program length is less than the encoded length parameter');
  return program;
}

const words = ({ code, jt, jf, k }: Instruction): string => `${code} ${jt} ${jf} ${k}`;

export const bpf = defineMatch({
  name: 'bpf',
  revision: 1,
  options: {
    bytecode: { type: 'string', read: readProgram },
    'object-pinned': {
      type: 'string',
      read(): void {
        // The lab has no bpf file system to find it in.
        parameterProblem('bpf: failed to get bpf object');
      },
    },
  },
  help: `--bytecode "LENGTH,CODE JT JF K,..."  classic BPF program, as tcpdump -ddd writes it
--object-pinned PATH                  a loaded program; nflab has none`,
  check(given) {
    if (!given.has('bytecode') && !given.has('object-pinned'))
      parameterProblem('bpf: one of --bytecode or --pinned is required');
  },
  parse: (options): BpfInfo => ({ program: options.bytecode?.value ?? [] }),
  unspaced: true,
  // The tool ends the text with the letter that ends its string.
  print: ({ program }) => `match bpf ${program.map(words).join(',')}\0`,
  save: ({ program }) => `--bytecode "${program.length},${program.map(words).join(',')}"`,
  // bpf_check_classic: known operations, jumps inside, and a return at the end.
  refuse({ program }) {
    const end = program.at(-1);
    const inside = program.every(
      ({ code, jt, jf, k }, i) =>
        KNOWN.has(code) &&
        ((code & CLASS) !== 0x05 ||
          (code === 0x05 ? i + 1 + k : i + 1 + Math.max(jt, jf)) < program.length),
    );
    return end && (end.code & CLASS) === RET && inside ? undefined : 'EINVAL';
  },
  test: ({ program }, { packet }) => run(program, packet) !== 0,
});

const KNOWN = new Set([
  0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x0c, 0x14, 0x15, 0x16, 0x1c, 0x1d, 0x20, 0x24,
  0x25, 0x28, 0x2c, 0x2d, 0x30, 0x34, 0x35, 0x3c, 0x3d, 0x40, 0x44, 0x45, 0x48, 0x4c, 0x4d, 0x50,
  0x54, 0x5c, 0x60, 0x61, 0x64, 0x6c, 0x74, 0x7c, 0x80, 0x81, 0x84, 0x87, 0x94, 0x9c, 0xa4, 0xac,
  0xb1,
]);

/** Extensions behind negative offsets (SKF_AD_OFF and the like). */
const NEGATIVE = 0x80000000;

/** The machine: accumulator, index, scratch memory and the next instruction. */
interface State {
  a: number;
  x: number;
  pc: number;
  readonly memory: number[];
}

/** Runs a classic program over the packet from its network header on; 0 when a load lies outside. */
function run(program: readonly Instruction[], packet: Packet): number {
  const state: State = { a: 0, x: 0, pc: 0, memory: new Array<number>(16).fill(0) };
  for (;;) {
    const instruction = program[state.pc++];
    if (!instruction) return 0;
    const { code, k } = instruction;
    if ((code & CLASS) === RET) return (code & 0x18) === 0x10 ? state.a : k;
    if (!step(state, instruction, packet)) return 0;
  }
}

/** One instruction but a return; false when it cannot be done. */
function step(state: State, instruction: Instruction, packet: Packet): boolean {
  const { code, k } = instruction;
  const operand = code & 0x08 ? state.x : k;
  switch (code & CLASS) {
    case STORE_A:
      state.memory[k & 15] = state.a;
      return true;
    case STORE_X:
      state.memory[k & 15] = state.x;
      return true;
    case JUMP:
      state.pc += jump(instruction, state.a, operand);
      return true;
    case MISC:
      if (code & 0x80) state.a = state.x;
      else state.x = state.a;
      return true;
    case ALU:
      return put(state, 'a', arithmetic(code & 0xf0, state.a, operand));
    default:
      return put(
        state,
        (code & CLASS) === LOAD_X ? 'x' : 'a',
        load(code, k, state.x, packet.data, state.memory, packet),
      );
  }
}

function put(state: State, register: 'a' | 'x', value: number | undefined): boolean {
  if (value === undefined) return false;
  state[register] = value;
  return true;
}

/** How many instructions a jump skips. */
function jump({ code, jt, jf, k }: Instruction, a: number, operand: number): number {
  if (code === JUMP) return k;
  return compare(code & 0xf0, a, operand) ? jt : jf;
}

const SIZES = new Map([
  [0x00, 4],
  [0x08, 2],
  [0x10, 1],
]);

function load(
  code: number,
  k: number,
  x: number,
  data: Uint8Array,
  memory: readonly number[],
  packet: Packet,
): number | undefined {
  const mode = code & 0xe0;
  if (mode === 0x00) return k;
  if (mode === 0x60) return memory[k & 15];
  if (mode === 0x80) return packetLength(packet);
  if (k >= NEGATIVE) throw new NotEmulated('-m bpf with ancillary loads');
  if (mode === 0xa0) return k < data.length ? ((data[k] ?? 0) & 0x0f) * 4 : undefined;
  const at = mode === 0x40 ? x + k : k;
  const size = SIZES.get(code & 0x18) ?? 4;
  return at + size <= data.length ? readUint(data, at, size) : undefined;
}

function arithmetic(op: number, a: number, b: number): number | undefined {
  switch (op) {
    case 0x00:
      return (a + b) >>> 0;
    case 0x10:
      return (a - b) >>> 0;
    case 0x20:
      return Math.imul(a, b) >>> 0;
    case 0x30:
      return b === 0 ? undefined : Math.floor(a / b);
    case 0x40:
      return (a | b) >>> 0;
    case 0x50:
      return (a & b) >>> 0;
    case 0x60:
      return (a << b) >>> 0;
    case 0x70:
      return a >>> b;
    case 0x80:
      return -a >>> 0;
    case 0x90:
      return b === 0 ? undefined : a % b;
    default:
      return (a ^ b) >>> 0;
  }
}

function compare(op: number, a: number, b: number): boolean {
  if (op === 0x10) return a === b;
  if (op === 0x20) return a > b;
  if (op === 0x30) return a >= b;
  return (a & b) !== 0;
}
