import { formatIpv6, parseIpv6 } from '../../base/address.ts';
import { equalBytes, readUint } from '../../base/bytes.ts';
import { extensionHeaders } from '../../packet/ipv6.ts';
import { PROTO } from '../../packet/protocols.ts';
import { defineMatch } from '../define.ts';
import { parameterProblem } from '../errors.ts';

interface Asked {
  readonly value: number;
  readonly invert: boolean;
}

interface RtInfo {
  readonly type: Asked | undefined;
  readonly segments:
    | { readonly from: number; readonly to: number; readonly invert: boolean }
    | undefined;
  /** Bytes of the header. */
  readonly length: Asked | undefined;
  readonly reserved: boolean;
  readonly addresses: readonly Uint8Array[];
  /** The addresses may be anywhere in the list, in order. */
  readonly notStrict: boolean;
}

const MAX = 0xffffffff;
const MAX_ADDRESSES = 16;
const not = ({ invert }: { readonly invert: boolean }, sign: string): string =>
  invert ? sign : '';

function readAddresses(text: string): readonly Uint8Array[] {
  const words = text.split(',').filter((word) => word !== '');
  if (words.length > MAX_ADDRESSES) parameterProblem('too many addresses specified');
  return words.map((word) => parseIpv6(word) ?? parameterProblem(`bad address: ${word}`));
}

export const rt = defineMatch({
  name: 'rt',
  families: ['ip6'],
  options: {
    'rt-type': { type: 'u32', invertible: true },
    'rt-segsleft': { type: 'u32 range', invertible: true },
    'rt-len': { type: 'u32', invertible: true },
    'rt-0-res': { type: 'none' },
    'rt-0-addrs': { type: 'string', read: readAddresses },
    'rt-0-not-strict': { type: 'none' },
  },
  help: `[!] --rt-type TYPE             of the routing header
[!] --rt-segsleft NUMBER[:NUMBER]  segments left
[!] --rt-len LENGTH            of the header in bytes
--rt-0-res                     with --rt-type 0: the reserved field is zero
--rt-0-addrs ADDRESS[,ADDRESS] with --rt-type 0: these addresses are in it
--rt-0-not-strict              others may stand between them`,
  parse(options): RtInfo {
    const [type, segments, length] = [
      options['rt-type'],
      options['rt-segsleft'],
      options['rt-len'],
    ];
    const type0 = type?.value === 0 && !type.invert;
    for (const option of ['rt-0-res', 'rt-0-addrs'] as const)
      if (options[option] && !type0)
        parameterProblem(`\`--rt-type 0' required before \`--${option}'`);
    if (options['rt-0-not-strict'] && !options['rt-0-addrs'])
      parameterProblem("`--rt-0-addr ...' required before `--rt-0-not-strict'");
    return {
      type: type && { value: type.value, invert: type.invert },
      segments: segments && {
        from: segments.value.from,
        to: segments.value.to,
        invert: segments.invert,
      },
      length: length && { value: length.value, invert: length.invert },
      reserved: options['rt-0-res'] !== undefined,
      addresses: options['rt-0-addrs']?.value ?? [],
      notStrict: options['rt-0-not-strict'] !== undefined,
    };
  },
  print({ type, segments, length, reserved, addresses, notStrict }) {
    const left = anySegments(segments)
      ? []
      : segments.from === segments.to
        ? [`segsleft:${not(segments, '!')}${segments.from}`]
        : [`segslefts:${not(segments, '!')}${segments.from}:${segments.to}`];
    return [
      'rt',
      ...(type ? [`type:${not(type, '!')}${type.value}`] : []),
      ...left,
      ...(length ? [`length:${not(length, '!')}${length.value}`] : []),
      ...(reserved ? ['reserved'] : []),
      ...(addresses.length > 0 ? [`0-addrs ${addresses.map(formatIpv6).join(',')}`] : []),
      ...(notStrict ? ['0-not-strict'] : []),
    ].join(' ');
  },
  save({ type, segments, length, reserved, addresses, notStrict }) {
    const range = (s: NonNullable<RtInfo['segments']>) =>
      s.from === s.to ? `${s.from}` : `${s.from}:${s.to}`;
    return [
      ...(type ? [`${not(type, '! ')}--rt-type ${type.value}`] : []),
      ...(anySegments(segments) ? [] : [`${not(segments, '! ')}--rt-segsleft ${range(segments)}`]),
      ...(length ? [`${not(length, '! ')}--rt-len ${length.value}`] : []),
      ...(reserved ? ['--rt-0-res'] : []),
      ...(addresses.length > 0 ? [`--rt-0-addrs ${addresses.map(formatIpv6).join(',')}`] : []),
      ...(notStrict ? ['--rt-0-not-strict'] : []),
    ].join(' ');
  },
  translate({ type, segments, length, reserved, addresses, notStrict }) {
    if (reserved || addresses.length > 0 || notStrict) return undefined;
    const range = (s: NonNullable<RtInfo['segments']>) =>
      s.from === s.to ? `${s.from}` : `${s.from}-${s.to}`;
    const words = [
      ...(type ? [`rt type ${not(type, '!= ')}${type.value}`] : []),
      ...(anySegments(segments) ? [] : [`rt seg-left ${not(segments, '!= ')}${range(segments)}`]),
      ...(length ? [`rt hdrlength ${not(length, '!= ')}${length.value}`] : []),
    ];
    return words.join(' ') || 'exthdr rt exists';
  },
  test(info, { packet }) {
    const { data } = packet;
    for (const header of extensionHeaders(data)) {
      if (header.type !== PROTO.routing) continue;
      const end = header.offset + header.length;
      return end <= data.length && testHeader(info, data.subarray(header.offset, end));
    }
    return false;
  },
});

/** Nothing is asked of the segments left. */
function anySegments(segments: RtInfo['segments']): segments is undefined {
  return !segments || (segments.from === 0 && segments.to === MAX && !segments.invert);
}

/** rt_mt6. */
function testHeader(info: RtInfo, header: Uint8Array): boolean {
  const holds = (asked: Asked | undefined, actual: number) =>
    !asked || (actual === asked.value) !== asked.invert;
  const left = header[3] ?? 0;
  const { segments } = info;
  if (!holds(info.type, header[2] ?? 0) || !holds(info.length, header.length)) return false;
  if (segments && (left >= segments.from && left <= segments.to) === segments.invert) return false;
  if (info.reserved && readUint(header, 4, 4) !== 0) return false;
  if (info.addresses.length === 0) return true;
  const listed: Uint8Array[] = [];
  for (let at = 8; at + 16 <= header.length; at += 16) listed.push(header.subarray(at, at + 16));
  if (info.notStrict) {
    let next = 0;
    for (const address of listed) {
      const wanted = info.addresses[next];
      if (wanted && equalBytes(wanted, address)) next++;
    }
    return next === info.addresses.length;
  }
  return (
    listed.length === info.addresses.length &&
    listed.every((address, i) => equalBytes(address, info.addresses[i] ?? new Uint8Array(0)))
  );
}
