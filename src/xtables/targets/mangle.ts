import { formatIpv4 } from '../../base/address.ts';
import { defineTarget } from '../define.ts';
import { parameterProblem } from '../errors.ts';

export interface MangleInfo {
  readonly ipSource: Uint8Array | undefined;
  readonly macSource: Uint8Array | undefined;
  readonly ipTarget: Uint8Array | undefined;
  readonly macTarget: Uint8Array | undefined;
  readonly verdict: 'DROP' | 'CONTINUE' | 'ACCEPT';
}

const VERDICTS = ['DROP', 'CONTINUE', 'ACCEPT'] as const;

const hex = (byte: number): string => byte.toString(16).padStart(2, '0');
/** As `-L` shows it. */
export const formatMac = (mac: Uint8Array): string => Array.from(mac, hex).join(':');
/** The tool's own translation widens a byte as a signed one. */
const signedMac = (mac: Uint8Array): string =>
  Array.from(mac, (byte) => (byte < 128 ? hex(byte) : `ffffff${hex(byte)}`)).join(':');

/** arptables' target that writes into ARP headers (arpt_mangle). */
export const mangle = defineTarget({
  name: 'mangle',
  // Found by findArpTarget only.
  families: [],
  options: {
    'mangle-ip-s': { type: 'host' },
    'mangle-ip-d': { type: 'host' },
    'mangle-mac-s': { type: 'mac' },
    'mangle-mac-d': { type: 'mac' },
    'mangle-target': {
      type: 'string',
      read: (text): MangleInfo['verdict'] =>
        VERDICTS.find((verdict) => verdict === text) ??
        parameterProblem('bad target for --mangle-target'),
    },
  },
  help: `--mangle-ip-s ADDRESS, --mangle-ip-d ADDRESS, --mangle-mac-s MAC, --mangle-mac-d MAC
--mangle-target ACCEPT|DROP|CONTINUE  what becomes of the packet (ACCEPT)`,
  parse: (options): MangleInfo => ({
    ipSource: options['mangle-ip-s']?.value,
    macSource: options['mangle-mac-s']?.value,
    ipTarget: options['mangle-ip-d']?.value,
    macTarget: options['mangle-mac-d']?.value,
    verdict: options['mangle-target']?.value ?? 'ACCEPT',
  }),
  print: (info, { hosts }) => words(info, (address) => hosts.reverse(address)),
  save: (info) => words(info, () => undefined),
  translate({ ipSource, macSource, ipTarget, macTarget, verdict }) {
    return [
      ...(ipSource ? [`arp saddr ip set ${formatIpv4(ipSource)}`] : []),
      ...(macSource ? [`arp saddr ether set ${signedMac(macSource)}`] : []),
      ...(ipTarget ? [`arp daddr ip set ${formatIpv4(ipTarget)}`] : []),
      ...(macTarget ? [`arp daddr ether set ${signedMac(macTarget)}`] : []),
      ...(verdict === 'CONTINUE' ? [] : [verdict.toLowerCase()]),
    ].join(' ');
  },
  refuse: ({ ipSource, macSource, ipTarget, macTarget }) =>
    ipSource || macSource || ipTarget || macTarget ? undefined : 'EINVAL',
});

function words(
  { ipSource, macSource, ipTarget, macTarget, verdict }: MangleInfo,
  nameOf: (address: Uint8Array) => string | undefined,
): string {
  const host = (address: Uint8Array) => nameOf(address) ?? formatIpv4(address);
  return [
    ...(ipSource ? [`--mangle-ip-s ${host(ipSource)}`] : []),
    ...(macSource ? [`--mangle-mac-s ${formatMac(macSource)}`] : []),
    ...(ipTarget ? [`--mangle-ip-d ${host(ipTarget)}`] : []),
    ...(macTarget ? [`--mangle-mac-d ${formatMac(macTarget)}`] : []),
    ...(verdict === 'ACCEPT' ? [] : [`--mangle-target ${verdict}`]),
  ].join(' ');
}
