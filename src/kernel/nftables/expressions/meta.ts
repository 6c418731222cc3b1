import { le } from '../../../base/bytes.ts';
import { NotEmulated } from '../../../base/errors.ts';
import { type Device, type Packet, type PacketType, packetLength } from '../../../packet/packet.ts';
import { addresses } from '../../../packet/transport.ts';
import { BREAK, CONTINUE, type EvalContext } from '../context.ts';
import type { MetaKey } from '../model.ts';
import { loadU32, storeReg } from '../registers.ts';
import { defineExpr } from './define.ts';

const u8 = (value: number): Uint8Array => le(value & 0xff, 1);
const u16be = (value: number): Uint8Array => Uint8Array.of(value >> 8, value & 0xff);
const u32 = (value: number): Uint8Array => le(value >>> 0, 4);

/** Of a socket that belongs to a process; the kernel's own have none. */
const owner = (id: number | undefined): Uint8Array | undefined =>
  id === undefined ? undefined : u32(id);

/** An interface name in its 16 bytes, zero-padded. */
export function deviceName(name: string): Uint8Array {
  const out = new Uint8Array(16);
  for (let i = 0; i < Math.min(name.length, 15); i++) out[i] = name.charCodeAt(i);
  return out;
}

/** ARPHRD_*. */
function hardwareType(device: Device): number {
  if (device.kind === 'loopback') return 772;
  if (device.kind === 'wireguard' || device.mac.length === 0) return 65534;
  return 1;
}

/** The kinds `ip link` knows as such; a physical card and the loopback have none (rtnl_link_ops). */
function linkKind(device: Device): Uint8Array | undefined {
  return device.kind === 'loopback' || device.kind === 'ether'
    ? undefined
    : deviceName(device.kind);
}

const PACKET_TYPES: readonly PacketType[] = [
  'host',
  'broadcast',
  'multicast',
  'otherhost',
  'outgoing',
  'loopback',
];

/** nft_meta_get_eval_pkttype: packets from the loopback device are classed by their destination. */
function packetType(packet: Packet): number {
  if (packet.type !== 'loopback') return PACKET_TYPES.indexOf(packet.type);
  const { dst } = addresses(packet);
  const multicast = packet.family === 'ip6' ? dst[0] === 0xff : ((dst[0] ?? 0) & 0xf0) === 0xe0;
  return PACKET_TYPES.indexOf(multicast ? 'multicast' : 'broadcast');
}

const SECONDS_PER_DAY = 86_400n;
const NANOS_PER_SECOND = 1_000_000_000n;
const NFPROTO = { ip: 2, arp: 3, netdev: 5, bridge: 7, ip6: 10 } as const;

type Read = (ctx: EvalContext) => Uint8Array | undefined;
const notHere =
  (key: MetaKey): Read =>
  () => {
    throw new NotEmulated(`meta ${key}`);
  };
// Bridge ports are known to the bridge family only; elsewhere the kernel breaks.
const noBridge: Read = () => undefined;

const READ: { readonly [K in MetaKey]: Read } = {
  len: ({ packet }) => u32(packetLength(packet)),
  protocol: ({ packet }) => u16be(packet.etherType),
  priority: ({ packet }) => u32(packet.priority),
  mark: ({ packet }) => u32(packet.mark),
  iif: ({ state }) => u32(state.in?.index ?? 0),
  oif: ({ state }) => u32(state.out?.index ?? 0),
  iifname: ({ state }) => deviceName(state.in?.name ?? ''),
  oifname: ({ state }) => deviceName(state.out?.name ?? ''),
  iiftype: ({ state }) => state.in && le(hardwareType(state.in), 2),
  oiftype: ({ state }) => state.out && le(hardwareType(state.out), 2),
  skuid: ({ packet }) => owner(packet.socket?.uid),
  skgid: ({ packet }) => owner(packet.socket?.gid),
  nftrace: ({ packet }) => u8(packet.traced ? 1 : 0),
  rtclassid: ({ packet }) => (packet.dst === undefined ? undefined : u32(packet.realm)),
  secmark: ({ packet }) => u32(packet.secmark),
  nfproto: ({ state }) => u8(NFPROTO[state.family]),
  l4proto: ({ packet }) => {
    const { proto } = packet.transport;
    return proto < 0 ? undefined : u8(proto);
  },
  bri_iifname: noBridge,
  bri_oifname: noBridge,
  pkttype: ({ packet }) => u8(packetType(packet)),
  cpu: () => u32(0),
  iifgroup: ({ state }) => state.in && u32(state.in.group),
  oifgroup: ({ state }) => state.out && u32(state.out.group),
  cgroup: notHere('cgroup'),
  prandom: ({ rng }) => u32(rng.u32()),
  secpath: () => u8(0),
  iifkind: ({ state }) => state.in && linkKind(state.in),
  oifkind: ({ state }) => state.out && linkKind(state.out),
  bri_iifpvid: noBridge,
  bri_iifvproto: noBridge,
  time: ({ clock }) => le(clock.now(), 8),
  // The epoch was a Thursday; days are counted from Sunday.
  day: ({ clock }) => u8(Number((clock.now() / (NANOS_PER_SECOND * SECONDS_PER_DAY) + 4n) % 7n)),
  hour: ({ clock }) => u32(Number((clock.now() / NANOS_PER_SECOND) % SECONDS_PER_DAY)),
  sdif: () => u32(0),
  sdifname: () => deviceName(''),
  bri_broute: noBridge,
  bri_iifhwaddr: noBridge,
};

export const meta = defineExpr({
  op: 'meta',
  evaluate({ key, dreg }, ctx) {
    const value = READ[key](ctx);
    if (value === undefined) return BREAK;
    storeReg(ctx.registers, dreg, value);
    return CONTINUE;
  },
  dump: ({ key, dreg }) => `meta load ${key} => reg ${dreg}`,
});

export const metaSet = defineExpr({
  op: 'meta set',
  evaluate({ key, sreg }, { packet, registers }) {
    const value = loadU32(registers, sreg);
    switch (key) {
      case 'mark':
        packet.mark = value;
        return CONTINUE;
      case 'priority':
        packet.priority = value;
        return CONTINUE;
      case 'secmark':
        packet.secmark = value;
        return CONTINUE;
      case 'nftrace':
        packet.traced = (value & 0xff) !== 0;
        return CONTINUE;
      case 'pkttype':
        setPacketType(packet, value & 0xff);
        return CONTINUE;
      default:
        throw new NotEmulated(`meta ${key} set`);
    }
  },
  dump: ({ key, sreg }) => `meta set ${key} with reg ${sreg}`,
});

/** skb_pkt_type_ok: only among the four types a packet may arrive with. */
function setPacketType(packet: Packet, value: number): void {
  const wanted = PACKET_TYPES[value];
  if (wanted !== undefined && value <= 3 && PACKET_TYPES.indexOf(packet.type) <= 3)
    packet.type = wanted;
}
