/** What kube-proxy writes for Services, in each of its three modes, and the node it writes it on. */
import type { HostSpec } from '../../../src/kernel/host/build.ts';

export const KUBE_MODES = ['iptables', 'ipvs', 'nftables'] as const;
export type KubeMode = (typeof KUBE_MODES)[number];

export interface Service {
  readonly name: string;
  readonly ip: string;
  readonly port: number;
  /** `ADDRESS:PORT` of each backend. */
  readonly endpoints: readonly string[];
}

/** One command with what it reads. */
export interface LabCommand {
  readonly argv: readonly [string, ...string[]];
  readonly stdin?: string;
}

/** A node: its pods behind cni0, the other nodes and clients behind eth0. */
export const KUBE_NODE: HostSpec = {
  interfaces: [
    { name: 'eth0', addresses: ['192.168.0.10/24'] },
    { name: 'cni0', kind: 'bridge', addresses: ['10.244.1.1/24'] },
  ],
  routes: [{ dst: '10.244.2.0/24', via: '192.168.0.11', dev: 'eth0' }],
  sysctls: { 'net.ipv4.ip_forward': 1 },
};

/** The Service every tutorial has. */
export const NGINX: Service = {
  name: 'nginx',
  ip: '10.96.10.100',
  port: 80,
  endpoints: ['10.244.1.5:80', '10.244.2.8:80'],
};

const POD_NETWORK = '10.244.0.0/16';
const MARK = '0x4000';

/** As many Services as asked for, `last` being the last of them. */
export function manyServices(count: number, last: Service): readonly Service[] {
  const others = Array.from({ length: count - 1 }, (_, i) => ({
    name: `app-${i + 1}`,
    ip: `10.97.${Math.floor(i / 250)}.${(i % 250) + 1}`,
    port: 80,
    endpoints: [`10.244.1.${(i % 200) + 10}:80`, `10.244.2.${(i % 200) + 10}:80`],
  }));
  return [...others, last];
}

/** The commands that set the mode up. */
export function kubeProxy(mode: KubeMode, services: readonly Service[]): readonly LabCommand[] {
  return MODES[mode](services);
}

const MODES: { readonly [M in KubeMode]: (services: readonly Service[]) => readonly LabCommand[] } =
  {
    iptables: (services) => [
      { argv: ['iptables-restore', '--noflush'], stdin: iptablesRules(services) },
      ...entryRules(),
    ],
    ipvs: (services) => [
      { argv: ['ip', 'link', 'add', 'kube-ipvs0', 'type', 'dummy'] },
      ...services.map(
        ({ ip }): LabCommand => ({ argv: ['ip', 'addr', 'add', `${ip}/32`, 'dev', 'kube-ipvs0'] }),
      ),
      { argv: ['sysctl', '-w', 'net.ipv4.vs.conntrack=1'] },
      { argv: ['ipset', 'restore'], stdin: ipsetEntries(services) },
      { argv: ['iptables-restore', '--noflush'], stdin: IPVS_RULES },
      ...entryRules(),
      { argv: ['ipvsadm', '-R'], stdin: ipvsServices(services) },
    ],
    nftables: (services) => [{ argv: ['nft', '-f', '-'], stdin: nftRules(services) }],
  };

/** The jumps from the built-in chains. */
const entryRules = (): readonly LabCommand[] =>
  [
    ['PREROUTING', 'KUBE-SERVICES'],
    ['OUTPUT', 'KUBE-SERVICES'],
    ['POSTROUTING', 'KUBE-POSTROUTING'],
  ].map(([from = '', to = '']) => ({ argv: ['iptables', '-t', 'nat', '-I', from, '-j', to] }));

const MASQUERADE = `-A KUBE-MARK-MASQ -j MARK --or-mark ${MARK}
-A KUBE-POSTROUTING -m mark ! --mark ${MARK}/${MARK} -j RETURN
-A KUBE-POSTROUTING -j MARK --xor-mark ${MARK}
-A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE
`;

const chainName = (kind: 'SVC' | 'SEP', { name }: Service, i?: number): string =>
  `KUBE-${kind}-${name.toUpperCase()}${i === undefined ? '' : `-${i + 1}`}`;

