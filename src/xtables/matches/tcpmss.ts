import { readUint } from '../../base/bytes.ts';
import { PROTO } from '../../packet/protocols.ts';
import { readTcp, tcpOptions } from '../../packet/tcp.ts';
import { defineMatch } from '../define.ts';

interface TcpmssInfo {
  readonly from: number;
  readonly to: number;
  readonly invert: boolean;
}

const MSS = 2;
const range = ({ from, to }: TcpmssInfo, dash: string): string =>
  from === to ? `${from}` : `${from}${dash}${to}`;

export const tcpmss = defineMatch({
  name: 'tcpmss',
  options: { mss: { type: 'u16 range', required: true, invertible: true } },
  help: '[!] --mss VALUE[:VALUE]  maximum segment size option of the TCP header',
  parse: ({ mss: { value, invert } }): TcpmssInfo => ({
    from: value.from,
    to: value.to,
    invert,
  }),
  print: (info) => `tcpmss match ${info.invert ? '!' : ''}${range(info, ':')}`,
  save: (info) => `${info.invert ? '! ' : ''}--mss ${range(info, ':')}`,
  translate: (info) => `tcp option maxseg size ${info.invert ? '!= ' : ''}${range(info, '-')}`,
  demands: { protos: [PROTO.tcp] },
  test({ from, to, invert }, { packet }) {
    const { offset, fragment } = packet.transport;
    const { data } = packet;
    const header = fragment === 0 ? readTcp(data, offset) : undefined;
    if (!header) return false;
    for (const option of tcpOptions(data, offset + 20, offset + header.headerLength)) {
      if (option.kind !== MSS || option.length !== 4) continue;
      const mss = readUint(data, option.offset + 2, 2);
      return (mss >= from && mss <= to) !== invert;
    }
    // Without the option: as tcpmss_mt, the inversion alone.
    return invert;
  },
});
