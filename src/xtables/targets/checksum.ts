import { CONTINUE } from '../../kernel/nftables/context.ts';
import { setTransportChecksum } from '../../packet/transport.ts';
import { defineTarget } from '../define.ts';

/** The only operation there is. */
interface ChecksumInfo {
  readonly fill: true;
}

export const checksum = defineTarget({
  name: 'CHECKSUM',
  options: { 'checksum-fill': { type: 'none', required: true } },
  help: '--checksum-fill  compute the transport checksum of packets that come without one',
  parse: (): ChecksumInfo => ({ fill: true }),
  print: () => 'CHECKSUM fill',
  save: () => '--checksum-fill',
  demands: { tables: ['mangle'] },
  apply(_, { packet }) {
    // As skb_checksum_help; a packet of the model never has its checksum left to the device, so this only confirms it.
    if (packet.transport.proto >= 0 && !packet.transport.fragmented) setTransportChecksum(packet);
    return CONTINUE;
  },
});
