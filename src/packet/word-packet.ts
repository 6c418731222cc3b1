/** The packet that packet words describe, as bytes. */
import { concatBytes, writeUint } from '../base/bytes.ts';
import { buildIcmp, echoWord } from './icmp.ts';
import { buildIpv4, DF } from './ipv4.ts';
import { buildIpv6 } from './ipv6.ts';
import { Packet } from './packet.ts';
import { ETHERTYPE, PROTO } from './protocols.ts';
import { buildTcp } from './tcp.ts';
import { setTransportChecksum } from './transport.ts';
import { buildUdp } from './udp.ts';
import type { PacketWords } from './words.ts';

const WINDOW = 65_535;

/** The layer-3 bytes of the packet; `src` fills in for a source the words leave out. */
export function buildWords(words: PacketWords, src: Uint8Array): Uint8Array {
  const { dst, proto, ttl, tos } = words;
  const body = transportOf(words);
  const wide = dst.length === 16;
  const data = wide
    ? buildIpv6({ src, dst, nextHeader: proto, hopLimit: ttl, trafficClass: tos }, body)
    : buildIpv4({ src, dst, proto, ttl, tos, flags: DF }, body);
  setTransportChecksum(new Packet(data, wide ? ETHERTYPE.ip6 : ETHERTYPE.ip));
  return data;
}

function transportOf(words: PacketWords): Uint8Array {
  const { proto, sport, dport, flags, seq, ack, payload, type, code, id } = words;
  switch (proto) {
    case PROTO.tcp: {
      const fields = { sport, dport, seq, ack, flags, window: WINDOW, urgent: 0 };
      return buildTcp(fields, undefined, payload);
    }
    case PROTO.udp:
    case PROTO.udplite:
      return buildUdp({ sport, dport }, payload);
    case PROTO.sctp:
      return concatBytes(sctpInit(sport, dport), payload);
    case PROTO.icmp:
    case PROTO.icmpv6:
      return buildIcmp(type, code, echoWord(id, 1), payload);
    default:
      return payload;
  }
}

/** The common header and an INIT chunk (RFC 9260, 3.1 and 3.3.2): what opens an association. */
function sctpInit(sport: number, dport: number): Uint8Array {
  const out = new Uint8Array(32);
  writeUint(out, 0, 2, sport);
  writeUint(out, 2, 2, dport);
  out[12] = 1;
  writeUint(out, 14, 2, 20);
  writeUint(out, 16, 4, 1);
  writeUint(out, 20, 4, WINDOW);
  writeUint(out, 24, 2, 1);
  writeUint(out, 26, 2, 1);
  writeUint(out, 28, 4, 1);
  return out;
}
