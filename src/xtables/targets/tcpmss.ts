import { readUint, writeUint } from '../../base/bytes.ts';
import { CONTINUE, type EvalContext } from '../../kernel/nftables/context.ts';
import { routeOf } from '../../kernel/routing.ts';
import type { Packet } from '../../packet/packet.ts';
import { readTcp, TCP_FLAG, tcpOptions } from '../../packet/tcp.ts';
import { addresses, setTransportChecksum } from '../../packet/transport.ts';
import { defineTarget, type XtFamily } from '../define.ts';
import { parameterProblem } from '../errors.ts';

interface TcpmssInfo {
  readonly mss: number | 'clamp';
}

const MSS_OPTION = 2;
/** What a host without the option is taken to accept (RFC 879, RFC 2460). */
const DEFAULT_MSS = { ip: 536, ip6: 1220 } as const;
const IP_HEADER = { ip: 20, ip6: 40 } as const;
const TCP_HEADER = 20;

/** The smaller MTU of the route there and the route back, less the headers; undefined when the packet is dropped. */
function clamped({ packet, env, state }: EvalContext, family: XtFamily): number | undefined {
  const { src } = addresses(packet);
  const back = env.routing.lookup({
    dst: src,
    src: undefined,
    mark: packet.mark,
    iif: undefined,
  });
  const there = routeOf(packet)?.mtu ?? state.out?.mtu ?? 0xffff;
  const mtu = Math.min(there, back?.mtu ?? 0xffff);
  const overhead = IP_HEADER[family] + TCP_HEADER;
  return mtu <= overhead ? undefined : mtu - overhead;
}

/** As tcpmss_mangle_packet in xt_TCPMSS.c: lowers the option, or adds one; false when the packet is dropped. */
function mangle(info: TcpmssInfo, ctx: EvalContext, family: XtFamily): boolean {
  const { packet } = ctx;
  const { offset, fragment } = packet.transport;
  if (fragment !== 0) return true;
  const header = readTcp(packet.data, offset);
  if (!header || header.headerLength < TCP_HEADER) return false;
  if (offset + header.headerLength > packet.data.length) return false;
  const wanted = info.mss === 'clamp' ? clamped(ctx, family) : info.mss;
  if (wanted === undefined) return false;
  for (const { kind, offset: at, length } of tcpOptions(
    packet.data,
    offset + TCP_HEADER,
    offset + header.headerLength,
  )) {
    if (kind !== MSS_OPTION || length !== 4) continue;
    // Never raised: the other end would send what cannot arrive.
    if (readUint(packet.data, at + 2, 2) <= wanted) return true;
    writeUint(packet.data, at + 2, 2, wanted);
    setTransportChecksum(packet);
    return true;
  }
  const payload = packet.data.length - offset - header.headerLength;
  // Data in a SYN, or no room left for an option, and it stays as it is.
  if (!(header.flags & TCP_FLAG.syn) || payload > 0 || header.headerLength > 56) return true;
  insertOption(packet, Math.min(wanted, DEFAULT_MSS[family]), family);
  return true;
}

function insertOption(packet: Packet, mss: number, family: XtFamily): void {
  const { offset } = packet.transport;
  const at = offset + TCP_HEADER;
  const option = Uint8Array.of(MSS_OPTION, 4, mss >> 8, mss & 0xff);
  const data = new Uint8Array(packet.data.length + 4);
  data.set(packet.data.subarray(0, at));
  data.set(option, at);
  data.set(packet.data.subarray(at), at + 4);
  data[offset + 12] = (data[offset + 12] ?? 0) + 0x10;
  packet.data = data;
  packet.headersChanged();
  growIp(packet, family);
  setTransportChecksum(packet);
}

function growIp(packet: Packet, family: XtFamily): void {
  const { data } = packet;
  if (family === 'ip6') {
    writeUint(data, 4, 2, readUint(data, 4, 2) + 4);
    return;
  }
  writeUint(data, 2, 2, data.length);
  writeUint(data, 10, 2, 0);
  let sum = 0;
  for (let i = 0; i < packet.transport.offset; i += 2) sum += readUint(data, i, 2);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  writeUint(data, 10, 2, ~sum & 0xffff);
}

/** The value of the engine's bound depends on the header before the segment. */
function defineTcpmss(family: XtFamily) {
  return defineTarget({
    name: 'TCPMSS',
    library: 'TCPMSS',
    families: [family],
    options: {
      'set-mss': { type: 'u16', max: 0xffff - IP_HEADER[family] },
      'clamp-mss-to-pmtu': { type: 'none' },
    },
    help: `--set-mss BYTES        lower the MSS option of TCP to this value
--clamp-mss-to-pmtu    lower it to what fits the path's MTU`,
    check(given) {
      if (!given.has('set-mss') && !given.has('clamp-mss-to-pmtu'))
        parameterProblem('TCPMSS target: At least one parameter is required');
    },
    parse: (o): TcpmssInfo => ({
      mss: o['clamp-mss-to-pmtu'] ? 'clamp' : (o['set-mss']?.value ?? 'clamp'),
    }),
    print: ({ mss }) => (mss === 'clamp' ? 'TCPMSS clamp to PMTU' : `TCPMSS set ${mss}`),
    save: ({ mss }) => (mss === 'clamp' ? '--clamp-mss-to-pmtu' : `--set-mss ${mss}`),
    translate: ({ mss }) => `tcp option maxseg size set ${mss === 'clamp' ? 'rt mtu' : mss}`,
    demands: { protos: [6] },
    refuse: ({ mss }, { hook }) =>
      mss === 'clamp' && (hook === 'prerouting' || hook === 'input') ? 'EINVAL' : undefined,
    apply: (info, ctx) => (mangle(info, ctx, family) ? CONTINUE : { code: 'drop' }),
  });
}

export const tcpmss = defineTcpmss('ip');
export const tcpmss6 = defineTcpmss('ip6');
