/** Comparisons of transport header fields as matches (nft_parse_transport in nft-ruleparse.c). */
import { readUint } from '../base/bytes.ts';
import type { CompareOp, ExprOf, PlainRecord } from '../kernel/nftables/model.ts';
import { PROTO } from '../packet/protocols.ts';
import type { RegisterContent, RuleDraft } from './lift.ts';
import { ANY_TCP } from './matches/tcp.ts';
import { ANY_PORT, type PortMatch } from './ports.ts';
import { findMatch } from './table.ts';

const ANY_UDP = { sport: ANY_PORT, dport: ANY_PORT };

/** Changes the rule's tcp or udp match, which is made when there is none yet. */
function changeMatch(draft: RuleDraft, name: 'tcp' | 'udp', changes: PlainRecord): void {
  const at = draft.matches.findIndex((use) => use.extension.name === name);
  const old = draft.matches[at];
  if (old) {
    draft.matches[at] = { ...old, info: { ...old.info, ...changes } };
    return;
  }
  const extension = findMatch(name, draft.family);
  if (!extension) return;
  const fresh = name === 'tcp' ? ANY_TCP : ANY_UDP;
  draft.matches.push({ extension, info: { ...fresh, ...changes } as unknown as PlainRecord });
}

function changePorts(draft: RuleDraft, ports: { sport?: PortMatch; dport?: PortMatch }): void {
  const name = draft.proto === PROTO.tcp ? 'tcp' : draft.proto === PROTO.udp ? 'udp' : undefined;
  if (!name) {
    draft.errors.push('unsupported layer 4 protocol value');
    return;
  }
  changeMatch(draft, name, ports as unknown as PlainRecord);
}

function comparedPort(cmp: CompareOp, port: number): PortMatch {
  switch (cmp) {
    case 'eq':
      return { from: port, to: port, invert: false };
    case 'neq':
      return { from: port, to: port, invert: true };
    case 'lt':
      return { ...ANY_PORT, to: Math.max(port - 1, 1) };
    case 'lte':
      return { ...ANY_PORT, to: port };
    case 'gt':
      return { ...ANY_PORT, from: Math.min(port + 1, 0xffff) };
    case 'gte':
      return { ...ANY_PORT, from: port };
  }
}

export function liftTransport(
  draft: RuleDraft,
  content: RegisterContent & { readonly type: 'payload' },
  expr: ExprOf<'cmp'>,
): void {
  if (draft.proto === PROTO.icmp || draft.proto === PROTO.icmpv6) {
    liftIcmp(draft, content.offset, expr);
    return;
  }
  const { data, cmp } = expr;
  const value = readUint(data, 0, data.length);
  if (content.offset === 0 && data.length === 2)
    changePorts(draft, { sport: comparedPort(cmp, value) });
  else if (content.offset === 2 && data.length === 2)
    changePorts(draft, { dport: comparedPort(cmp, value) });
  else if (content.offset === 0 && data.length === 4)
    changePorts(draft, {
      sport: comparedPort(cmp, readUint(data, 0, 2)),
      dport: comparedPort(cmp, readUint(data, 2, 2)),
    });
  else if (content.offset === 13 && data.length === 1 && draft.proto === PROTO.tcp)
    changeMatch(draft, 'tcp', {
      flagMask: content.mask?.[0] ?? 0xff,
      flagCmp: value,
      flagInvert: cmp === 'neq',
    });
}

export function liftTransportRange(draft: RuleDraft, offset: number, expr: ExprOf<'range'>): void {
  const ports = {
    from: readUint(expr.from, 0, 2),
    to: readUint(expr.to, 0, 2),
    invert: expr.cmp === 'neq',
  };
  if (offset === 0) changePorts(draft, { sport: ports });
  else if (offset === 2) changePorts(draft, { dport: ports });
}

/** The type, or type and code together. */
function liftIcmp(draft: RuleDraft, offset: number, { cmp, data }: ExprOf<'cmp'>): void {
  const v4 = draft.proto === PROTO.icmp;
  if (offset !== 0) {
    draft.errors.push('unexpected payload offset');
    return;
  }
  const code = data.length > 1 ? `/${data[1]}` : '';
  draft.addMatch(v4 ? 'icmp' : 'icmp6', [
    [v4 ? 'icmp-type' : 'icmpv6-type', `${data[0]}${code}`, cmp === 'neq'],
  ]);
}
