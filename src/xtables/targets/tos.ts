import { CONTINUE } from '../../kernel/nftables/context.ts';
import { setTos, tosOf } from '../../packet/network.ts';
import { defineTarget } from '../define.ts';
import { parameterProblem } from '../errors.ts';

/** The field becomes `(tos & ~mask) ^ value`. */
interface TosTargetInfo {
  readonly value: number;
  readonly mask: number;
}

const NAMES = ['set-tos', 'and-tos', 'or-tos', 'xor-tos'];
const excludes = NAMES;
const hex = (n: number): string => `0x${n.toString(16).padStart(2, '0')}`;
/** nft sees the upper six bits. */
const dscp = (tos: number): string => hex((tos & 0xff) >> 2);

export const tos = defineTarget({
  name: 'TOS',
  revision: 1,
  options: {
    'set-tos': { type: 'tosmask', excludes },
    'and-tos': { type: 'u8', excludes },
    'or-tos': { type: 'u8', excludes },
    'xor-tos': { type: 'u8', excludes },
  },
  help: `--set-tos VALUE[/MASK]  clear the bits of MASK, exclusive-or VALUE
--set-tos NAME          Minimize-Delay, Maximize-Throughput, Maximize-Reliability, Minimize-Cost, Normal-Service
--and-tos, --or-tos, --xor-tos BITS`,
  check(given) {
    if (!NAMES.some((name) => given.has(name))) parameterProblem('TOS: An action is required');
  },
  parse(options): TosTargetInfo {
    const [set, and, or] = [options['set-tos'], options['and-tos'], options['or-tos']];
    if (set) return { value: set.value.value, mask: set.value.mask };
    if (and) return { value: 0, mask: ~and.value & 0xff };
    if (or) return { value: or.value, mask: or.value };
    return { value: options['xor-tos']?.value ?? 0, mask: 0 };
  },
  print: ({ value, mask }) => `TOS set ${hex(value)}/${hex(mask)}`,
  save: ({ value, mask }) => `--set-tos ${hex(value)}/${hex(mask)}`,
  translate({ value, mask }) {
    // The tool's only entry translates as if for IPv6, whatever the table.
    const ip = 'ip6';
    const set = `${ip} dscp set `;
    if (mask === 0x3f || mask === 0xff) return `${set}${dscp(value)}`;
    if (value === 0) return `${set}${ip} dscp and ${dscp(~mask)}`;
    if (value === mask) return `${set}${ip} dscp or ${dscp(value)}`;
    if (mask === 0) return `${set}${ip} dscp xor ${dscp(value)}`;
    return `${set}${ip} dscp and ${dscp(~mask)} xor ${dscp(value)}`;
  },
  demands: { tables: ['mangle'] },
  apply({ value, mask }, { packet }) {
    const old = tosOf(packet);
    setTos(packet, ((old & ~mask) ^ value) & 0xff);
    return CONTINUE;
  },
});
