/** All extensions. To add one: import it and put it in its table. */
import type { Descriptor, MatchDescriptor, TargetDescriptor, XtFamily } from './define.ts';
import { addrtype } from './matches/addrtype.ts';
import { ah, ah6 } from './matches/ah.ts';
import { bpf } from './matches/bpf.ts';
import { cgroup } from './matches/cgroup.ts';
import { cluster } from './matches/cluster.ts';
import { comment } from './matches/comment.ts';
import { connbytes } from './matches/connbytes.ts';
import { connlabel } from './matches/connlabel.ts';
import { connlimit } from './matches/connlimit.ts';
import { connmark } from './matches/connmark.ts';
import { conntrack, state } from './matches/conntrack.ts';
import { cpu } from './matches/cpu.ts';
import { dccp } from './matches/dccp.ts';
import { devgroup } from './matches/devgroup.ts';
import { dscp } from './matches/dscp.ts';
import { dst } from './matches/dst.ts';
import { ecn } from './matches/ecn.ts';
import { esp } from './matches/esp.ts';
import { eui64 } from './matches/eui64.ts';
import { frag } from './matches/frag.ts';
import { hashlimit } from './matches/hashlimit.ts';
import { hbh } from './matches/hbh.ts';
import { helper } from './matches/helper.ts';
import { hl } from './matches/hl.ts';
import { icmp, icmp6 } from './matches/icmp.ts';
import { ipcomp } from './matches/ipcomp.ts';
import { iprange } from './matches/iprange.ts';
import { ipv6header } from './matches/ipv6header.ts';
import { ipvs } from './matches/ipvs.ts';
import { length } from './matches/length.ts';
import { limit } from './matches/limit.ts';
import { mac } from './matches/mac.ts';
import { mark } from './matches/mark.ts';
import { mh } from './matches/mh.ts';
import { multiport } from './matches/multiport.ts';
import { nfacct } from './matches/nfacct.ts';
import { osf } from './matches/osf.ts';
import { owner } from './matches/owner.ts';
import { physdev } from './matches/physdev.ts';
import { pkttype } from './matches/pkttype.ts';
import { policy } from './matches/policy.ts';
import { quota } from './matches/quota.ts';
import { rateest } from './matches/rateest.ts';
import { realm } from './matches/realm.ts';
import { recent } from './matches/recent.ts';
import { rpfilter } from './matches/rpfilter.ts';
import { rt } from './matches/rt.ts';
import { sctp } from './matches/sctp.ts';
import { set } from './matches/set.ts';
import { socket } from './matches/socket.ts';
import { srh } from './matches/srh.ts';
import { statistic } from './matches/statistic.ts';
import { string } from './matches/string.ts';
import { tcp } from './matches/tcp.ts';
import { tcpmss } from './matches/tcpmss.ts';
import { time } from './matches/time.ts';
import { tos } from './matches/tos.ts';
import { ttl } from './matches/ttl.ts';
import { u32 } from './matches/u32.ts';
import { udp } from './matches/udp.ts';
import { audit } from './targets/audit.ts';
import { checksum } from './targets/checksum.ts';
import { classify } from './targets/classify.ts';
import { connmark as connmarkTarget } from './targets/connmark.ts';
import { connsecmark } from './targets/connsecmark.ts';
import { ct, notrack } from './targets/ct.ts';
import { dnat } from './targets/dnat.ts';
import { dnpt } from './targets/dnpt.ts';
import { dscp as dscpTarget } from './targets/dscp.ts';
import { ecn as ecnTarget } from './targets/ecn.ts';
import { hl as hlTarget } from './targets/hl.ts';
import { hmark } from './targets/hmark.ts';
import { idletimer } from './targets/idletimer.ts';
import { led } from './targets/led.ts';
import { log } from './targets/log.ts';
import { mangle } from './targets/mangle.ts';
import { mark as markTarget } from './targets/mark.ts';
import { arpMark } from './targets/mark-arp.ts';
import { masquerade } from './targets/masquerade.ts';
import { netmap } from './targets/netmap.ts';
import { nflog } from './targets/nflog.ts';
import { nfqueue } from './targets/nfqueue.ts';
import { rateest as rateestTarget } from './targets/rateest.ts';
import { redirect } from './targets/redirect.ts';
import { reject, reject6 } from './targets/reject.ts';
import { secmark } from './targets/secmark.ts';
import { set as setTarget } from './targets/set.ts';
import { snat } from './targets/snat.ts';
import { snpt } from './targets/snpt.ts';
import { synproxy } from './targets/synproxy.ts';
import { tcpmss6, tcpmss as tcpmssTarget } from './targets/tcpmss.ts';
import { tcpoptstrip } from './targets/tcpoptstrip.ts';
import { tee } from './targets/tee.ts';
import { tos as tosTarget } from './targets/tos.ts';
import { tproxy } from './targets/tproxy.ts';
import { trace } from './targets/trace.ts';
import { ttl as ttlTarget } from './targets/ttl.ts';

/** By name: those that share it serve different families. Functions, so that a command evaluates only what it uses. */
type Table<D> = ReadonlyMap<string, () => readonly D[]>;

