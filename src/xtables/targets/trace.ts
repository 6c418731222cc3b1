import { CONTINUE } from '../../kernel/nftables/context.ts';
import { defineTarget } from '../define.ts';

export const trace = defineTarget({
  name: 'TRACE',
  options: {},
  help: 'marks the packet for tracing (nft monitor trace)',
  parse: () => ({}),
  print: () => '',
  save: () => '',
  translate: () => 'nftrace set 1',
  demands: { tables: ['raw'] },
  lower: () => [
    { op: 'immediate', dreg: 9, data: Uint8Array.of(1) },
    { op: 'meta set', key: 'nftrace', sreg: 9 },
  ],
  apply(_info, { packet }) {
    packet.traced = true;
    return CONTINUE;
  },
});