function iptablesRules(services: readonly Service[]): string {
  const chains = ['KUBE-SERVICES', 'KUBE-POSTROUTING', 'KUBE-MARK-MASQ'];
  const rules: string[] = [];
  for (const service of services) {
    const { name, ip, port, endpoints } = service;
    const svc = chainName('SVC', service);
    const match = `-d ${ip}/32 -p tcp -m comment --comment "default/${name} cluster IP" -m tcp --dport ${port}`;
    chains.push(svc);
    rules.push(`-A KUBE-SERVICES ${match} -j ${svc}`);
    rules.push(`-A ${svc} ! -s ${POD_NETWORK} ${match} -j KUBE-MARK-MASQ`);
    endpoints.forEach((endpoint, i) => {
      const sep = chainName('SEP', service, i);
      const left = endpoints.length - i;
      const chance =
        left === 1 ? '' : ` -m statistic --mode random --probability ${(1 / left).toFixed(10)}`;
      const note = `-m comment --comment "default/${name}"`;
      chains.push(sep);
      rules.push(`-A ${svc} ${note}${chance} -j ${sep}`);
      rules.push(`-A ${sep} -s ${endpoint.split(':')[0]}/32 ${note} -j KUBE-MARK-MASQ`);
      rules.push(`-A ${sep} -p tcp ${note} -m tcp -j DNAT --to-destination ${endpoint}`);
    });
  }
  const declared = chains.map((chain) => `:${chain} - [0:0]\n`).join('');
  return `*nat\n${declared}${MASQUERADE}${rules.map((rule) => `${rule}\n`).join('')}COMMIT\n`;
}

const IPVS_RULES = `*nat
:KUBE-SERVICES - [0:0]
:KUBE-POSTROUTING - [0:0]
:KUBE-MARK-MASQ - [0:0]
${MASQUERADE}-A KUBE-SERVICES ! -s ${POD_NETWORK} -m set --match-set KUBE-CLUSTER-IP dst,dst -j KUBE-MARK-MASQ
-A KUBE-SERVICES -m set --match-set KUBE-CLUSTER-IP dst,dst -j ACCEPT
COMMIT
`;

function ipsetEntries(services: readonly Service[]): string {
  const entries = services.map(({ ip, port }) => `add KUBE-CLUSTER-IP ${ip},tcp:${port}\n`);
  return `create KUBE-CLUSTER-IP hash:ip,port family inet hashsize 1024 maxelem 65536\n${entries.join('')}`;
}

function ipvsServices(services: readonly Service[]): string {
  return services
    .map(({ ip, port, endpoints }) => {
      const destinations = endpoints.map((each) => `-a -t ${ip}:${port} -r ${each} -m -w 1\n`);
      return `-A -t ${ip}:${port} -s rr\n${destinations.join('')}`;
    })
    .join('');
}

function nftRules(services: readonly Service[]): string {
  const lines = [
    'add table ip kube-proxy',
    'add chain ip kube-proxy nat-prerouting { type nat hook prerouting priority dstnat ; }',
    'add chain ip kube-proxy nat-output { type nat hook output priority -100 ; }',
    'add chain ip kube-proxy nat-postrouting { type nat hook postrouting priority srcnat ; }',
    'add chain ip kube-proxy services',
    'add chain ip kube-proxy mark-for-masquerade',
    'add chain ip kube-proxy masquerading',
    'add map ip kube-proxy service-ips { type ipv4_addr . inet_proto . inet_service : verdict ; }',
    'add rule ip kube-proxy nat-prerouting jump services',
    'add rule ip kube-proxy nat-output jump services',
    'add rule ip kube-proxy nat-postrouting jump masquerading',
    `add rule ip kube-proxy mark-for-masquerade mark set mark or ${MARK}`,
    `add rule ip kube-proxy masquerading mark and ${MARK} == 0 return`,
    `add rule ip kube-proxy masquerading mark set mark xor ${MARK}`,
    'add rule ip kube-proxy masquerading masquerade fully-random',
    'add rule ip kube-proxy services ip daddr . meta l4proto . th dport vmap @service-ips',
  ];
  for (const { name, ip, port, endpoints } of services) {
    const svc = `service-${name}/tcp`;
    const choices = endpoints.map((endpoint, i) => `${i} : goto ${endpointChain(name, endpoint)}`);
    lines.push(`add chain ip kube-proxy ${svc}`);
    for (const endpoint of endpoints) {
      const chain = endpointChain(name, endpoint);
      lines.push(
        `add chain ip kube-proxy ${chain}`,
        `add rule ip kube-proxy ${chain} ip saddr ${endpoint.split(':')[0]} jump mark-for-masquerade`,
        `add rule ip kube-proxy ${chain} meta l4proto tcp dnat to ${endpoint}`,
      );
    }
    lines.push(
      `add rule ip kube-proxy ${svc} ip daddr ${ip} tcp dport ${port} ip saddr != ${POD_NETWORK} jump mark-for-masquerade`,
      `add rule ip kube-proxy ${svc} numgen random mod ${endpoints.length} vmap { ${choices.join(' , ')} }`,
      `add element ip kube-proxy service-ips { ${ip} . tcp . ${port} : goto ${svc} }`,
    );
  }
  return `${lines.join('\n')}\n`;
}

const endpointChain = (name: string, endpoint: string): string =>
  `endpoint-${name}/tcp/${endpoint.replace(':', '/')}`;
