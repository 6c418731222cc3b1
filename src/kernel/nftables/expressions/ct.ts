import { be, fromLe, le } from '../../../base/bytes.ts';
import { NotEmulated } from '../../../base/errors.ts';
import type { ConntrackEntry, ConntrackStatus, Tuple } from '../../conntrack/model.ts';
import { conntrackDirection, conntrackOf, type PacketConntrack } from '../../netfilter.ts';
import { BREAK, CONTINUE, type EvalContext, type ExprResult } from '../context.ts';
import type { CtKey, ExprOf } from '../model.ts';
import { loadReg, loadU32, storeReg } from '../registers.ts';
import { defineExpr } from './define.ts';

const INVALID = 1;
const UNTRACKED = 64;
const STATE_BITS = { established: 2, related: 4, new: 8 } as const;

/** The bit of `ct state` of a packet (NF_CT_STATE_BIT). */
export function stateBit(packet: EvalContext['packet']): number {
  if (packet.ct === 'untracked') return UNTRACKED;
  const ct = conntrackOf(packet);
  if (!ct) return INVALID;
  if (ct.info === 'new') return STATE_BITS.new;
  return ct.info.startsWith('established') ? STATE_BITS.established : STATE_BITS.related;
}

const STATUS_BITS: { readonly [S in ConntrackStatus]: number } = {
  EXPECTED: 1,
  SEEN_REPLY: 2,
  ASSURED: 4,
  CONFIRMED: 8,
  SRC_NAT: 16,
  DST_NAT: 32,
  SRC_NAT_DONE: 128,
  DST_NAT_DONE: 256,
  DYING: 512,
  FIXED_TIMEOUT: 1024,
  TEMPLATE: 2048,
  HELPER: 8192,
  OFFLOAD: 16384,
};

/** The status word of a connection (IPS_*). */
export const statusBits = (entry: Readonly<ConntrackEntry>): number =>
  entry.status.reduce((bits, name) => bits | STATUS_BITS[name], 0);

const u32 = (value: number): Uint8Array => le(value >>> 0, 4);
const NANOS_PER_MS = 1_000_000n;

function text16(text: string): Uint8Array {
  const out = new Uint8Array(16);
  for (let i = 0; i < Math.min(15, text.length); i++) out[i] = text.charCodeAt(i);
  return out;
}

type Expr = ExprOf<'ct'>;
type Read = (ct: PacketConntrack, expr: Expr, ctx: EvalContext) => Uint8Array | undefined;

/** Packets or bytes counted, of one direction or both; 0 without nf_conntrack_acct. */
function counted({ entry }: PacketConntrack, { dir }: Expr, what: 'packets' | 'bytes'): bigint {
  const { counters } = entry;
  if (!counters) return 0n;
  if (dir) return counters[dir][what];
  return counters.original[what] + counters.reply[what];
}

function tuple({ entry }: PacketConntrack, dir: Expr['dir']): Tuple {
  return dir === 'reply' ? entry.reply : entry.original;
}

const address =
  (end: 'src' | 'dst', l3?: Tuple['l3']): Read =>
  (ct, { dir }) => {
    const t = tuple(ct, dir);
    return l3 === undefined || t.l3 === l3 ? t[end] : undefined;
  };

