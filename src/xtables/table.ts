/** All extensions. To add one: import it and put it in its list. */
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
import { mark as markTarget } from './targets/mark.ts';
import { masquerade } from './targets/masquerade.ts';
import { netmap } from './targets/netmap.ts';
import { nflog } from './targets/nflog.ts';
import { nfqueue } from './targets/nfqueue.ts';
import { rateest as rateestTarget } from './targets/rateest.ts';
import { redirect } from './targets/redirect.ts';
import { reject, reject6 } from './targets/reject.ts';
import { secmark } from './targets/secmark.ts';
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

const MATCHES: readonly MatchDescriptor[] = [
  rateest,
  bpf,
  hashlimit,
  nfacct,
  osf,
  policy,
  string,
  time,
  u32,
  dst,
  eui64,
  frag,
  hbh,
  ipcomp,
  ipv6header,
  ipvs,
  mh,
  rt,
  srh,
  cgroup,
  cluster,
  connlabel,
  connlimit,
  dccp,
  owner,
  physdev,
  recent,
  rpfilter,
  sctp,
  socket,
  tcpmss,
  dscp,
  ecn,
  esp,
  ah,
  ah6,
  hl,
  ttl,
  tos,
  helper,
  connmark,
  cpu,
  quota,
  realm,
  devgroup,
  pkttype,
  connbytes,
  comment,
  length,
  limit,
  mark,
  tcp,
  udp,
  addrtype,
  conntrack,
  state,
  icmp,
  icmp6,
  iprange,
  mac,
  multiport,
  statistic,
  set,
];

const TARGETS: readonly TargetDescriptor[] = [
  audit,
  checksum,
  classify,
  connmarkTarget,
  connsecmark,
  dnpt,
  dscpTarget,
  ecnTarget,
  hlTarget,
  hmark,
  idletimer,
  led,
  netmap,
  nflog,
  nfqueue,
  rateestTarget,
  secmark,
  snpt,
  synproxy,
  tcpoptstrip,
  tee,
  tosTarget,
  tproxy,
  ttlTarget,
  log,
  markTarget,
  ct,
  notrack,
  dnat,
  masquerade,
  redirect,
  reject,
  reject6,
  snat,
  trace,
  tcpmssTarget,
  tcpmss6,
];

type Index<D> = Map<string, D>;

function finder<D extends Descriptor>(list: readonly D[]) {
  let index: Index<D> | undefined;
  return (name: string, family: XtFamily): D | undefined => {
    if (!index) {
      index = new Map();
      for (const item of list)
        for (const f of item.families ?? (['ip', 'ip6'] as const))
          index.set(`${f} ${item.name}`, item);
    }
    return index.get(`${family} ${name}`);
  };
}

/** The match of that name for the family, as `-m` or the kernel names it. */
export const findMatch = finder(MATCHES);
/** The target of that name for the family. */
export const findTarget = finder(TARGETS);
