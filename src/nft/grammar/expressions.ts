/** Grammar of expressions; notation as in commands.ts. */
export const EXPRESSION_GRAMMAR = `
variable_expr: '$' identifier -> variable 2
symbol_expr: variable_expr | string -> symbol 1
set_ref_expr: set_ref_symbol_expr | variable_expr
set_ref_symbol_expr: AT identifier ~at -> setRef 2
integer_expr: NUM -> integer 1
primary_expr: symbol_expr | integer_expr | payload_expr | exthdr_expr | exthdr_exists_expr | meta_expr | socket_expr
 | rt_expr | ct_expr | numgen_expr | hash_expr | fib_expr | osf_expr | xfrm_expr | '(' basic_expr ')' -> pass 2
fib_expr: FIB fib_tuple fib_result ~fib -> fib 2 3
fib_result: OIF | OIFNAME | TYPE ~type
fib_flag: SADDR | DADDR | MARK | IIF | OIF
fib_tuple: fib_flag DOT fib_tuple -> prepend 1 3 | fib_flag -> listOf 1
osf_expr: OSF osf_ttl VERSION ~osf -> osfVersion 2 | OSF osf_ttl NAME ~osf -> osfName 2
osf_ttl: -> none | TTL STRING -> osfTtl 2
shift_expr: primary_expr | shift_expr LSHIFT primary_rhs_expr -> lshift 1 3 | shift_expr RSHIFT primary_rhs_expr -> rshift 1 3
and_expr: shift_expr | and_expr AMPERSAND shift_rhs_expr -> and 1 3
exclusive_or_expr: and_expr | exclusive_or_expr CARET and_rhs_expr -> xor 1 3
inclusive_or_expr: exclusive_or_expr | inclusive_or_expr '|' exclusive_or_rhs_expr -> or 1 3
basic_expr: inclusive_or_expr
concat_expr: basic_expr | concat_expr DOT basic_expr -> concat 1 3
prefix_rhs_expr: basic_rhs_expr SLASH NUM -> prefix 1 3
range_rhs_expr: basic_rhs_expr DASH basic_rhs_expr -> range 1 3
multiton_rhs_expr: prefix_rhs_expr | range_rhs_expr
map_expr: concat_expr MAP rhs_expr -> map 1 3
expr: concat_expr | set_expr | map_expr
set_expr: '{' set_list_expr '}' -> relocate 2
set_list_expr: set_list_member_expr -> setOf 1
 | set_list_expr COMMA set_list_member_expr -> setAdd 1 3
 | set_list_expr COMMA opt_newline
set_list_member_expr: opt_newline set_expr opt_newline -> pass 2
 | opt_newline set_elem_expr opt_newline -> pass 2
 | opt_newline set_elem_expr COLON set_rhs_expr opt_newline -> mapping 2 4
set_elem_expr: set_elem_expr_alloc
 | set_elem_expr_alloc set_elem_expr_options
 | set_elem_expr_alloc set_elem_expr_options set_elem_stmt_list -> elementStatements 1 3
set_elem_key_expr: set_lhs_expr | ASTERISK -> catchall
set_elem_expr_alloc: set_elem_key_expr set_elem_stmt_list -> elementWith 1 2
 | set_elem_key_expr -> element 1
set_elem_time_spec: STRING -> elementTime 1
set_elem_expr_options: set_elem_expr_option -> inherit 0 | set_elem_expr_options set_elem_expr_option
set_elem_stmt_list: set_elem_stmt -> listOf 1 | set_elem_stmt_list set_elem_stmt -> append 1 2
set_elem_stmt: counter_stmt ~counter | limit_stmt ~limit | connlimit_stmt ~ct | quota_stmt ~quota | last_stmt ~last
set_elem_expr_option: TIMEOUT set_elem_time_spec -> elementTimeout 0 2
 | EXPIRES time_spec -> elementExpires 0 2
 | comment_spec -> blockComment 0 1
set_lhs_expr: concat_rhs_expr
set_rhs_expr: concat_rhs_expr | verdict_expr
initializer_expr: rhs_expr | list_rhs_expr | '{' '}' -> emptySet | DASH NUM -> negativeConstant 2
relational_expr: expr rhs_expr -> implicit 1 2
 | expr list_rhs_expr -> implicit 1 2
 | expr basic_rhs_expr SLASH list_rhs_expr -> flagcmp 1 2 4
 | expr list_rhs_expr SLASH list_rhs_expr -> flagcmp 1 2 4
 | expr relational_op basic_rhs_expr SLASH list_rhs_expr -> flagcmpOp 1 2 3 5
 | expr relational_op list_rhs_expr SLASH list_rhs_expr -> flagcmpOp 1 2 3 5
 | expr relational_op rhs_expr -> relational 1 2 3
 | expr relational_op list_rhs_expr -> relational 1 2 3
list_rhs_expr: basic_rhs_expr COMMA basic_rhs_expr -> list 1 3 | list_rhs_expr COMMA basic_rhs_expr -> listAdd 1 3
rhs_expr: concat_rhs_expr | set_expr | set_ref_symbol_expr
shift_rhs_expr: primary_rhs_expr | shift_rhs_expr LSHIFT primary_rhs_expr -> lshift 1 3 | shift_rhs_expr RSHIFT primary_rhs_expr -> rshift 1 3
and_rhs_expr: shift_rhs_expr | and_rhs_expr AMPERSAND shift_rhs_expr -> and 1 3
exclusive_or_rhs_expr: and_rhs_expr | exclusive_or_rhs_expr CARET and_rhs_expr -> xor 1 3
inclusive_or_rhs_expr: exclusive_or_rhs_expr | inclusive_or_rhs_expr '|' exclusive_or_rhs_expr -> or 1 3
basic_rhs_expr: inclusive_or_rhs_expr
concat_rhs_expr: basic_rhs_expr | multiton_rhs_expr
 | concat_rhs_expr DOT multiton_rhs_expr -> concat 1 3
 | concat_rhs_expr DOT basic_rhs_expr -> concat 1 3
boolean_keys: EXISTS | MISSING
boolean_expr: boolean_keys -> boolean 1
keyword_expr: ETHER ~eth -> symbol 1 | IP ~ip -> symbol 1 | IP6 ~ip6 -> symbol 1 | VLAN ~vlan -> symbol 1 | ARP ~arp -> symbol 1
 | DNAT ~nat -> symbol 1 | SNAT ~nat -> symbol 1 | ECN -> symbol 1 | RESET ~reset -> symbol 1 | DESTROY ~destroy -> symbol 1
 | ORIGINAL -> symbol 1 | REPLY -> symbol 1 | LABEL -> symbol 1 | LAST ~last -> symbol 1
primary_rhs_expr: symbol_expr | integer_expr | boolean_expr | keyword_expr
 | TCP ~tcp -> protocolTcp | UDP ~udp -> protocolUdp | UDPLITE ~udplite -> protocolUdplite | ESP ~esp -> protocolEsp
 | AH ~ah -> protocolAh | ICMP ~icmp -> protocolIcmp | IGMP ~igmp -> protocolIgmp | ICMPV6 ~icmp -> protocolIcmpv6
 | GRE ~gre -> protocolGre | COMP ~comp -> protocolComp | DCCP ~dccp -> protocolDccp | SCTP ~sctp -> protocolSctp
 | REDIRECT ~nat -> icmpRedirect
 | '(' basic_rhs_expr ')' -> pass 2
relational_op: EQ | NEQ | LT | GT | GTE | LTE | NOT
verdict_expr: ACCEPT -> verdict 1 | DROP -> verdict 1 | CONTINUE -> verdict 1
 | JUMP chain_expr -> verdictChain 1 2 | GOTO chain_expr -> verdictChain 1 2 | RETURN -> verdict 1
chain_expr: variable_expr | identifier -> chainName 1
meta_expr: META meta_key ~meta -> meta 2 | meta_key_unqualified -> meta 1 | META STRING ~meta -> metaNamed 2
meta_key: meta_key_qualified | meta_key_unqualified
meta_key_qualified: LENGTH | PROTOCOL | PRIORITY | RANDOM | SECMARK ~secmark
meta_key_unqualified: MARK | IIF | IIFNAME | IIFTYPE | OIF | OIFNAME | OIFTYPE | SKUID | SKGID | NFTRACE | RTCLASSID
 | IBRIPORT | OBRIPORT | IBRNAME | OBRNAME | PKTTYPE | CPU | IIFGROUP | OIFGROUP | CGROUP | IPSEC ~ipsec | TIME | DAY | HOUR
socket_expr: SOCKET socket_key ~socket -> socket 2 | SOCKET CGROUPV2 LEVEL NUM ~socket -> socketCgroup 4
socket_key: TRANSPARENT | MARK | WILDCARD
offset_opt: -> none | OFFSET NUM -> number 2
numgen_type: INC | RANDOM
numgen_expr: NUMGEN numgen_type MOD NUM offset_opt ~numgen -> numgen 2 4 5
xfrm_spnum: SPNUM NUM -> pass 2 | -> none
xfrm_dir: IN | OUT
xfrm_state_key: SPI | REQID
xfrm_state_proto_key: DADDR | SADDR
xfrm_expr: IPSEC xfrm_dir xfrm_spnum xfrm_state_key ~ipsec -> xfrm 2 3 4
 | IPSEC xfrm_dir xfrm_spnum nf_key_proto xfrm_state_proto_key ~ipsec -> xfrmAddress 2 3 4 5
hash_expr: JHASH expr MOD NUM SEED NUM offset_opt ~hash -> jhashSeed 2 4 6 7
 | JHASH expr MOD NUM offset_opt ~hash -> jhash 2 4 5
 | SYMHASH MOD NUM offset_opt ~hash -> symhash 3 4
nf_key_proto: IP ~ip | IP6 ~ip6
rt_expr: RT rt_key ~rt -> rt 2 | RT nf_key_proto rt_key ~rt -> rtFamily 2 3
rt_key: CLASSID | NEXTHOP | MTU | IPSEC ~ipsec
ct_expr: CT ct_key ~ct -> ct 2 | CT ct_dir ct_key_dir ~ct -> ctDir 2 3 | CT ct_dir ct_key_proto_field ~ct -> ctDir 2 3
ct_dir: ORIGINAL | REPLY
ct_key: L3PROTO | PROTOCOL | MARK | STATE | DIRECTION | STATUS | EXPIRATION | HELPER | SADDR | DADDR | PROTO_SRC | PROTO_DST
 | LABEL | EVENT | SECMARK ~secmark | ID | ct_key_dir_optional
ct_key_dir: SADDR | DADDR | L3PROTO | PROTOCOL | PROTO_SRC | PROTO_DST | ct_key_dir_optional
ct_key_proto_field: IP SADDR ~ip -> ctIpSaddr | IP DADDR ~ip -> ctIpDaddr | IP6 SADDR ~ip6 -> ctIp6Saddr | IP6 DADDR ~ip6 -> ctIp6Daddr
ct_key_dir_optional: BYTES | PACKETS | AVGPKT | ZONE
symbol_stmt_expr: symbol_expr | keyword_expr
list_stmt_expr: symbol_stmt_expr COMMA symbol_stmt_expr -> list 1 3 | list_stmt_expr COMMA symbol_stmt_expr -> listAdd 1 3
payload_expr: payload_raw_expr | eth_hdr_expr | vlan_hdr_expr | arp_hdr_expr | ip_hdr_expr | icmp_hdr_expr | igmp_hdr_expr
 | ip6_hdr_expr | icmp6_hdr_expr | auth_hdr_expr | esp_hdr_expr | comp_hdr_expr | udp_hdr_expr | udplite_hdr_expr
 | tcp_hdr_expr ~tcp | dccp_hdr_expr | sctp_hdr_expr | th_hdr_expr | vxlan_hdr_expr | geneve_hdr_expr | gre_hdr_expr | gretap_hdr_expr
payload_raw_len: NUM -> rawLength 1
payload_raw_expr: AT payload_base_spec COMMA NUM COMMA payload_raw_len ~at -> payloadRaw 2 4 6
payload_base_spec: LL | NH | TH ~th | STRING -> payloadBase 1
eth_hdr_expr: ETHER eth_hdr_field ~eth -> payload 1 2
eth_hdr_field: SADDR | DADDR | TYPE ~type
vlan_hdr_expr: VLAN vlan_hdr_field ~vlan -> payload 1 2
vlan_hdr_field: ID | CFI | DEI | PCP | TYPE ~type
arp_hdr_expr: ARP arp_hdr_field ~arp -> payload 1 2
arp_hdr_field: HTYPE | PTYPE | HLEN | PLEN | OPERATION | SADDR ETHER ~eth -> twoWords 1 2 | DADDR ETHER ~eth -> twoWords 1 2
 | SADDR IP ~ip -> twoWords 1 2 | DADDR IP ~ip -> twoWords 1 2
ip_hdr_expr: IP ip_hdr_field ~ip -> payload 1 2
 | IP OPTION ip_option_type ip_option_field ~ip -> ipOption 3 4
 | IP OPTION ip_option_type ~ip -> ipOptionExists 3
ip_hdr_field: VERSION | HDRLENGTH | DSCP | ECN | LENGTH | ID | FRAG_OFF | TTL | PROTOCOL | CHECKSUM | SADDR | DADDR
ip_option_type: LSRR | RR | SSRR | RA
ip_option_field: TYPE ~type | LENGTH | VALUE | PTR | ADDR
icmp_hdr_expr: ICMP icmp_hdr_field ~icmp -> payload 1 2
icmp_hdr_field: TYPE ~type | CODE | CHECKSUM | ID | SEQ | GATEWAY | MTU
igmp_hdr_expr: IGMP igmp_hdr_field ~igmp -> payload 1 2
igmp_hdr_field: TYPE ~type | CHECKSUM | MRT | GROUP
ip6_hdr_expr: IP6 ip6_hdr_field ~ip6 -> payload 1 2
ip6_hdr_field: VERSION | DSCP | ECN | FLOWLABEL | LENGTH | NEXTHDR | HOPLIMIT | SADDR | DADDR
icmp6_hdr_expr: ICMPV6 icmp6_hdr_field ~icmp -> payload 1 2
icmp6_hdr_field: TYPE ~type | CODE | CHECKSUM | PARAM_PROBLEM | MTU | ID | SEQ | MAX_DELAY | TADDR | DADDR
auth_hdr_expr: AH auth_hdr_field ~ah -> payload 1 2
auth_hdr_field: NEXTHDR | HDRLENGTH | RESERVED | SPI | SEQ
esp_hdr_expr: ESP esp_hdr_field ~esp -> payload 1 2
esp_hdr_field: SPI | SEQ
comp_hdr_expr: COMP comp_hdr_field ~comp -> payload 1 2
comp_hdr_field: NEXTHDR | FLAGS | CPI
udp_hdr_expr: UDP udp_hdr_field ~udp -> payload 1 2
udp_hdr_field: SPORT | DPORT | LENGTH | CHECKSUM
udplite_hdr_expr: UDPLITE udplite_hdr_field ~udplite -> payload 1 2
udplite_hdr_field: SPORT | DPORT | CSUMCOV | CHECKSUM
tcp_hdr_expr: TCP tcp_hdr_field -> payload 1 2
 | TCP OPTION tcp_hdr_option_type -> tcpOptionExists 3
 | TCP OPTION tcp_hdr_option_kind_and_field -> pass 3
 | TCP OPTION AT ~at tcp_hdr_option_type COMMA NUM COMMA payload_raw_len -> tcpOptionRaw 5 7 9
inner_inet_expr: ip_hdr_expr | icmp_hdr_expr | igmp_hdr_expr | ip6_hdr_expr | icmp6_hdr_expr | auth_hdr_expr | esp_hdr_expr
 | comp_hdr_expr | udp_hdr_expr | udplite_hdr_expr | tcp_hdr_expr ~tcp | dccp_hdr_expr | sctp_hdr_expr | th_hdr_expr
inner_eth_expr: eth_hdr_expr | vlan_hdr_expr | arp_hdr_expr
inner_expr: inner_eth_expr | inner_inet_expr
vxlan_hdr_expr: VXLAN vxlan_hdr_field -> innerHeader 1 2 | VXLAN inner_expr -> inner 1 2
vxlan_hdr_field: VNI | FLAGS
geneve_hdr_expr: GENEVE geneve_hdr_field -> innerHeader 1 2 | GENEVE inner_expr -> inner 1 2
geneve_hdr_field: VNI | TYPE
gre_hdr_expr: GRE gre_hdr_field ~gre -> payload 1 2 | GRE ~gre inner_inet_expr -> inner 1 3
gre_hdr_field: VERSION | FLAGS | PROTOCOL
gretap_hdr_expr: GRETAP ~gre inner_expr -> inner 1 3
tcp_hdr_field: SPORT | DPORT | SEQ | ACKSEQ | DOFF | RESERVED | FLAGS | WINDOW | CHECKSUM | URGPTR
tcp_hdr_option_kind_and_field: MSS tcpopt_field_maxseg -> tcpOption 1 2
 | tcp_hdr_option_sack tcpopt_field_sack -> tcpOption 1 2
 | WINDOW tcpopt_field_window -> tcpOption 1 2
 | TIMESTAMP tcpopt_field_tsopt -> tcpOption 1 2
 | tcp_hdr_option_type LENGTH -> tcpOption 1 2
 | MPTCP tcpopt_field_mptcp -> tcpOption 1 2
tcp_hdr_option_sack: SACK | SACK0 | SACK1 | SACK2 | SACK3
tcp_hdr_option_type: ECHO | EOL | FASTOPEN | MD5SIG | MPTCP | MSS | NOP | SACK_PERMITTED | TIMESTAMP | WINDOW | tcp_hdr_option_sack
 | NUM -> tcpOptionNumber 1
tcpopt_field_sack: LEFT | RIGHT
tcpopt_field_window: COUNT
tcpopt_field_tsopt: TSVAL | TSECR
tcpopt_field_maxseg: SIZE
tcpopt_field_mptcp: SUBTYPE
dccp_hdr_expr: DCCP dccp_hdr_field ~dccp -> payload 1 2 | DCCP OPTION NUM ~dccp -> dccpOption 3
dccp_hdr_field: SPORT | DPORT | TYPE ~type
sctp_chunk_type: DATA | INIT | INIT_ACK | SACK | HEARTBEAT | HEARTBEAT_ACK | ABORT | SHUTDOWN | SHUTDOWN_ACK | ERROR | COOKIE_ECHO
 | COOKIE_ACK | ECNE | CWR | SHUTDOWN_COMPLETE | ASCONF_ACK | FORWARD_TSN | ASCONF
sctp_chunk_common_field: TYPE ~type | FLAGS | LENGTH
sctp_chunk_data_field: TSN | STREAM | SSN | PPID
sctp_chunk_init_field: INIT_TAG | A_RWND | NUM_OUTBOUND_STREAMS | NUM_INBOUND_STREAMS | INITIAL_TSN
sctp_chunk_sack_field: CUM_TSN_ACK | A_RWND | NUM_GAP_ACK_BLOCKS | NUM_DUP_TSNS
sctp_chunk_alloc: sctp_chunk_type -> sctpChunkExists 1
 | sctp_chunk_type sctp_chunk_common_field -> sctpChunk 1 2
 | DATA sctp_chunk_data_field -> sctpChunk 1 2
 | INIT sctp_chunk_init_field -> sctpChunk 1 2
 | INIT_ACK sctp_chunk_init_field -> sctpChunk 1 2
 | SACK sctp_chunk_sack_field -> sctpChunk 1 2
 | SHUTDOWN CUM_TSN_ACK -> sctpChunk 1 2
 | ECNE LOWEST_TSN -> sctpChunk 1 2
 | CWR LOWEST_TSN -> sctpChunk 1 2
 | ASCONF_ACK SEQNO -> sctpChunk 1 2
 | FORWARD_TSN NEW_CUM_TSN -> sctpChunk 1 2
 | ASCONF SEQNO -> sctpChunk 1 2
sctp_hdr_expr: SCTP sctp_hdr_field ~sctp -> payload 1 2 | SCTP CHUNK sctp_chunk_alloc ~sctp_chunk ~sctp -> pass 3
sctp_hdr_field: SPORT | DPORT | VTAG | CHECKSUM
th_hdr_expr: TH th_hdr_field ~th -> payload 1 2
th_hdr_field: SPORT | DPORT
exthdr_expr: hbh_hdr_expr | rt_hdr_expr | rt0_hdr_expr | rt2_hdr_expr | rt4_hdr_expr | frag_hdr_expr | dst_hdr_expr | mh_hdr_expr
hbh_hdr_expr: HBH hbh_hdr_field ~hbh -> exthdr 1 2
hbh_hdr_field: NEXTHDR | HDRLENGTH
rt_hdr_expr: RT rt_hdr_field ~rt -> exthdr 1 2
rt_hdr_field: NEXTHDR | HDRLENGTH | TYPE ~type | SEG_LEFT
rt0_hdr_expr: RT0 rt0_hdr_field ~rt -> exthdr 1 2
rt0_hdr_field: ADDR '[' NUM ']' -> indexed 1 3
rt2_hdr_expr: RT2 rt2_hdr_field ~rt -> exthdr 1 2
rt2_hdr_field: ADDR
rt4_hdr_expr: SRH rt4_hdr_field ~rt -> exthdr 1 2
rt4_hdr_field: LAST_ENTRY | FLAGS | TAG | SID '[' NUM ']' -> indexed 1 3
frag_hdr_expr: FRAG frag_hdr_field ~frag -> exthdr 1 2
frag_hdr_field: NEXTHDR | RESERVED | FRAG_OFF | RESERVED2 | MORE_FRAGMENTS | ID
dst_hdr_expr: DST dst_hdr_field ~dst -> exthdr 1 2
dst_hdr_field: NEXTHDR | HDRLENGTH
mh_hdr_expr: MH mh_hdr_field ~mh -> exthdr 1 2
mh_hdr_field: NEXTHDR | HDRLENGTH | TYPE ~type | RESERVED | CHECKSUM
exthdr_exists_expr: EXTHDR exthdr_key -> exthdrExists 2
exthdr_key: HBH ~hbh | RT ~rt | FRAG ~frag | DST ~dst | MH ~mh
`;
