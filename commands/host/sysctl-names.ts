/** The sysctls a host knows, with the kernel's defaults, as text. */
import { CONNTRACK_SYSCTLS } from '../../src/kernel/conntrack/timeouts.ts';
import type { HostRecord } from '../../src/kernel/host/model.ts';
import { HOST_SYSCTLS } from '../../src/kernel/host/sysctls.ts';
import { IPVS_SYSCTLS } from '../../src/kernel/ipvs/sysctls.ts';

/** Names and values of net.ipv4.conf.DEV.*; those without a value are 0. */
const CONF_V4 = `
accept_local accept_source_route arp_accept arp_announce arp_filter arp_ignore arp_notify bc_forwarding
bootp_relay disable_policy disable_xfrm drop_gratuitous_arp drop_unicast_in_l2_multicast force_igmp_version
ignore_routes_with_linkdown log_martians mc_forwarding medium_id promote_secondaries proxy_arp proxy_arp_pvlan
route_localnet rp_filter src_valid_mark tag accept_redirects=1 arp_evict_nocarrier=1
igmpv2_unsolicited_report_interval=10000 igmpv3_unsolicited_report_interval=1000 secure_redirects=1
send_redirects=1 shared_media=1`;
/** Names and values of net.ipv6.conf.DEV.*. */
const CONF_V6 = `
accept_dad accept_ra_from_local accept_ra_min_lft accept_ra_rt_info_max_plen accept_ra_rt_info_min_plen
accept_source_route accept_untracked_na addr_gen_mode disable_ipv6 disable_policy drop_unicast_in_l2_multicast
drop_unsolicited_na force_mld_version force_tllao ignore_routes_with_linkdown ioam6_enabled keep_addr_on_down
mc_forwarding ndisc_notify ndisc_tclass optimistic_dad proxy_ndp ra_honor_pio_life ra_honor_pio_pflag
rpl_seg_enabled seg6_enabled seg6_require_hmac use_oif_addrs_only use_optimistic use_tempaddr accept_ra=1
accept_ra_defrtr=1 accept_ra_min_hop_limit=1 accept_ra_mtu=1 accept_ra_pinfo=1 accept_ra_rtr_pref=1
accept_redirects=1 autoconf=1 dad_transmits=1 enhanced_dad=1 hop_limit=64 ioam6_id=65535
ioam6_id_wide=4294967295 max_addresses=16 max_desync_factor=600 mldv1_unsolicited_report_interval=10000
mldv2_unsolicited_report_interval=1000 mtu=1280 ndisc_evict_nocarrier=1 ra_defrtr_metric=1024
regen_max_retry=3 regen_min_advance=2 router_probe_interval=60 router_solicitation_delay=1
router_solicitation_interval=4 router_solicitation_max_interval=3600 router_solicitations=-1
suppress_frag_ndisc=1 temp_prefered_lft=86400 temp_valid_lft=604800`;

/** Names that stand for another one: the value of the first is kept, with all that follow from it. */
const FORWARDING = { ip: 'net.ipv4.ip_forward', ip6: 'net.ipv6.conf.all.forwarding' } as const;

/** Beyond what matters to packets: what scripts commonly read and write. */
const OTHERS: { readonly [name: string]: string } = {
  'kernel.hostname': '(none)',
  'net.bridge.bridge-nf-call-arptables': '1',
  'net.bridge.bridge-nf-call-ip6tables': '1',
  'net.bridge.bridge-nf-call-iptables': '1',
  'net.core.netdev_max_backlog': '1000',
  'net.core.rmem_default': '212992',
  'net.core.rmem_max': '212992',
  'net.core.somaxconn': '4096',
  'net.core.wmem_default': '212992',
  'net.core.wmem_max': '212992',
  'net.ipv4.icmp_ignore_bogus_error_responses': '1',
  'net.ipv4.icmp_ratelimit': '1000',
  'net.ipv4.icmp_ratemask': '6168',
  'net.ipv4.ip_dynaddr': '0',
  'net.ipv4.ip_local_port_range': '32768\t60999',
  'net.ipv4.ip_local_reserved_ports': '',
  'net.ipv4.ip_no_pmtu_disc': '0',
  'net.ipv4.ip_unprivileged_port_start': '1024',
  'net.ipv4.ping_group_range': '1\t0',
  'net.ipv4.route.flush': '',
  'net.ipv4.tcp_ecn': '2',
  'net.ipv4.tcp_fin_timeout': '60',
  'net.ipv4.tcp_keepalive_time': '7200',
  'net.ipv4.tcp_max_syn_backlog': '128',
  'net.ipv4.tcp_rfc1337': '0',
  'net.ipv4.tcp_sack': '1',
  'net.ipv4.tcp_syn_retries': '6',
  'net.ipv4.tcp_synack_retries': '5',
  'net.ipv4.tcp_syncookies': '1',
  'net.ipv4.tcp_tw_reuse': '2',
  'net.ipv4.tcp_window_scaling': '1',
  'net.ipv4.vs.sync_threshold': '3\t50',
  'net.netfilter.nf_log_all_netns': '0',
};

const PLAIN = [HOST_SYSCTLS, CONNTRACK_SYSCTLS, IPVS_SYSCTLS, OTHERS] as const;

function lookUp(
  table: { readonly [name: string]: string | number },
  name: string,
): string | undefined {
  return Object.hasOwn(table, name) ? `${table[name]}` : undefined;
}

/** The default in a list of `name` and `name=value` words. */
function inList(list: string, name: string): string | undefined {
  const word = list.split(/\s+/).find((each) => each.split('=')[0] === name);
  return word === undefined || name === '' ? undefined : (word.split('=')[1] ?? '0');
}

/** The name a value is kept under: forwarding of all devices is one switch. */
export function canonicalName(name: string): string {
  return name === 'net.ipv4.conf.all.forwarding' ? FORWARDING.ip : name;
}

/** The value, undefined when the host has no such sysctl. */
export function readSysctl(host: Readonly<HostRecord>, asked: string): string | undefined {
  const name = canonicalName(asked);
  if (Object.hasOwn(host.sysctls, name)) return host.sysctls[name];
  for (const table of PLAIN) {
    const value = lookUp(table, name);
    if (value !== undefined) return value;
  }
  const conf = /^net\.ipv([46])\.conf\.([^.]+)\.(\w+)$/.exec(name);
  if (!conf) return undefined;
  const [, version, dev = '', last = ''] = conf;
  const known = ['all', 'default', ...host.interfaces.map((each) => each.name)];
  if (!known.includes(dev)) return undefined;
  if (last === 'forwarding')
    return readSysctl(host, version === '4' ? FORWARDING.ip : FORWARDING.ip6);
  return inList(version === '4' ? CONF_V4 : CONF_V6, last);
}

/** All names of a host, sorted. */
export function sysctlNames(host: Readonly<HostRecord>): readonly string[] {
  const names = PLAIN.flatMap((table) => Object.keys(table));
  const last = (list: string) =>
    list
      .trim()
      .split(/\s+/)
      .map((word) => word.split('=')[0] ?? '');
  for (const dev of ['all', 'default', ...host.interfaces.map(({ name }) => name)]) {
    for (const name of [...last(CONF_V4), 'forwarding']) names.push(`net.ipv4.conf.${dev}.${name}`);
    for (const name of [...last(CONF_V6), 'forwarding']) names.push(`net.ipv6.conf.${dev}.${name}`);
  }
  return [...new Set([...names, ...Object.keys(host.sysctls)])].sort();
}
