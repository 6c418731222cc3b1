import { defineTarget } from '../define.ts';

export const trace = defineTarget({
  name: 'TRACE',
  options: {},
  help: 'marks the packet for tracing (nft monitor trace)',
  parse: () => ({}),
  print: () => '',
  save: () => '',
  translate: () => 'nftrace set 1',
  lower: () => [
    { op: 'immediate', dreg: 9, data: Uint8Array.of(1) },
    { op: 'meta set', key: 'nftrace', sreg: 9 },
  ],
});
