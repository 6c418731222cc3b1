/**
 * Keywords that are words only in certain places. `opens` is the scope a keyword opens (the grammar closes it again with
 * `~scope`); `in` lists the scopes in which the word is a keyword, everywhere when absent.
 */
export const KEYWORD_LIST = `
eq:EQ ne:NEQ le:LTE lt:LT ge:GTE gt:GT lshift:LSHIFT rshift:RSHIFT xor:CARET and:AMPERSAND or:'|' not:NOT vmap
include define redefine undefine describe
@list,monitor chains sets tables
@list,monitor,reset rules
@monitor trace
@ hook device devices table chain rule set element map flowtable handle ruleset
socket>socket
@socket transparent wildcard cgroupv2 level
@ tproxy>tproxy accept drop continue jump goto return
@queue,dup,fwd,nat,tproxy,ip,ip6 to
@ inet netdev add replace update create insert delete get list>list reset>reset flush rename import>import export>export
monitor>monitor destroy>destroy position index comment constant interval dynamic auto-merge timeout gc-interval elements
expires policy>policy size
@policy performance memory
@ flow offload meter
@list meters flowtables limits maps secmarks synproxys hooks
@ counter>counter last>last
@counter,limit,quota,synproxy,osf name
@counter,ct,limit packets
@counter,ct,limit,quota bytes
@last never
@last,quota used
@list,reset counters quotas
@ log>log
@log,nat,ip,ip6 prefix
@log snaplen queue-threshold level
@log,igmp group
@ queue>queue
@queue num:QUEUENUM bypass fanout
@ limit>limit
@limit rate burst second minute week
@ct,limit,quota over
@quota until
@ quota>quota hour day reject>reject
@reject with icmpx
@ snat>nat dnat>nat masquerade>nat redirect>nat random
@nat fully-random persistent port
@at ll nh
@ th>th bridge ether>eth
@arp,ct,eth,ip,ip6,fib,ipsec saddr
@arp,ct,eth,ip,ip6,fib,ipsec,icmp daddr
@ type>type typeof vlan>vlan
@ct,frag,vlan,ip,icmp id
@vlan cfi dei pcp
@ 8021ad:STRING 8021q:STRING arp>arp
@arp htype ptype hlen plen operation
@ ip>ip
@ip,ip6,osf,gre version
@ah,dst,hbh,mh,rt,ip hdrlength
@ip,ip6,type dscp
@ ecn
@udp,ip,ip6,meta,tcp,sctp,sctp_chunk length
@frag,ip frag-off
@osf,ip ttl
@ct,ip,meta,type,gre protocol
@mh,udp,udplite,icmp,igmp,ip,sctp,tcp checksum
@ip lsrr rr ssrr ra ptr value
@ip,tcp,dccp option
@ip,tcp options
@tcp ackseq doff window urgptr echo eol maxseg:MSS nop noop:NOP
@tcp,sctp_chunk sack
@tcp sack0 sack1 sack2 sack3 fastopen mptcp md5sig left right tsval tsecr subtype
@tcp,synproxy mss maxseg:MSS sack-permitted sack-perm:SACK_PERMITTED timestamp
@tcp,ct count
@ time icmp>icmp icmpv6>icmp
@icmp gateway code param-problem max-delay taddr
@icmp,rt mtu
@ah,esp,icmp,tcp sequence:SEQ
@ igmp>igmp
@igmp mrt
@ ip6>ip6 priority
@ip6 flowlabel hoplimit
@ah,comp,dst,frag,hbh,mh,rt,ip6 nexthdr
@ ah>ah
@ah,frag,mh,tcp reserved
@ah,esp,ipsec spi
@ esp>esp comp>comp
@comp cpi
@ flags udp>udp udplite>udplite
@udplite csumcov
@dccp,sctp,tcp,th,udp,udplite sport
@ct,dccp,sctp,tcp,th,udp,udplite dport
@ vxlan geneve gre>gre gretap>gre vni tcp>tcp dccp>dccp sctp>sctp
@sctp chunk>sctp_chunk vtag
@sctp_chunk data init init-ack heartbeat heartbeat-ack abort shutdown shutdown-ack error:ERROR cookie-echo cookie-ack ecne cwr
shutdown-complete asconf-ack forward-tsn asconf tsn stream ssn ppid init-tag a-rwnd num-outbound-streams
num-inbound-streams initial-tsn cum-tsn-ack num-gap-ack-blocks num-dup-tsns lowest-tsn seqno new-cum-tsn
@ rt>rt rt0>rt rt2>rt srh>rt
@rt,nat,ip,ip6 addr
@ hbh>hbh frag>frag
@frag reserved2 more-fragments
@ dst>dst mh>mh meta>meta mark iif iifname iiftype oif oifname oiftype skuid skgid nftrace rtclassid ibriport ibrname
obriport obrname pkttype cpu iifgroup oifgroup cgroup
@rt nexthop seg-left last-entry tag sid
@rt,type classid
@ ct>ct
@ct avgpkt l3proto proto-src proto-dst zone original reply direction event expectation expiration helper helpers label
state status
@ numgen>numgen
@numgen inc
@ jhash>hash symhash>hash
@hash seed
@hash,numgen mod offset
@ dup>dup fwd>fwd fib>fib osf>osf synproxy>synproxy
@synproxy wscale
@ notrack all
@export,import,monitor xml json vm
@ exists missing exthdr ipsec>ipsec
@ipsec reqid spnum in out
@ secmark>secmark xt>xt
`;

export interface Keyword {
  readonly token: string;
  readonly opens: string | undefined;
  readonly scopes: ReadonlySet<string> | undefined;
}

/** Reads KEYWORD_LIST; a word may stand in it several times, with different scopes. */
export function readKeywords(text: string): Map<string, Keyword[]> {
  const out = new Map<string, Keyword[]>();
  let scopes: ReadonlySet<string> | undefined;
  for (const item of text.split(/\s+/)) {
    if (item === '') continue;
    if (item.startsWith('@')) {
      scopes = item === '@' ? undefined : new Set(item.slice(1).split(','));
      continue;
    }
    const [head = '', opens] = item.split('>');
    const [word = '', named] = head.split(':');
    const token = named ?? word.toUpperCase().replaceAll('-', '_');
    const list = out.get(word) ?? [];
    list.push({ token, opens, scopes });
    out.set(word, list);
  }
  return out;
}
