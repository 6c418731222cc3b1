import { readUint, writeUint } from '../../base/bytes.ts';
import { BREAK, CONTINUE } from '../../kernel/nftables/context.ts';
import { updateChecksum } from '../../packet/checksum.ts';
import { setTos, tosOf } from '../../packet/network.ts';
import type { Packet } from '../../packet/packet.ts';
import { PROTO } from '../../packet/protocols.ts';
import { defineTarget } from '../define.ts';
import { parameterProblem } from '../errors.ts';

/** What is changed: absent fields are left as they are. */
interface EcnInfo {
  readonly remove: boolean;
  readonly cwr: number | undefined;
  readonly ece: number | undefined;
  readonly ect: number | undefined;
}

const OPTIONS = ['ecn-tcp-remove', 'ecn-tcp-cwr', 'ecn-tcp-ece', 'ecn-ip-ect'] as const;
const OFFSET = 12;

/** set_ect_tcp: the two flag bits in the byte before the other flags' word, checksum by increment. */
function setTcpBits(packet: Packet, { remove, cwr, ece }: EcnInfo): boolean {
  const { offset, proto, fragment } = packet.transport;
  const { data } = packet;
  if (proto !== PROTO.tcp || fragment !== 0 || offset + 20 > data.length) return false;
  const was = data.slice(offset + OFFSET, offset + OFFSET + 2);
  const now = was.slice();
  const bit = (mask: number, value: number | undefined) => {
    if (value !== undefined) now[1] = ((now[1] ?? 0) & ~mask) | (value ? mask : 0);
  };
  bit(0x40, remove ? 0 : ece);
  bit(0x80, remove ? 0 : cwr);
  data.set(now, offset + OFFSET);
  writeUint(data, offset + 16, 2, updateChecksum(readUint(data, offset + 16, 2), was, now));
  return true;
}

export const ecn = defineTarget({
  name: 'ECN',
  families: ['ip'],
  options: {
    'ecn-tcp-remove': { type: 'none', excludes: ['ecn-tcp-cwr', 'ecn-tcp-ece'] },
    'ecn-tcp-cwr': { type: 'u8', min: 0, max: 1, excludes: ['ecn-tcp-remove'] },
    'ecn-tcp-ece': { type: 'u8', min: 0, max: 1, excludes: ['ecn-tcp-remove'] },
    'ecn-ip-ect': { type: 'u8', min: 0, max: 3 },
  },
  help: '--ecn-tcp-remove  clear the ECN bits (ECE, CWR) of the TCP header',
  check(given) {
    if (!OPTIONS.some((name) => given.has(name)))
      parameterProblem('ECN target: An operation is required');
  },
  parse: (options): EcnInfo => ({
    remove: options['ecn-tcp-remove'] !== undefined,
    cwr: options['ecn-tcp-cwr']?.value,
    ece: options['ecn-tcp-ece']?.value,
    ect: options['ecn-ip-ect']?.value,
  }),
  print({ remove, cwr, ece, ect }) {
    if (remove) return 'ECN TCP remove';
    const words = [
      ...(ece === undefined ? [] : [`ECE=${ece}`]),
      ...(cwr === undefined ? [] : [`CWR=${cwr}`]),
      ...(ect === undefined ? [] : [`ECT codepoint=${ect}`]),
    ];
    return `ECN ${words.join(' ')}`;
  },
  save({ remove, cwr, ece, ect }) {
    if (remove) return '--ecn-tcp-remove';
    return [
      ...(ece === undefined ? [] : [`--ecn-tcp-ece ${ece}`]),
      ...(cwr === undefined ? [] : [`--ecn-tcp-cwr ${cwr}`]),
      ...(ect === undefined ? [] : [`--ecn-ip-ect ${ect}`]),
    ].join(' ');
  },
  demands: { tables: ['mangle'] },
  // ecn_tg_check: the TCP bits only where the rule matches TCP.
  refuse: ({ remove, cwr, ece }, { proto, protoInvert }) =>
    (remove || cwr !== undefined || ece !== undefined) && (proto !== PROTO.tcp || protoInvert)
      ? 'EINVAL'
      : undefined,
  apply(info, { packet }) {
    if (info.ect !== undefined) setTos(packet, (tosOf(packet) & 0xfc) | info.ect);
    const tcp = info.remove || info.cwr !== undefined || info.ece !== undefined;
    return tcp && !setTcpBits(packet, info) ? BREAK : CONTINUE;
  },
});
