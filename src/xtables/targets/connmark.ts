import { conntrackOf } from '../../kernel/netfilter.ts';
import { CONTINUE } from '../../kernel/nftables/context.ts';
import { defineTarget } from '../define.ts';
import { parameterProblem } from '../errors.ts';
import type { Masked } from '../options.ts';

/** As struct xt_connmark_tginfo2: what is done with connection mark and packet mark, and by how much it is shifted. */
interface ConnmarkInfo {
  readonly mode: 'set' | 'save' | 'restore';
  readonly mark: number;
  readonly ctmask: number;
  readonly nfmask: number;
  /** Right when negative. */
  readonly shift: number;
}

const ALL = 0xffffffff;
const hex = (n: number): string => `0x${(n >>> 0).toString(16)}`;
const SETTERS = ['set-xmark', 'set-mark', 'and-mark', 'or-mark', 'xor-mark'] as const;
const OPERATIONS = [...SETTERS, 'save-mark', 'restore-mark'] as const;
const excludes = OPERATIONS;

const set = (mark: number, ctmask: number): Omit<ConnmarkInfo, 'shift'> => ({
  mode: 'set',
  mark,
  ctmask: ctmask >>> 0,
  nfmask: ALL,
});

const shifted = ({ shift }: ConnmarkInfo): string =>
  shift === 0 ? '' : ` ${shift < 0 ? 'right' : 'left'}-shift-mark ${Math.abs(shift)}`;

function printSet({ mark, ctmask }: ConnmarkInfo): string {
  if (mark === 0) return `and ${hex(~ctmask)}`;
  if (mark === ctmask) return `or ${hex(mark)}`;
  if (ctmask === 0) return `xor ${hex(mark)}`;
  if (ctmask === ALL) return `set ${hex(mark)}`;
  return `xset ${hex(mark)}/${hex(ctmask)}`;
}

/** The masks of save and restore, the one read from first. */
function printMasks(from: string, read: number, to: string, written: number): string {
  if (read === ALL && written === ALL) return '';
  if (read === written) return ` mask ${hex(read)}`;
  return ` ${from} ${hex(read)} ${to} ~${hex(written)}`;
}

/** `value` moved left or right within 32 bits. */
const shiftMark = (value: number, shift: number): number =>
  (shift < 0 ? value >>> -shift : value << shift) >>> 0;

