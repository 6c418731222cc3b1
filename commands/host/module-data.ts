/** Modules of packet filtering as Linux 6.12 of Debian 13 (cloud-amd64) has them; from its modules.dep, modules.alias and lsmod. */

/** The directory modprobe names. */
export const MODULE_DIRECTORY = '/lib/modules/6.12.107+deb13-cloud-amd64';

/**
 * A line a module: name, size in memory, and what is loaded before it, the last one first; `~` stands before what it
 * does not use itself.
 */
export const MODULES = `
arp_tables 20480 x_tables
arpt_mangle 12288 x_tables
arptable_filter 12288 arp_tables x_tables
br_netfilter 36864 bridge ~stp ~llc
bridge 372736 stp llc
dummy 12288
ebt_802_3 12288 x_tables
ebt_among 12288 x_tables
ebt_arp 12288 x_tables
ebt_arpreply 12288 x_tables
ebt_dnat 12288 x_tables
ebt_ip 12288 x_tables
ebt_ip6 12288 x_tables
ebt_limit 12288 x_tables
ebt_log 12288 x_tables
ebt_mark 12288 x_tables
ebt_mark_m 12288 x_tables
ebt_nflog 12288 x_tables
ebt_pkttype 12288 x_tables
ebt_redirect 12288 x_tables
ebt_snat 12288 x_tables
ebt_stp 12288 x_tables
ebt_vlan 16384 x_tables
ebtable_broute 12288 ebtables ~x_tables
ebtable_filter 12288 ebtables ~x_tables
ebtable_nat 12288 ebtables ~x_tables
ebtables 36864 x_tables
fou 32768 ip6_udp_tunnel udp_tunnel ip_tunnel
fou6 12288 fou ~ip6_udp_tunnel ~udp_tunnel ip6_tunnel ~tunnel6 ~ip_tunnel
gre 12288
inet_diag 28672
ip6_tables 28672 x_tables
ip6_tunnel 53248 tunnel6
ip6_udp_tunnel 16384
ip6t_NPT 12288 x_tables
ip6t_REJECT 12288 nf_reject_ipv6 x_tables
ip6t_SYNPROXY 12288 nf_synproxy_core x_tables nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
ip6t_ah 16384 x_tables
ip6t_eui64 12288 x_tables
ip6t_frag 16384 x_tables
ip6t_hbh 16384 x_tables
ip6t_ipv6header 12288 x_tables
ip6t_mh 16384 x_tables
ip6t_rpfilter 12288 x_tables
ip6t_rt 16384 x_tables
ip6t_srh 12288 x_tables
ip6table_filter 12288 ip6_tables x_tables
ip6table_mangle 12288 ip6_tables x_tables
ip6table_nat 12288 ip6_tables x_tables nf_nat ~nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
ip6table_raw 12288 ip6_tables x_tables
ip6table_security 12288 ip6_tables x_tables
ip_gre 32768 gre ip_tunnel
ip_set 69632 nfnetlink
ip_set_bitmap_ip 24576 ip_set ~nfnetlink
ip_set_bitmap_ipmac 20480 ip_set ~nfnetlink
ip_set_bitmap_port 20480 ip_set ~nfnetlink
ip_set_hash_ip 49152 ip_set ~nfnetlink
ip_set_hash_ipmac 49152 ip_set ~nfnetlink
ip_set_hash_ipmark 49152 ip_set ~nfnetlink
ip_set_hash_ipport 53248 ip_set ~nfnetlink
ip_set_hash_ipportip 53248 ip_set ~nfnetlink
ip_set_hash_ipportnet 61440 ip_set ~nfnetlink
ip_set_hash_mac 32768 ip_set ~nfnetlink
ip_set_hash_net 53248 ip_set ~nfnetlink
ip_set_hash_netiface 61440 ip_set ~nfnetlink
ip_set_hash_netnet 57344 ip_set ~nfnetlink
ip_set_hash_netport 61440 ip_set ~nfnetlink
ip_set_hash_netportnet 61440 ip_set ~nfnetlink
ip_set_list_set 20480 ip_set ~nfnetlink
ip_tables 28672 x_tables
ip_tunnel 36864
ip_vs 229376 nf_conntrack nf_defrag_ipv6 ~nf_defrag_ipv4 libcrc32c
ip_vs_dh 12288 ip_vs ~nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
ip_vs_fo 12288 ip_vs ~nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
ip_vs_ftp 12288 ip_vs nf_nat ~nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
ip_vs_lblc 12288 ip_vs ~nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
ip_vs_lblcr 12288 ip_vs ~nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
ip_vs_lc 12288 ip_vs ~nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
ip_vs_mh 12288 ip_vs ~nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
ip_vs_nq 12288 ip_vs ~nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
ip_vs_ovf 12288 ip_vs ~nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
ip_vs_pe_sip 12288 ip_vs nf_conntrack_sip ~nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
ip_vs_rr 12288 ip_vs ~nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
ip_vs_sed 12288 ip_vs ~nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
ip_vs_sh 12288 ip_vs ~nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
ip_vs_twos 12288 ip_vs ~nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
ip_vs_wlc 12288 ip_vs ~nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
ip_vs_wrr 12288 ip_vs ~nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
ipip 16384 tunnel4 ip_tunnel
ipt_ECN 12288 x_tables
ipt_REJECT 12288 nf_reject_ipv4 x_tables
ipt_SYNPROXY 12288 nf_synproxy_core x_tables nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
ipt_ah 16384 x_tables
ipt_rpfilter 12288 x_tables
iptable_filter 12288 ip_tables x_tables
iptable_mangle 12288 ip_tables x_tables
iptable_nat 12288 ip_tables x_tables nf_nat ~nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
iptable_raw 12288 ip_tables x_tables
iptable_security 12288 ip_tables x_tables
libcrc32c 12288
llc 16384
nf_conncount 24576 nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
nf_conntrack 204800 nf_defrag_ipv6 nf_defrag_ipv4 libcrc32c
nf_conntrack_amanda 12288 nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
nf_conntrack_bridge 12288 bridge ~stp nf_conntrack nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c ~llc
nf_conntrack_broadcast 12288 nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
nf_conntrack_ftp 20480 nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
nf_conntrack_h323 81920 nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
nf_conntrack_irc 20480 nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
nf_conntrack_netbios_ns 12288 nf_conntrack_broadcast nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
nf_conntrack_netlink 61440 nfnetlink nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
nf_conntrack_pptp 24576 nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
nf_conntrack_sane 20480 nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
nf_conntrack_sip 45056 nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
nf_conntrack_snmp 12288 nf_conntrack_broadcast nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
nf_conntrack_tftp 20480 nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
nf_defrag_ipv4 12288
nf_defrag_ipv6 24576
nf_dup_ipv4 12288
nf_dup_ipv6 12288
nf_dup_netdev 12288
nf_flow_table 53248 nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
nf_flow_table_inet 12288 nf_tables ~nfnetlink nf_flow_table ~nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
nf_log_syslog 24576
nf_nat 65536 nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 libcrc32c
nf_nat_amanda 12288 nf_conntrack_amanda nf_nat nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
nf_nat_ftp 16384 nf_conntrack_ftp nf_nat nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
nf_nat_h323 24576 nf_conntrack_h323 nf_nat nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
nf_nat_irc 16384 nf_conntrack_irc nf_nat nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
nf_nat_pptp 16384 nf_conntrack_pptp nf_nat nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
nf_nat_sip 16384 nf_conntrack_sip nf_nat nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
nf_nat_snmp_basic 16384 nf_conntrack_snmp ~nf_conntrack_broadcast nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
nf_nat_tftp 12288 nf_conntrack_tftp nf_nat nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
nf_reject_ipv4 16384
nf_reject_ipv6 24576
nf_socket_ipv4 12288
nf_socket_ipv6 16384
nf_synproxy_core 28672 nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
nf_tables 372736 nfnetlink libcrc32c
nf_tproxy_ipv4 16384
nf_tproxy_ipv6 16384
nfnetlink 20480
nfnetlink_acct 16384 nfnetlink
nfnetlink_cthelper 16384 nfnetlink nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
nfnetlink_cttimeout 16384 nfnetlink nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
nfnetlink_hook 12288 nfnetlink
nfnetlink_log 24576 nfnetlink
nfnetlink_osf 12288 nfnetlink
nfnetlink_queue 36864 nfnetlink
nft_chain_nat 12288 nf_tables ~nfnetlink nf_nat ~nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
nft_compat 20480 nf_tables x_tables nfnetlink ~libcrc32c
nft_connlimit 12288 nf_conncount nf_tables ~nfnetlink nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
nft_ct 28672 nf_tables ~nfnetlink nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
nft_dup_ipv4 12288 nf_dup_ipv4 nf_tables ~nfnetlink ~libcrc32c
nft_dup_ipv6 12288 nf_dup_ipv6 nf_tables ~nfnetlink ~libcrc32c
nft_dup_netdev 12288 nf_dup_netdev nf_tables ~nfnetlink ~libcrc32c
nft_fib 12288 nf_tables ~nfnetlink ~libcrc32c
nft_fib_inet 12288 nft_fib_ipv4 nft_fib_ipv6 nft_fib nf_tables ~nfnetlink ~libcrc32c
nft_fib_ipv4 12288 nft_fib nf_tables ~nfnetlink ~libcrc32c
nft_fib_ipv6 12288 nft_fib nf_tables ~nfnetlink ~libcrc32c
nft_fib_netdev 12288 nft_fib_ipv4 nft_fib_ipv6 nft_fib nf_tables ~nfnetlink ~libcrc32c
nft_flow_offload 12288 nf_tables ~nfnetlink nf_flow_table nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
nft_fwd_netdev 12288 nf_dup_netdev nf_tables ~nfnetlink ~libcrc32c
nft_hash 12288 nf_tables ~nfnetlink ~libcrc32c
nft_limit 16384 nf_tables ~nfnetlink ~libcrc32c
nft_log 12288 nf_tables ~nfnetlink ~libcrc32c
nft_masq 12288 nf_tables ~nfnetlink nf_nat nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
nft_meta_bridge 12288 bridge ~stp nf_tables ~nfnetlink ~libcrc32c ~llc
nft_nat 12288 nf_tables ~nfnetlink nf_nat nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
nft_numgen 12288 nf_tables ~nfnetlink ~libcrc32c
nft_osf 12288 nfnetlink_osf nf_tables ~nfnetlink ~libcrc32c
nft_queue 12288 nf_tables ~nfnetlink ~libcrc32c
nft_quota 12288 nf_tables ~nfnetlink ~libcrc32c
nft_redir 12288 nf_tables ~nfnetlink nf_nat nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
nft_reject 12288 nf_tables ~nfnetlink ~libcrc32c
nft_reject_bridge 12288 bridge ~stp nf_reject_ipv4 nf_reject_ipv6 nft_reject nf_tables ~nfnetlink ~libcrc32c ~llc
nft_reject_inet 12288 nf_reject_ipv4 nf_reject_ipv6 nft_reject nf_tables ~nfnetlink ~libcrc32c
nft_reject_ipv4 12288 nf_reject_ipv4 nft_reject nf_tables ~nfnetlink ~libcrc32c
nft_reject_ipv6 12288 nf_reject_ipv6 nft_reject nf_tables ~nfnetlink ~libcrc32c
nft_socket 12288 nf_socket_ipv4 nf_socket_ipv6 nf_tables ~nfnetlink ~libcrc32c
nft_synproxy 12288 nf_synproxy_core nf_tables ~nfnetlink nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
nft_tproxy 12288 nf_tproxy_ipv6 nf_tproxy_ipv4 nf_tables ~nfnetlink nf_defrag_ipv6 nf_defrag_ipv4 ~libcrc32c
nft_tunnel 16384 nf_tables ~nfnetlink ~libcrc32c
nft_xfrm 12288 nf_tables ~nfnetlink ~libcrc32c
sctp 528384 ip6_udp_tunnel udp_tunnel libcrc32c
sctp_diag 12288 sctp ~ip6_udp_tunnel ~udp_tunnel inet_diag ~libcrc32c
stp 12288 llc
tun 69632
tunnel4 12288
tunnel6 12288
udp_tunnel 36864
veth 40960
x_tables 53248
xt_AUDIT 12288 x_tables
xt_CHECKSUM 12288 x_tables
xt_CLASSIFY 12288 x_tables
xt_CONNSECMARK 12288 x_tables nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
xt_CT 12288 x_tables nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
xt_DSCP 12288 x_tables
xt_HL 12288 x_tables
xt_HMARK 12288 x_tables
xt_IDLETIMER 24576 x_tables
xt_LED 12288 x_tables
xt_LOG 16384 x_tables ~nf_log_syslog
xt_MASQUERADE 16384 x_tables nf_nat nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
xt_NETMAP 16384 x_tables nf_nat nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
xt_NFLOG 12288 x_tables ~nfnetlink_log ~nfnetlink
xt_NFQUEUE 12288 x_tables
xt_RATEEST 16384 x_tables
xt_REDIRECT 16384 x_tables nf_nat nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
xt_SECMARK 12288 x_tables
xt_TCPMSS 12288 x_tables
xt_TCPOPTSTRIP 12288 x_tables
xt_TEE 12288 nf_dup_ipv6 nf_dup_ipv4 x_tables
xt_TPROXY 12288 nf_tproxy_ipv6 nf_tproxy_ipv4 x_tables nf_defrag_ipv6 nf_defrag_ipv4
xt_TRACE 12288 x_tables ~nf_log_syslog
xt_addrtype 12288 x_tables
xt_bpf 16384 x_tables
xt_cgroup 12288 x_tables
xt_cluster 12288 x_tables nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
xt_comment 12288 x_tables
xt_connbytes 12288 x_tables nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
xt_connlabel 12288 x_tables nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
xt_connlimit 12288 nf_conncount x_tables nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
xt_connmark 12288 x_tables nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
xt_conntrack 12288 x_tables nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
xt_cpu 12288 x_tables
xt_dccp 12288 x_tables
xt_devgroup 12288 x_tables
xt_dscp 12288 x_tables
xt_ecn 12288 x_tables
xt_esp 16384 x_tables
xt_hashlimit 24576 x_tables
xt_helper 12288 x_tables nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
xt_hl 12288 x_tables
xt_ipcomp 16384 x_tables
xt_iprange 16384 x_tables
xt_ipvs 16384 ip_vs x_tables ~nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
xt_l2tp 12288 x_tables
xt_length 12288 x_tables
xt_limit 12288 x_tables
xt_mac 12288 x_tables
xt_mark 12288 x_tables
xt_multiport 16384 x_tables
xt_nat 12288 x_tables nf_nat nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
xt_nfacct 12288 nfnetlink_acct x_tables ~nfnetlink
xt_osf 12288 nfnetlink_osf x_tables ~nfnetlink
xt_owner 12288 x_tables
xt_physdev 12288 x_tables
xt_pkttype 12288 x_tables
xt_policy 12288 x_tables
xt_quota 12288 x_tables
xt_rateest 12288 xt_RATEEST x_tables
xt_realm 12288 x_tables
xt_recent 24576 x_tables
xt_sctp 16384 x_tables
xt_set 20480 x_tables ip_set ~nfnetlink
xt_socket 12288 nf_socket_ipv4 nf_socket_ipv6 x_tables nf_defrag_ipv6 nf_defrag_ipv4
xt_state 12288 x_tables nf_conntrack ~nf_defrag_ipv6 ~nf_defrag_ipv4 ~libcrc32c
xt_statistic 12288 x_tables
xt_string 12288 x_tables
xt_tcpmss 12288 x_tables
xt_tcpudp 16384 x_tables
xt_time 12288 x_tables
xt_u32 12288 x_tables
`;

