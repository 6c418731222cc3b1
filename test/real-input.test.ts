/**
 * What tutorials of IPVS and kube-proxy type before anything else, as Debian 13 with Linux 6.12 answers it. The rest of
 * what people type is in transcripts/real-input and transcripts/real-input-ipvs.
 */
import { expect, it } from 'vitest';
import { Bench } from '../commands/nflab/labs/bench.ts';
import { ROUTER } from '../src/kernel/host/build.ts';
import { openDesk } from './harness/nflab.ts';

function open() {
  const bench = new Bench(openDesk('.').ports, ROUTER);
  return (line: string) => {
    const [tool = '', ...argv] = line.split(' ');
    return bench.run({ argv: [tool, ...argv] });
  };
}

const grep = (text: string, what: string): readonly string[] =>
  text.split('\n').filter((line) => line.includes(what));

it('modprobe of several modules loads the first, the others being its parameters', () => {
  const type = open();
  expect(type('modprobe ip_vs ip_vs_rr ip_vs_wrr ip_vs_sh nf_conntrack')).toEqual({
    out: '',
    err: '',
    status: 0,
  });
  expect(grep(type('lsmod').out, 'ip_vs')).toEqual([
    'ip_vs                 229376  0',
    'nf_conntrack          204800  1 ip_vs',
    'nf_defrag_ipv6         24576  2 nf_conntrack,ip_vs',
    'libcrc32c              12288  2 nf_conntrack,ip_vs',
  ]);
});

it('modprobe of one module after the other loads them all', () => {
  const type = open();
  for (const name of ['ip_vs', 'ip_vs_rr', 'ip_vs_wrr', 'ip_vs_sh', 'nf_conntrack'])
    expect(type(`modprobe ${name}`)).toEqual({ out: '', err: '', status: 0 });
  expect(grep(type('lsmod').out, 'ip_vs')).toEqual([
    'ip_vs_sh               12288  0',
    'ip_vs_wrr              12288  0',
    'ip_vs_rr               12288  0',
    'ip_vs                 229376  6 ip_vs_rr,ip_vs_sh,ip_vs_wrr',
    'nf_conntrack          204800  1 ip_vs',
    'nf_defrag_ipv6         24576  2 nf_conntrack,ip_vs',
    'libcrc32c              12288  2 nf_conntrack,ip_vs',
  ]);
});

it('modprobe nf_conntrack_ipv4 fails since Linux 4.19', () => {
  expect(open()('modprobe nf_conntrack_ipv4')).toEqual({
    out: '',
    err: 'modprobe: FATAL: Module nf_conntrack_ipv4 not found in directory /lib/modules/6.12.107+deb13-cloud-amd64\n',
    status: 1,
  });
});
