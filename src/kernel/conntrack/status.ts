/** Status bits as ctnetlink carries them (enum ip_conntrack_status). */
import type { ConntrackEntry, ConntrackStatus } from './model.ts';

export const STATUS_BITS: { readonly [S in ConntrackStatus]: number } = {
  EXPECTED: 0x1,
  SEEN_REPLY: 0x2,
  ASSURED: 0x4,
  CONFIRMED: 0x8,
  SRC_NAT: 0x10,
  DST_NAT: 0x20,
  SRC_NAT_DONE: 0x80,
  DST_NAT_DONE: 0x100,
  DYING: 0x200,
  FIXED_TIMEOUT: 0x400,
  TEMPLATE: 0x800,
  HELPER: 0x2000,
  OFFLOAD: 0x4000,
};

export function statusBits({ status }: Readonly<ConntrackEntry>): number {
  let bits = 0;
  for (const name of status) bits |= STATUS_BITS[name];
  return bits;
}