export const connmark = defineTarget({
  name: 'CONNMARK',
  revision: 2,
  options: {
    'set-xmark': { type: 'mark', excludes },
    'set-mark': { type: 'mark', excludes },
    'and-mark': { type: 'u32', excludes },
    'or-mark': { type: 'u32', excludes },
    'xor-mark': { type: 'u32', excludes },
    'save-mark': { type: 'none', excludes },
    'restore-mark': { type: 'none', excludes },
    'left-shift-mark': { type: 'u8', min: 0, max: 31, excludes: ['right-shift-mark'] },
    'right-shift-mark': { type: 'u8', min: 0, max: 31, excludes: ['left-shift-mark'] },
    ctmask: { type: 'u32', excludes: ['mask', ...SETTERS] },
    nfmask: { type: 'u32', excludes: ['mask', ...SETTERS] },
    mask: { type: 'u32', excludes: ['ctmask', 'nfmask', ...SETTERS] },
  },
  help: `--set-xmark VALUE[/MASK]  of the connection's mark clear the bits of MASK, exclusive-or VALUE
--set-mark VALUE[/MASK]   clear the bits of MASK, or VALUE
--and-mark, --or-mark, --xor-mark BITS
--save-mark [--nfmask BITS] [--ctmask BITS]     the packet's mark becomes the connection's
--restore-mark [--ctmask BITS] [--nfmask BITS]  the connection's mark becomes the packet's
--mask BITS               both masks
--left-shift-mark, --right-shift-mark BITS      shift what is set, saved or restored`,
  check(given) {
    if (!OPERATIONS.some((name) => given.has(name)))
      parameterProblem('CONNMARK target: No operation specified');
  },
  parse(options): ConnmarkInfo {
    const shift =
      (options['left-shift-mark']?.value ?? 0) || -(options['right-shift-mark']?.value ?? 0) || 0;
    const xset: Masked | undefined = options['set-xmark']?.value;
    const plain: Masked | undefined = options['set-mark']?.value;
    if (xset) return { ...set(xset.value, xset.mask), shift };
    if (plain) return { ...set(plain.value, plain.mask | plain.value), shift };
    const [and, or, xor] = [options['and-mark'], options['or-mark'], options['xor-mark']];
    if (and) return { ...set(0, ~and.value), shift };
    if (or) return { ...set(or.value, or.value), shift };
    if (xor) return { ...set(xor.value, 0), shift };
    const both = options.mask?.value ?? ALL;
    return {
      mode: options['save-mark'] ? 'save' : 'restore',
      mark: 0,
      ctmask: options.ctmask?.value ?? both,
      nfmask: options.nfmask?.value ?? both,
      shift,
    };
  },
  print(info) {
    const { mode, ctmask, nfmask } = info;
    if (mode === 'set') return `CONNMARK ${printSet(info)}${shifted(info)}`;
    const masks =
      mode === 'save'
        ? printMasks('nfmask', nfmask, 'ctmask', ctmask)
        : printMasks('ctmask', ctmask, 'nfmask', nfmask);
    return `CONNMARK ${mode}${masks}${shifted(info)}`;
  },
  save(info) {
    const { mode, mark, ctmask, nfmask, shift } = info;
    const what =
      mode === 'set'
        ? `--set-xmark ${hex(mark)}/${hex(ctmask)}`
        : `--${mode}-mark --nfmask ${hex(nfmask)} --ctmask ${hex(ctmask)}`;
    const by =
      shift === 0 ? '' : ` --${shift < 0 ? 'right' : 'left'}-shift-mark ${Math.abs(shift)}`;
    return `${what}${by}`;
  },
  translate(info) {
    const { mode, mark, ctmask, nfmask, shift } = info;
    const by = shift === 0 ? '' : ` ${shift < 0 ? '>>' : '<<'} ${Math.abs(shift)}`;
    if (mode !== 'set') {
      if (nfmask !== ctmask) return undefined;
      const masked = nfmask === ALL ? '' : ` and ${hex(nfmask)}`;
      const from = mode === 'save' ? `mark${masked}` : `ct mark${masked}`;
      const moved = shift === 0 ? from : `( ${from} )${by}`;
      return mode === 'save' ? `ct mark set ${moved}` : `meta mark set ${moved}`;
    }
    const [open, close] = shift === 0 ? ['', ''] : ['( ', ' )'];
    const value = (text: string) => `ct mark set ${open}${text}${close}${by}`;
    if (ctmask === ALL) return `ct mark set ${hex(mark)}${by} `;
    if (mark === 0) return value(`ct mark and ${hex(~ctmask)}`);
    if (mark === ctmask) return value(`ct mark or ${hex(mark)}`);
    if (ctmask === 0) return value(`ct mark xor ${hex(mark)}`);
    return value(`ct mark xor ${hex(mark)} and ${hex(~ctmask)}`);
  },
  conntrack: true,
  apply({ mode, mark, ctmask, nfmask, shift }, { packet }) {
    // As connmark_tg_shift.
    const connection = conntrackOf(packet);
    if (!connection) return CONTINUE;
    const old = connection.entry.mark;
    if (mode === 'restore') {
      const value = shiftMark((old & ctmask) >>> 0, shift);
      packet.mark = (((packet.mark & ~nfmask) >>> 0) ^ value) >>> 0;
      return CONTINUE;
    }
    const value =
      mode === 'set'
        ? shiftMark(((old & ~ctmask) ^ mark) >>> 0, shift)
        : (((old & ~ctmask) >>> 0) ^ shiftMark((packet.mark & nfmask) >>> 0, shift)) >>> 0;
    if (value !== old) connection.edit().mark = value;
    return CONTINUE;
  },
});
