import { tosOf } from '../../packet/network.ts';
import { PROTO } from '../../packet/protocols.ts';
import { readTcp, TCP_FLAG } from '../../packet/tcp.ts';
import { defineMatch } from '../define.ts';
import { parameterProblem } from '../errors.ts';

/** What is asked of each part; undefined where nothing is. */
interface EcnMatchInfo {
  readonly ece: { readonly invert: boolean } | undefined;
  readonly cwr: { readonly invert: boolean } | undefined;
  readonly ect: { readonly value: number; readonly invert: boolean } | undefined;
}

/** nft's names of the two bits. */
const CODEPOINTS = ['not-ect', 'ect1', 'ect0', 'ce'];
const not = ({ invert }: { readonly invert: boolean }, sign: string): string =>
  invert ? sign : '';

export const ecn = defineMatch({
  name: 'ecn',
  options: {
    'ecn-tcp-cwr': { type: 'none', invertible: true },
    'ecn-tcp-ece': { type: 'none', invertible: true },
    'ecn-ip-ect': { type: 'u8', min: 0, max: 3, invertible: true },
  },
  help: `[!] --ecn-tcp-cwr       CWR of the TCP header is set
[!] --ecn-tcp-ece       ECE of the TCP header is set
[!] --ecn-ip-ect VALUE  the two ECN bits of the IP header, 0 to 3`,
  check(given) {
    if (!['ecn-tcp-cwr', 'ecn-tcp-ece', 'ecn-ip-ect'].some((name) => given.has(name)))
      parameterProblem('ECN match: some option required');
  },
  parse(options): EcnMatchInfo {
    const { 'ecn-tcp-cwr': cwr, 'ecn-tcp-ece': ece, 'ecn-ip-ect': ect } = options;
    return {
      ece: ece && { invert: ece.invert },
      cwr: cwr && { invert: cwr.invert },
      ect: ect && { value: ect.value, invert: ect.invert },
    };
  },
  print: ({ ece, cwr, ect }) =>
    [
      'ECN match',
      ...(ece ? [`${not(ece, '!')}ECE`] : []),
      ...(cwr ? [`${not(cwr, '!')}CWR`] : []),
      ...(ect ? [`${not(ect, '!')}ECT=${ect.value}`] : []),
    ].join(' '),
  save: ({ ece, cwr, ect }) =>
    [
      ...(ece ? [`${not(ece, '! ')}--ecn-tcp-ece`] : []),
      ...(cwr ? [`${not(cwr, '! ')}--ecn-tcp-cwr`] : []),
      ...(ect ? [`${not(ect, '! ')}--ecn-ip-ect ${ect.value}`] : []),
    ].join(' '),
  translate({ ece, cwr, ect }) {
    // The tool takes the inversion of any part for that of all.
    const sign = ece?.invert || cwr?.invert || ect?.invert ? '!= ' : '';
    return [
      ...(ece ? [`tcp flags ${sign}ecn`] : []),
      ...(cwr ? [`tcp flags ${sign}cwr`] : []),
      ...(ect ? [`ip ecn ${sign}${CODEPOINTS[ect.value]}`] : []),
    ].join(' ');
  },
  // ecn_mt_check4: the TCP flags only where the rule matches TCP.
  refuse: ({ ece, cwr }, { proto, protoInvert }) =>
    (ece || cwr) && (proto !== PROTO.tcp || protoInvert) ? 'EINVAL' : undefined,
  test({ ece, cwr, ect }, { packet }) {
    if (ect && ((tosOf(packet) & 0x03) === ect.value) === ect.invert) return false;
    if (!ece && !cwr) return true;
    const { offset, fragment } = packet.transport;
    const header = fragment === 0 ? readTcp(packet.data, offset) : undefined;
    if (!header) return false;
    const holds = (asked: { readonly invert: boolean } | undefined, flag: number) =>
      !asked || ((header.flags & flag) !== 0) !== asked.invert;
    return holds(ece, TCP_FLAG.ece) && holds(cwr, TCP_FLAG.cwr);
  },
});
