/** Values of the host's sysctls: what was set, else the kernel's default. */
import { CONNTRACK_SYSCTLS } from '../conntrack/timeouts.ts';
import { IPVS_SYSCTLS } from '../ipvs/sysctls.ts';
import type { Cell } from '../model.ts';
import type { HostRecord } from './model.ts';

/** Defaults of those that matter to packets; `conf` names stand for every device. */
export const HOST_SYSCTLS: { readonly [name: string]: number } = {
  'net.ipv4.ip_forward': 0,
  'net.ipv4.ip_default_ttl': 64,
  'net.ipv4.ip_forward_use_pmtu': 0,
  'net.ipv4.ip_nonlocal_bind': 0,
  'net.ipv4.icmp_echo_ignore_all': 0,
  'net.ipv4.icmp_echo_ignore_broadcasts': 1,
  'net.ipv4.icmp_errors_use_inbound_ifaddr': 0,
  'net.ipv4.fwmark_reflect': 0,
  'net.ipv6.conf.all.forwarding': 0,
  'net.ipv6.fwmark_reflect': 0,
  'net.ipv4.tcp_timestamps': 1,
};
/** Last parts of net.ipv4.conf.DEV.NAME; all of them are 0 unless set. */
const CONF = /^net\.ipv[46]\.conf\.[^.]+\.\w+$/;

/** Throws for a name the model does not know: a packet's fate must not depend on a guess. */
export function sysctlValue(host: Readonly<HostRecord>, name: string): number {
  const set = Object.hasOwn(host.sysctls, name) ? host.sysctls[name] : undefined;
  if (set !== undefined) return Number(set.trim());
  if (Object.hasOwn(HOST_SYSCTLS, name)) return HOST_SYSCTLS[name] ?? 0;
  if (Object.hasOwn(CONNTRACK_SYSCTLS, name)) return CONNTRACK_SYSCTLS[name] ?? 0;
  if (Object.hasOwn(IPVS_SYSCTLS, name)) return IPVS_SYSCTLS[name] ?? 0;
  if (CONF.test(name)) return 0;
  throw new Error(`no default known for sysctl ${name}`);
}

/** Sets a sysctl of the lab's host to 1. */
export function switchOn(lab: { readonly host: Cell<HostRecord> }, name: string): void {
  if (sysctlValue(lab.host.get(), name) === 1) return;
  const host = lab.host.edit();
  host.sysctls = { ...host.sysctls, [name]: '1' };
}
