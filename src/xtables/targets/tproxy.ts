import { formatAddress } from '../../base/address.ts';
import type { ExprResult } from '../../kernel/nftables/context.ts';
import { findListener } from '../../kernel/sockets.ts';
import { PROTO } from '../../packet/protocols.ts';
import { defineTarget } from '../define.ts';

interface TproxyInfo {
  readonly port: number;
  readonly address: Uint8Array;
  readonly mark: number;
  readonly mask: number;
}

const hex = (n: number): string => `0x${(n >>> 0).toString(16)}`;
const none = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0);

export const tproxy = defineTarget({
  name: 'TPROXY',
  library: 'TPROXY',
  revision: 1,
  options: {
    'on-port': { type: 'port', required: true },
    'on-ip': { type: 'host' },
    'tproxy-mark': { type: 'mark' },
  },
  help: `--on-port PORT             of the local socket that gets the packet
--on-ip ADDRESS            of that socket
--tproxy-mark VALUE[/MASK]  mark of the packet`,
  parse: (options, { family }): TproxyInfo => ({
    port: options['on-port'].value,
    address: options['on-ip']?.value ?? new Uint8Array(family === 'ip' ? 4 : 16),
    mark: options['tproxy-mark']?.value.value ?? 0,
    mask: options['tproxy-mark']?.value.mask ?? 0,
  }),
  print: ({ port, address, mark, mask }) =>
    `TPROXY redirect ${formatAddress(address)}:${port} mark ${hex(mark)}/${hex(mask)}`,
  save: ({ port, address, mark, mask }) =>
    `--on-port ${port} --on-ip ${formatAddress(address)} --tproxy-mark ${hex(mark)}/${hex(mask)}`,
  translate({ port, address, mark, mask }, { listing }) {
    // nft's listing takes the extension's oldest form, which knows no address.
    const shown =
      listing || none(address)
        ? ''
        : address.length === 4
          ? formatAddress(address)
          : `[${formatAddress(address)}]`;
    const to = port === 0 && shown !== '' ? shown : `${shown}:${port}`;
    const set =
      mask === 0
        ? ''
        : mask === 0xffffffff
          ? ` meta mark set ${hex(mark)}`
          : ` meta mark set meta mark & ${hex(~mask)} xor ${hex(mark)}`;
    return `tproxy to ${to}${set} accept`;
  },
  demands: { tables: ['mangle'], hooks: ['prerouting'], protos: [PROTO.tcp, PROTO.udp] },
  apply({ port, address, mark, mask }, { packet, lab }): ExprResult {
    // tproxy_tg4: no socket that may take the packet means that it is dropped.
    const listener = findListener(lab.host.get().listeners, packet, {
      ...(port !== 0 && { port }),
      ...(!none(address) && { address }),
    });
    if (!listener?.transparent) return { code: 'drop' };
    packet.mark = (((packet.mark & ~mask) >>> 0) ^ mark) >>> 0;
    packet.socket = { uid: listener.uid, transparent: true };
    return { code: 'accept' };
  },
});