/** Other names of a module: it, then they. */
export const ALIASES = `
ip6t_NPT ip6t_DNPT ip6t_SNPT
ip6t_hbh ip6t_dst
ip_set nfnetlink_subsys_6
ip_set_bitmap_ip ip_set_bitmap:ip
ip_set_bitmap_ipmac ip_set_bitmap:ip,mac
ip_set_bitmap_port ip_set_bitmap:port
ip_set_hash_ip ip_set_hash:ip
ip_set_hash_ipmac ip_set_hash:ip,mac
ip_set_hash_ipmark ip_set_hash:ip,mark
ip_set_hash_ipport ip_set_hash:ip,port
ip_set_hash_ipportip ip_set_hash:ip,port,ip
ip_set_hash_ipportnet ip_set_hash:ip,port,net
ip_set_hash_mac ip_set_hash:mac
ip_set_hash_net ip_set_hash:net
ip_set_hash_netiface ip_set_hash:net,iface
ip_set_hash_netnet ip_set_hash:net,net
ip_set_hash_netport ip_set_hash:net,port
ip_set_hash_netportnet ip_set_hash:net,port,net
ip_set_list_set ip_set_list:set
nf_conntrack ip_conntrack
nf_conntrack_amanda ip_conntrack_amanda nfct_helper_amanda
nf_conntrack_ftp ip_conntrack_ftp nfct_helper_ftp
nf_conntrack_h323 ip_conntrack_h323 nfct_helper_RAS
nf_conntrack_irc ip_conntrack_irc nfct_helper_irc
nf_conntrack_netbios_ns ip_conntrack_netbios_ns nfct_helper_netbios_ns
nf_conntrack_netlink ip_conntrack_netlink nfnetlink_subsys_1 nfnetlink_subsys_2
nf_conntrack_pptp ip_conntrack_pptp nfct_helper_pptp
nf_conntrack_sane nfct_helper_sane
nf_conntrack_sip ip_conntrack_sip nfct_helper_sip
nf_conntrack_snmp nfct_helper_snmp
nf_conntrack_tftp ip_conntrack_tftp nfct_helper_tftp
nf_log_syslog nf_log_arp nf_log_bridge nf_log_ipv4 nf_log_ipv6 nf_log_netdev
nf_nat_amanda ip_nat_amanda
nf_nat_ftp ip_nat_ftp
nf_nat_h323 ip_nat_h323
nf_nat_irc ip_nat_irc
nf_nat_pptp ip_nat_pptp
nf_nat_sip ip_nat_sip
nf_nat_snmp_basic ip_nat_snmp_basic nfct_helper_snmp_trap
nf_nat_tftp ip_nat_tftp
nf_tables nfnetlink_subsys_10
nfnetlink_acct nfnetlink_subsys_7
nfnetlink_cthelper nfnetlink_subsys_9
nfnetlink_cttimeout nfnetlink_subsys_8
nfnetlink_hook nfnetlink_subsys_12
nfnetlink_log nfnetlink_subsys_4
nfnetlink_osf nfnetlink_subsys_5
nfnetlink_queue nfnetlink_subsys_3
nft_compat nfnetlink_subsys_11
xt_AUDIT arpt_AUDIT ebt_AUDIT ip6t_AUDIT ipt_AUDIT
xt_CHECKSUM ip6t_CHECKSUM ipt_CHECKSUM
xt_CLASSIFY arpt_CLASSIFY ip6t_CLASSIFY ipt_CLASSIFY
xt_CONNSECMARK ip6t_CONNSECMARK ipt_CONNSECMARK
xt_CT ip6t_CT ip6t_NOTRACK ipt_CT ipt_NOTRACK
xt_DSCP ip6t_DSCP ip6t_TOS ipt_DSCP ipt_TOS
xt_HL ip6t_HL ipt_TTL
xt_HMARK ip6t_HMARK ipt_HMARK
xt_IDLETIMER ip6t_IDLETIMER ipt_IDLETIMER
xt_LED ip6t_LED ipt_LED
xt_LOG ip6t_LOG ipt_LOG
xt_MASQUERADE ip6t_MASQUERADE ipt_MASQUERADE
xt_NETMAP ip6t_NETMAP ipt_NETMAP
xt_NFLOG ip6t_NFLOG ipt_NFLOG
xt_NFQUEUE arpt_NFQUEUE ip6t_NFQUEUE ipt_NFQUEUE
xt_RATEEST ip6t_RATEEST ipt_RATEEST
xt_REDIRECT ip6t_REDIRECT ipt_REDIRECT
xt_SECMARK ip6t_SECMARK ipt_SECMARK
xt_TCPMSS ip6t_TCPMSS ipt_TCPMSS
xt_TCPOPTSTRIP ip6t_TCPOPTSTRIP ipt_TCPOPTSTRIP
xt_TEE ip6t_TEE ipt_TEE
xt_TPROXY ip6t_TPROXY ipt_TPROXY
xt_TRACE ip6t_TRACE ipt_TRACE
xt_addrtype ip6t_addrtype ipt_addrtype
xt_bpf ip6t_bpf ipt_bpf
xt_cgroup ip6t_cgroup ipt_cgroup
xt_cluster ip6t_cluster ipt_cluster
xt_comment ip6t_comment ipt_comment
xt_connbytes ip6t_connbytes ipt_connbytes
xt_connlabel ip6t_connlabel ipt_connlabel
xt_connlimit ip6t_connlimit ipt_connlimit
xt_connmark ip6t_CONNMARK ip6t_connmark ipt_CONNMARK ipt_connmark
xt_conntrack ip6t_conntrack ipt_conntrack
xt_cpu ip6t_cpu ipt_cpu
xt_dccp ip6t_dccp ipt_dccp
xt_devgroup ip6t_devgroup ipt_devgroup
xt_dscp ip6t_dscp ip6t_tos ipt_dscp ipt_tos
xt_ecn ip6t_ecn ipt_ecn
xt_esp ip6t_esp ipt_esp
xt_hashlimit ip6t_hashlimit ipt_hashlimit
xt_helper ip6t_helper ipt_helper
xt_hl ip6t_hl ipt_ttl
xt_ipcomp ip6t_ipcomp ipt_ipcomp
xt_iprange ip6t_iprange ipt_iprange
xt_ipvs ip6t_ipvs ipt_ipvs
xt_l2tp ip6t_l2tp ipt_l2tp
xt_length ip6t_length ipt_length
xt_limit ip6t_limit ipt_limit
xt_mac ip6t_mac ipt_mac
xt_mark arpt_MARK ip6t_MARK ip6t_mark ipt_MARK ipt_mark
xt_multiport ip6t_multiport ipt_multiport
xt_nat ip6t_DNAT ip6t_SNAT ipt_DNAT ipt_SNAT
xt_nfacct ip6t_nfacct ipt_nfacct
xt_osf ip6t_osf ipt_osf
xt_owner ip6t_owner ipt_owner
xt_physdev ip6t_physdev ipt_physdev
xt_pkttype ip6t_pkttype ipt_pkttype
xt_policy ip6t_policy ipt_policy
xt_quota ip6t_quota ipt_quota
xt_rateest ip6t_rateest ipt_rateest
xt_realm ipt_realm
xt_recent ip6t_recent ipt_recent
xt_sctp ip6t_sctp ipt_sctp
xt_set ip6t_SET ip6t_set ipt_SET ipt_set xt_SET
xt_socket ip6t_socket ipt_socket
xt_state ip6t_state ipt_state
xt_statistic ip6t_statistic ipt_statistic
xt_string ebt_string ip6t_string ipt_string
xt_tcpmss ip6t_tcpmss ipt_tcpmss
xt_tcpudp ip6t_icmp6 ip6t_tcp ip6t_udp ipt_icmp ipt_tcp ipt_udp xt_tcp xt_udp
xt_time ip6t_time ipt_time
xt_u32 ip6t_u32 ipt_u32
`;
