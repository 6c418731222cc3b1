import { formatMac } from '../../base/address.ts';
import { equalBytes } from '../../base/bytes.ts';
import { defineMatch } from '../define.ts';

interface MacInfo {
  readonly mac: Uint8Array;
  readonly invert: boolean;
}

export const mac = defineMatch({
  name: 'mac',
  options: { 'mac-source': { type: 'mac', required: true, invertible: true } },
  help: '[!] --mac-source XX:XX:XX:XX:XX:XX  source of the Ethernet frame',
  parse: ({ 'mac-source': { value, invert } }): MacInfo => ({ mac: value, invert }),
  print: (info) => `MAC${info.invert ? ' !' : ''} ${formatMac(info.mac)}`,
  save: (info) => `${info.invert ? '! ' : ''}--mac-source ${formatMac(info.mac)}`,
  translate: (info) => `ether saddr ${info.invert ? '!= ' : ''}${formatMac(info.mac)}`,
  demands: { hooks: ['prerouting', 'input', 'forward'] },
  test({ mac: wanted, invert }, { packet }) {
    if (packet.link.length < 14) return false;
    return equalBytes(packet.link.subarray(6, 12), wanted) !== invert;
  },
});
