import { NotEmulated } from '../../src/base/errors.ts';
import type { Tools } from '../dispatch.ts';

const NAMES = [
  'iptables',
  'iptables-save',
  'iptables-restore',
  'ip6tables',
  'ip6tables-save',
  'ip6tables-restore',
  'iptables-nft',
  'iptables-nft-save',
  'iptables-nft-restore',
  'ip6tables-nft',
  'ip6tables-nft-save',
  'ip6tables-nft-restore',
  'iptables-legacy',
  'iptables-legacy-save',
  'iptables-legacy-restore',
  'ip6tables-legacy',
  'ip6tables-legacy-save',
  'ip6tables-legacy-restore',
  'iptables-translate',
  'iptables-restore-translate',
  'iptables-apply',
  'ip6tables-translate',
  'ip6tables-restore-translate',
  'ip6tables-apply',
  'xtables-nft-multi',
  'xtables-legacy-multi',
  'xtables-monitor',
  'arptables',
  'arptables-save',
  'arptables-restore',
  'arptables-nft',
  'arptables-nft-save',
  'arptables-nft-restore',
  'arptables-translate',
  'ebtables',
  'ebtables-save',
  'ebtables-restore',
  'ebtables-nft',
  'ebtables-nft-save',
  'ebtables-nft-restore',
  'ebtables-translate',
];

export const tools: Tools = new Map(
  NAMES.map((name) => [
    name,
    () => {
      throw new NotEmulated(name);
    },
  ]),
);
