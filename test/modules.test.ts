import { describe, expect, it } from 'vitest';
import { tools as conntrack } from '../commands/conntrack/tools.ts';
import { dispatch } from '../commands/dispatch.ts';
import { tools as host } from '../commands/host/tools.ts';
import { tools as ipset } from '../commands/ipset/tools.ts';
import { tools as iptables } from '../commands/iptables/tools.ts';
import { tools as ipvsadm } from '../commands/ipvsadm/tools.ts';
import { Bench, type Said } from '../commands/nflab/labs/bench.ts';
import { tools as nft } from '../commands/nft/tools.ts';
import { ROUTER } from '../src/kernel/host/build.ts';
import { openDesk } from './harness/nflab.ts';

const open = () => {
  const bench = new Bench(openDesk('.').ports, ROUTER);
  return (line: string): Said => {
    const [tool = '', ...argv] = line.split(' ');
    return bench.run({ argv: [tool, ...argv] });
  };
};
const OK: Said = { out: '', err: '', status: 0 };
const MISSING =
  'nf_conntrack_ipv4 not found in directory /lib/modules/6.12.107+deb13-cloud-amd64\n';

/** As kmod 34 says it on Linux 6.12 of Debian 13. */
describe('kernel modules', () => {
  it('are loaded with what they need; further words are parameters', () => {
    const type = open();
    expect(type('modprobe ip_vs ip_vs_rr ip_vs_wrr ip_vs_sh nf_conntrack')).toEqual(OK);
    expect(type('lsmod').out).toBe(`Module                  Size  Used by
ip_vs                 229376  0
nf_conntrack          204800  1 ip_vs
nf_defrag_ipv6         24576  2 nf_conntrack,ip_vs
nf_defrag_ipv4         12288  1 nf_conntrack
libcrc32c              12288  2 nf_conntrack,ip_vs
`);
  });

  it('list their users as sysfs does', () => {
    const type = open();
    for (const name of ['xt_ipvs', 'ip_vs_rr', 'ip_vs_wrr', 'ip_vs_sh', 'nf_conntrack'])
      expect(type(`modprobe ${name}`)).toEqual(OK);
    expect(type('ipvsadm -A -t 10.0.0.1:80 -s rr')).toEqual(OK);
    expect(type('lsmod').out.split('\n').slice(0, 6)).toEqual([
      'Module                  Size  Used by',
      'ip_vs_sh               12288  0',
      'ip_vs_wrr              12288  0',
      'ip_vs_rr               12288  1',
      'xt_ipvs                16384  0',
      expect.stringMatching(/^(ip_vs|x_tables) /),
    ]);
    expect(type('lsmod').out).toContain(
      'ip_vs                 229376  8 ip_vs_rr,ip_vs_sh,xt_ipvs,ip_vs_wrr\n',
    );
    expect(type('rmmod ip_vs')).toEqual({
      out: '',
      err: 'rmmod: ERROR: Module ip_vs is in use by: ip_vs_rr ip_vs_sh xt_ipvs ip_vs_wrr\n',
      status: 1,
    });
    expect(type('modprobe -r ip_vs_rr').err).toBe('modprobe: FATAL: Module ip_vs_rr is in use.\n');
    expect(type('rmmod ip_vs_rr').err).toBe('rmmod: ERROR: Module ip_vs_rr is in use\n');
  });

  it.each([
    ['modprobe nf_conntrack_ipv4', `modprobe: FATAL: Module ${MISSING}`],
    ['modprobe -a ip_vs nf_conntrack_ipv4 ip_vs_sh', `modprobe: WARNING: Module ${MISSING}`],
    ['modprobe -r nf_conntrack_ipv4', 'modprobe: FATAL: Module nf_conntrack_ipv4 not found.\n'],
    ['modprobe', 'modprobe: ERROR: missing parameters. See -h.\n'],
    ['modprobe -q nosuch', ''],
    ['rmmod', 'rmmod: ERROR: missing module name.\n'],
    ['rmmod nosuch', 'rmmod: ERROR: Module nosuch is not currently loaded\n'],
    ['lsmod x', 'lsmod: ERROR: too many arguments provided.\n'],
  ])('%s fails', (line, err) => {
    expect(open()(line)).toEqual({ out: '', err, status: 1 });
  });

  it('go with the last that needs them', () => {
    const type = open();
    expect(type('modprobe xt_LOG')).toEqual(OK);
    expect(type('modprobe ip_conntrack')).toEqual(OK);
    expect(type('modprobe -r nf_conntrack')).toEqual(OK);
    expect(type('lsmod').out).toContain('nf_log_syslog');
    expect(type('modprobe -r xt_LOG')).toEqual(OK);
    expect(type('lsmod').out).toBe('Module                  Size  Used by\n');
  });
});

describe('names of tools', () => {
  it('belong to one family each', () => {
    const names = [iptables, nft, ipvsadm, ipset, conntrack, host].flatMap((t) => [...t.keys()]);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });

  it('of tools that are not emulated say so', () => {
    const desk = openDesk('.');
    expect(open()('ebtables -L')).toEqual({
      out: '',
      err: 'nflab: not emulated: ebtables\n',
      status: 70,
    });
    expect(dispatch(desk.ports.tools, 'nfct', [], desk.ports)).toBe(70);
  });
});