const READ: { readonly [K in Exclude<CtKey, 'state'>]: Read } = {
  direction: (ct) => le(conntrackDirection(ct) === 'reply' ? 1 : 0, 1),
  status: ({ entry }) => u32(statusBits(entry)),
  mark: ({ entry }) => u32(entry.mark),
  secmark: () => u32(0),
  // Before it is confirmed a connection's timeout is not yet a point in time, and reads as passed.
  expiration: ({ entry, confirmed }, _, { clock }) => {
    const left = confirmed ? (entry.expires - clock.now()) / NANOS_PER_MS : 0n;
    return le(left > 0n ? left : 0n, 4);
  },
  // The helper that expected this connection: its master's, not its own.
  helper({ entry }, _, { lab }) {
    const master = entry.master === undefined ? undefined : lab.conntrack.get(entry.master);
    return master?.helper === undefined ? undefined : text16(master.helper);
  },
  l3protocol: ({ entry }) => le(entry.original.l3 === 'ipv4' ? 2 : 10, 1),
  src: address('src'),
  dst: address('dst'),
  src_ip: address('src', 'ipv4'),
  dst_ip: address('dst', 'ipv4'),
  src_ip6: address('src', 'ipv6'),
  dst_ip6: address('dst', 'ipv6'),
  protocol: ({ entry }) => le(entry.original.proto, 1),
  proto_src: (ct, { dir }) => be(tuple(ct, dir).sport, 2),
  proto_dst: (ct, { dir }) => {
    const { icmp, dport } = tuple(ct, dir);
    return icmp ? Uint8Array.of(icmp.type, icmp.code) : be(dport, 2);
  },
  label: ({ entry }) => le(entry.labels ?? 0n, 16),
  packets: (ct, expr) => le(counted(ct, expr, 'packets'), 8),
  bytes: (ct, expr) => le(counted(ct, expr, 'bytes'), 8),
  avgpkt: (ct, expr) => {
    const packets = counted(ct, expr, 'packets');
    return le(packets === 0n ? 0n : counted(ct, expr, 'bytes') / packets, 8);
  },
  zone: ({ entry: { zone } }, { dir }) =>
    le(dir === undefined || zone.dir === 'both' || zone.dir === dir ? zone.id : 0, 2),
  event: () => undefined,
  id: ({ entry }) => u32(entry.id),
};

export const ct = defineExpr({
  op: 'ct',
  evaluate(expr, ctx) {
    if (expr.key === 'state') {
      storeReg(ctx.registers, expr.dreg, u32(stateBit(ctx.packet)));
      return CONTINUE;
    }
    const connection = conntrackOf(ctx.packet);
    const value = connection && READ[expr.key](connection, expr, ctx);
    if (value === undefined) return BREAK;
    storeReg(ctx.registers, expr.dreg, value);
    return CONTINUE;
  },
  dump: ({ key, dir, dreg }) => `ct load ${key} => reg ${dreg}${dir ? ` , dir ${dir}` : ''}`,
});

/** nft_ct_set_zone_eval: a template, unless the packet is tracked already. */
function setZone(expr: ExprOf<'ct set'>, ctx: EvalContext): ExprResult {
  if (ctx.packet.ct !== undefined) return CONTINUE;
  const id = loadU32(ctx.registers, expr.sreg) & 0xffff;
  ctx.conntrack.setTemplate(ctx.packet, { zone: { id, dir: expr.dir ?? 'both' } }, ctx.env);
  return CONTINUE;
}

export const ctSet = defineExpr({
  op: 'ct set',
  evaluate(expr, ctx) {
    if (expr.key === 'zone') return setZone(expr, ctx);
    const connection = conntrackOf(ctx.packet);
    if (!connection) return CONTINUE;
    switch (expr.key) {
      case 'mark': {
        const mark = loadU32(ctx.registers, expr.sreg);
        if (connection.entry.mark !== mark) connection.edit().mark = mark;
        return CONTINUE;
      }
      case 'label':
        // nf_connlabels_replace with the mask equal to the value: bits are only added.
        connection.edit().labels =
          (connection.entry.labels ?? 0n) | fromLe(loadReg(ctx.registers, expr.sreg, 16));
        return CONTINUE;
      default:
        throw new NotEmulated(`ct ${expr.key} set`);
    }
  },
  dump: ({ key, dir, sreg }) => `ct set ${key} with reg ${sreg}${dir ? ` , dir ${dir}` : ''}`,
});

export const notrack = defineExpr({
  op: 'notrack',
  evaluate(_, { packet }) {
    packet.ct ??= 'untracked';
    return CONTINUE;
  },
  dump: () => 'notrack',
});
