import { maskAddress } from '../../base/address.ts';
import { compareBytes } from '../../base/bytes.ts';
import { findOutward } from '../../kernel/ipvs/connections.ts';
import type { IpvsForwarding } from '../../kernel/ipvs/model.ts';
import type { EvalContext } from '../../kernel/nftables/context.ts';
import { addresses, ports } from '../../packet/transport.ts';
import { defineMatch } from '../define.ts';
import { parameterProblem } from '../errors.ts';
import { formatHostMask, type HostMask } from '../names.ts';
import type { OptionCall } from '../options.ts';

interface Side<T> {
  readonly value: T;
  readonly invert: boolean;
}

interface IpvsInfo {
  /** Asked alone: whether the packet is IPVS' own. Anything else asks that, too. */
  readonly ipvs?: { readonly invert: boolean };
  readonly vproto?: Side<number>;
  readonly vaddr?: Side<HostMask>;
  readonly vport?: Side<number>;
  readonly vdir?: 'ORIGINAL' | 'REPLY';
  readonly vmethod?: Side<Method>;
  readonly vportctl?: Side<number>;
}

const METHODS = ['GATE', 'IPIP', 'MASQ'] as const;
type Method = (typeof METHODS)[number];
const METHOD_OF: { readonly [F in IpvsForwarding]: Method } = {
  route: 'GATE',
  tunnel: 'IPIP',
  masq: 'MASQ',
};
const DIRECTIONS = ['ORIGINAL', 'REPLY'] as const;

const oneOf =
  <T extends string>(names: readonly T[]) =>
  (text: string, { option }: OptionCall): T =>
    names.find((name) => name === text.toUpperCase()) ??
    parameterProblem(`ipvs: Bad value for "--${option}" option: "${text}"`);

const readDirection = oneOf(DIRECTIONS);
const readMethod = oneOf(METHODS);

function words(info: IpvsInfo, dash: '' | '--'): string {
  const out: string[] = [];
  const put = (name: string, value: string, invert: boolean) =>
    out.push(`${invert ? '! ' : ''}${dash}${name}${value === '' ? '' : ` ${value}`}`);
  if (info.ipvs) put('ipvs', '', info.ipvs.invert);
  if (info.vproto) put('vproto', `${info.vproto.value}`, info.vproto.invert);
  if (info.vaddr) put('vaddr', formatHostMask(info.vaddr.value), info.vaddr.invert);
  if (info.vport) put('vport', `${info.vport.value}`, info.vport.invert);
  if (info.vdir) put('vdir', info.vdir, false);
  if (info.vmethod) put('vmethod', info.vmethod.value, info.vmethod.invert);
  if (info.vportctl) put('vportctl', `${info.vportctl.value}`, info.vportctl.invert);
  return out.join(' ');
}

/** Holds, or does not where that is asked. */
const agrees = <T>(side: Side<T> | undefined, holds: (value: T) => boolean): boolean =>
  !side || holds(side.value) !== side.invert;

/** The connection a packet is of on its way to the real server (ipvs_mt looks at outward packets the other way round). */
function connectionOf({ packet, lab }: EvalContext) {
  const numbers = ports(packet);
  if (!numbers) return undefined;
  const { src, dst } = addresses(packet);
  return findOutward(lab, {
    protocol: packet.transport.proto,
    src: dst,
    sport: numbers.dport,
    dst: src,
    dport: numbers.sport,
  });
}

function isReply(ct: unknown): boolean | undefined {
  if (typeof ct !== 'object' || ct === null || !('info' in ct)) return undefined;
  return String(ct.info).endsWith('reply');
}

export const ipvs = defineMatch({
  name: 'ipvs',
  options: {
    ipvs: { type: 'none', invertible: true },
    vproto: { type: 'protocol', invertible: true },
    vaddr: { type: 'hostmask', invertible: true },
    vport: { type: 'port', invertible: true },
    vdir: { type: 'string', read: readDirection },
    vmethod: { type: 'string', invertible: true, read: readMethod },
    vportctl: { type: 'port', invertible: true },
  },
  help: `[!] --ipvs                      the packet is one IPVS sends on
[!] --vproto PROTOCOL           of its connection
[!] --vaddr ADDRESS[/MASK]      virtual address
[!] --vport PORT                virtual port
    --vdir ORIGINAL|REPLY
[!] --vmethod GATE|IPIP|MASQ
[!] --vportctl PORT             virtual port of the controlling connection`,
  parse({ ipvs: own, vproto, vaddr, vport, vdir, vmethod, vportctl }): IpvsInfo {
    if (!own && !vproto && !vaddr && !vport && !vdir && !vmethod && !vportctl)
      parameterProblem('IPVS: At least one option is required');
    const more = vproto ?? vaddr ?? vport ?? vdir ?? vmethod ?? vportctl;
    return {
      ...(own && !more && { ipvs: { invert: own.invert } }),
      ...(vproto && { vproto }),
      ...(vaddr && { vaddr }),
      ...(vport && { vport }),
      ...(vdir && { vdir: vdir.value }),
      ...(vmethod && { vmethod }),
      ...(vportctl && { vportctl }),
    };
  },
  print: (info) => words(info, ''),
  save: (info) => words(info, '--'),
  test(info, ctx) {
    const { packet, lab } = ctx;
    if (info.ipvs) return (packet.ipvs !== undefined) !== info.ipvs.invert;
    if (packet.ipvs === undefined) return false;
    if (!agrees(info.vproto, (proto) => packet.transport.proto === proto)) return false;
    const conn = connectionOf(ctx);
    if (!conn) return false;
    const control =
      conn.controlledBy === undefined ? undefined : lab.ipvs.connections.get(conn.controlledBy);
    return (
      agrees(info.vport, (port) => conn.virtualPort === port) &&
      agrees(info.vportctl, (port) => control?.virtualPort === port) &&
      (!info.vdir || isReply(packet.ct) === (info.vdir === 'REPLY')) &&
      agrees(info.vmethod, (method) => METHOD_OF[conn.forwarding] === method) &&
      agrees(
        info.vaddr,
        ({ address, mask }) => compareBytes(maskAddress(conn.virtual, mask), address) === 0,
      )
    );
  },
});