const MATCHES: Table<MatchDescriptor> = new Map([
  ['addrtype', () => [addrtype]],
  ['ah', () => [ah, ah6]],
  ['bpf', () => [bpf]],
  ['cgroup', () => [cgroup]],
  ['cluster', () => [cluster]],
  ['comment', () => [comment]],
  ['connbytes', () => [connbytes]],
  ['connlabel', () => [connlabel]],
  ['connlimit', () => [connlimit]],
  ['connmark', () => [connmark]],
  ['conntrack', () => [conntrack]],
  ['cpu', () => [cpu]],
  ['dccp', () => [dccp]],
  ['devgroup', () => [devgroup]],
  ['dscp', () => [dscp]],
  ['dst', () => [dst]],
  ['ecn', () => [ecn]],
  ['esp', () => [esp]],
  ['eui64', () => [eui64]],
  ['frag', () => [frag]],
  ['hashlimit', () => [hashlimit]],
  ['hbh', () => [hbh]],
  ['helper', () => [helper]],
  ['hl', () => [hl]],
  ['icmp', () => [icmp]],
  ['icmp6', () => [icmp6]],
  ['ipcomp', () => [ipcomp]],
  ['iprange', () => [iprange]],
  ['ipv6header', () => [ipv6header]],
  ['ipvs', () => [ipvs]],
  ['length', () => [length]],
  ['limit', () => [limit]],
  ['mac', () => [mac]],
  ['mark', () => [mark]],
  ['mh', () => [mh]],
  ['multiport', () => [multiport]],
  ['nfacct', () => [nfacct]],
  ['osf', () => [osf]],
  ['owner', () => [owner]],
  ['physdev', () => [physdev]],
  ['pkttype', () => [pkttype]],
  ['policy', () => [policy]],
  ['quota', () => [quota]],
  ['rateest', () => [rateest]],
  ['realm', () => [realm]],
  ['recent', () => [recent]],
  ['rpfilter', () => [rpfilter]],
  ['rt', () => [rt]],
  ['sctp', () => [sctp]],
  ['set', () => [set]],
  ['socket', () => [socket]],
  ['srh', () => [srh]],
  ['state', () => [state]],
  ['statistic', () => [statistic]],
  ['string', () => [string]],
  ['tcp', () => [tcp]],
  ['tcpmss', () => [tcpmss]],
  ['time', () => [time]],
  ['tos', () => [tos]],
  ['ttl', () => [ttl]],
  ['u32', () => [u32]],
  ['udp', () => [udp]],
]);

const TARGETS: Table<TargetDescriptor> = new Map([
  ['AUDIT', () => [audit]],
  ['CHECKSUM', () => [checksum]],
  ['CLASSIFY', () => [classify]],
  ['CONNMARK', () => [connmarkTarget]],
  ['CONNSECMARK', () => [connsecmark]],
  ['CT', () => [ct]],
  ['DNAT', () => [dnat]],
  ['DNPT', () => [dnpt]],
  ['DSCP', () => [dscpTarget]],
  ['ECN', () => [ecnTarget]],
  ['HL', () => [hlTarget]],
  ['HMARK', () => [hmark]],
  ['IDLETIMER', () => [idletimer]],
  ['LED', () => [led]],
  ['LOG', () => [log]],
  ['MARK', () => [markTarget]],
  ['MASQUERADE', () => [masquerade]],
  ['NETMAP', () => [netmap]],
  ['NFLOG', () => [nflog]],
  ['NFQUEUE', () => [nfqueue]],
  ['NOTRACK', () => [notrack]],
  ['RATEEST', () => [rateestTarget]],
  ['REDIRECT', () => [redirect]],
  ['REJECT', () => [reject, reject6]],
  ['SECMARK', () => [secmark]],
  ['SET', () => [setTarget]],
  ['SNAT', () => [snat]],
  ['SNPT', () => [snpt]],
  ['SYNPROXY', () => [synproxy]],
  ['TCPMSS', () => [tcpmssTarget, tcpmss6]],
  ['TCPOPTSTRIP', () => [tcpoptstrip]],
  ['TEE', () => [tee]],
  ['TOS', () => [tosTarget]],
  ['TPROXY', () => [tproxy]],
  ['TRACE', () => [trace]],
  ['TTL', () => [ttlTarget]],
]);

function finder<D extends Descriptor>(table: Table<D>) {
  return (name: string, family: XtFamily): D | undefined =>
    table
      .get(name)?.()
      .find(({ families }) => families?.includes(family) ?? true);
}

/** The match of that name for the family, as `-m` or the kernel names it. */
export const findMatch = finder(MATCHES);
/** The target of that name for the family. */
export const findTarget = finder(TARGETS);

const ARP_TARGETS: ReadonlyMap<string, () => TargetDescriptor> = new Map([
  ['CLASSIFY', () => classify],
  ['MARK', () => arpMark],
  ['mangle', () => mangle],
]);

/** The target of that name for arptables. */
export const findArpTarget = (name: string): TargetDescriptor | undefined =>
  ARP_TARGETS.get(name)?.();
