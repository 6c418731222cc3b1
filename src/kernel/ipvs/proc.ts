/** /proc/net/ip_vs_stats. */
import type { Draft } from '../model.ts';

const hex = (value: bigint, width: number): string =>
  value.toString(16).toUpperCase().padStart(width);

/** Totals in hexadecimal; the rates are those of a host at rest. */
export function ipvsStatsFile(lab: Draft): string {
  const { conns, inPkts, outPkts, inBytes, outBytes } = lab.ipvs.globals.get().total;
  const row = (values: readonly bigint[]) =>
    `${values.map((value, i) => hex(value, i < 3 ? 8 : 16)).join(' ')}\n`;
  return [
    '   Total Incoming Outgoing         Incoming         Outgoing\n',
    '   Conns  Packets  Packets            Bytes            Bytes\n',
    row([conns, inPkts, outPkts, inBytes, outBytes]),
    '\n',
    ' Conns/s   Pkts/s   Pkts/s          Bytes/s          Bytes/s\n',
    row([0n, 0n, 0n, 0n, 0n]),
  ].join('');
}
