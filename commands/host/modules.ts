/** `modprobe`, `lsmod`, `rmmod`: modules of packet filtering are there; loading one changes nothing but the list. */
import { NotEmulated } from '../../src/base/errors.ts';
import type { Tool } from '../tool.ts';

/** Families of which each member is a name of its own. */
const KNOWN: ReadonlyMap<string, string> = new Map([
  ['ip_vs_', 'dh fo ftp lblc lblcr lc mh nq ovf pe_sip rr sed sh twos wlc wrr'],
  [
    'nf_conntrack_',
    'amanda broadcast ftp h323 irc netbios_ns netlink pptp sane sip snmp tftp bridge',
  ],
  ['nf_nat_', 'amanda ftp h323 irc pptp sip snmp_basic tftp'],
  [
    'nft_',
    'chain_nat compat connlimit ct dup_ipv4 dup_ipv6 dup_netdev fib fib_inet fib_ipv4 fib_ipv6 fib_netdev flow_offload fwd_netdev hash limit log masq meta_bridge nat numgen osf queue quota redir reject reject_bridge reject_inet reject_ipv4 reject_ipv6 reject_netdev socket synproxy tproxy tunnel xfrm',
  ],
  [
    'xt_',
    'addrtype AUDIT bpf cgroup CHECKSUM CLASSIFY cluster comment connbytes connlabel connlimit connmark CONNSECMARK conntrack cpu CT dccp devgroup dscp ecn esp hashlimit helper HL hl HMARK IDLETIMER ipcomp iprange ipvs l2tp LED length limit LOG mac mark MASQUERADE multiport nat NETMAP nfacct NFLOG NFQUEUE osf owner physdev pkttype policy quota rateest RATEEST realm recent REDIRECT sctp SECMARK set socket state statistic string TCPMSS tcpmss TCPOPTSTRIP tcpudp TEE time TPROXY TRACE u32',
  ],
  ['iptable_', 'filter mangle nat raw security'],
  ['ip6table_', 'filter mangle nat raw security'],
  ['arptable_', 'filter'],
  ['ebtable_', 'broute filter nat'],
  [
    'ip_set_',
    'bitmap_ip bitmap_ipmac bitmap_port hash_ip hash_ipmac hash_ipmark hash_ipport hash_ipportip hash_ipportnet hash_mac hash_net hash_netiface hash_netnet hash_netport hash_netportnet list_set',
  ],
  ['ipt_', 'ah ECN REJECT rpfilter SYNPROXY'],
  ['ip6t_', 'ah eui64 frag hbh ipv6header mh NPT REJECT rpfilter rt srh SYNPROXY'],
  [
    'nf_',
    'conntrack defrag_ipv4 defrag_ipv6 dup_ipv4 dup_ipv6 flow_table flow_table_inet log_syslog nat reject_ipv4 reject_ipv6 socket_ipv4 socket_ipv6 synproxy_core tables tproxy_ipv4 tproxy_ipv6',
  ],
  [
    '',
    'ip_vs ip_tables ip6_tables arp_tables ebtables x_tables nfnetlink nfnetlink_log nfnetlink_queue nfnetlink_cthelper nfnetlink_cttimeout nfnetlink_acct ip_set br_netfilter bridge dummy veth tun ipip ip_gre fou sctp ip_conntrack ip_nat ipt_state',
  ],
]);

/** Dashes and underscores are the same. */
const moduleName = (text: string): string => text.replaceAll('-', '_');

function isKnown(name: string): boolean {
  for (const [prefix, members] of KNOWN)
    if (name.startsWith(prefix) && members.split(' ').includes(name.slice(prefix.length)))
      return true;
  return false;
}

/** The kernel whose modules these are. */
const DIRECTORY = '/lib/modules/6.12.107+deb13-cloud-amd64';

interface Options {
  quiet: boolean;
  all: boolean;
  remove: boolean;
  dry: boolean;
  readonly words: string[];
}

function readOptions(argv: readonly string[]): Options {
  const options: Options = { quiet: false, all: false, remove: false, dry: false, words: [] };
  const long: ReadonlyMap<string, string> = new Map([
    ['--quiet', 'q'],
    ['--all', 'a'],
    ['--remove', 'r'],
    ['--dry-run', 'n'],
    ['--show', 'n'],
    ['--use-blacklist', 'b'],
    ['--syslog', 's'],
  ]);
  for (const word of argv) {
    if (!word.startsWith('-')) {
      options.words.push(word);
      continue;
    }
    for (const letter of long.get(word) ?? (word.startsWith('--') ? [word] : word.slice(1))) {
      if (letter === 'q') options.quiet = true;
      else if (letter === 'a') options.all = true;
      else if (letter === 'r') options.remove = true;
      else if (letter === 'n') options.dry = true;
      // Blacklists and the system log are the host's own affair; a loaded module says nothing with -v.
      else if (letter !== 'b' && letter !== 's') throw new NotEmulated(`modprobe ${word}`);
    }
  }
  return options;
}

export const modprobe: Tool = ({ argv, store, stderr }) => {
  const { quiet, all, remove, dry, words } = readOptions(argv);
  if (words.length === 0) {
    stderr.write('modprobe: ERROR: missing parameters. See -h.\n');
    return 1;
  }
  let status = 0;
  // Without -a the further words are the module's parameters.
  for (const word of all || remove ? words : words.slice(0, 1)) {
    const name = moduleName(word);
    if (!isKnown(name)) {
      status = 1;
      const where = remove ? '.' : ` in directory ${DIRECTORY}`;
      if (!quiet)
        stderr.write(`modprobe: ${all ? 'WARNING' : 'FATAL'}: Module ${word} not found${where}\n`);
      if (!all) break;
    } else if (!dry) {
      store.transact((lab) => {
        const host = lab.host.get();
        if (host.modules.includes(name) !== remove) return;
        const others = host.modules.filter((each) => each !== name);
        lab.host.edit().modules = remove ? others : [name, ...others];
      });
    }
  }
  return status;
};

/** Newest first; sizes and users of modules are not known here. */
export const lsmod: Tool = ({ argv, store, stdout, stderr }) => {
  if (argv.length > 0) {
    stderr.write('lsmod: ERROR: too many arguments provided.\n');
    return 1;
  }
  const modules = store.read((lab) => lab.host.get().modules);
  stdout.write('Module                  Size  Used by\n');
  for (const name of modules) stdout.write(`${name.padEnd(19)} ${'16384'.padStart(8)}  0\n`);
  return 0;
};
