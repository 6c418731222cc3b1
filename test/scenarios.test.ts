import { describe, expect, it } from 'vitest';
import { Bench } from '../commands/nflab/labs/bench.ts';
import { KUBE_NODE, kubeProxy, NGINX } from '../commands/nflab/labs/kube-proxy.ts';
import { readPacket, sendWords } from '../commands/nflab/packet.ts';
import { RuleFacts } from '../commands/nflab/rule-facts.ts';
import { viewTrace } from '../commands/nflab/trace-view.ts';
import { splitWords } from '../src/base/shell.ts';
import { type HostSpec, ROUTER } from '../src/kernel/host/build.ts';
import { arrivalOf } from '../src/lab/flow.ts';
import { packetFields } from '../src/packet/fields.ts';
import { openDesk } from './harness/nflab.ts';

const bench = (host: HostSpec): Bench => new Bench(openDesk('.').ports, host);

/** Runs a command that must succeed; what it printed. */
function type(on: Bench, line: string, stdin = ''): string {
  const [tool = '', ...argv] = splitWords(line);
  const { out, err, status } = on.run({ argv: [tool, ...argv], stdin });
  expect(status, `${line}: ${err}`).toBe(0);
  return out;
}

/** How a packet in words ended, in a line. */
function fate(on: Bench, words: string): string {
  const [passage] = on.send(words);
  if (!passage) return 'nothing';
  const { packets, outcome } = viewTrace(passage.trace, new RuleFacts(on.ports));
  const final = packets[0]?.final;
  if (!final) return outcome.kind;
  const end = `${final.src}:${final.sport} > ${final.dst}:${final.dport}`;
  return `${outcome.kind}${'dev' in outcome ? ` ${outcome.dev}` : ''} ${end}`;
}

const CONNECTIONS = 1000;

describe.each(['iptables', 'ipvs', 'nftables'] as const)('kube-proxy in %s mode', (mode) => {
  it('spreads connections over the backends and translates the answers back', () => {
    const node = bench(KUBE_NODE);
    for (const command of kubeProxy(mode, [NGINX]))
      expect(node.run(command), command.argv.join(' ')).toMatchObject({ err: '', status: 0 });
    const endpointChain = (endpoint: string): string =>
      `ip kube-proxy endpoint-${NGINX.name}/tcp/${endpoint.replace(':', '/')}`;
    // kube-proxy itself counts nothing in this mode.
    if (mode === 'nftables')
      for (const each of NGINX.endpoints)
        type(node, `nft insert rule ${endpointChain(each)} counter`);
    const reached = new Map<string, number>();
    for (let i = 0; i < CONNECTIONS; i++) {
      const client = `192.168.0.${100 + (i % 100)}`;
      const words = readPacket(
        `tcp from ${client}:${20_000 + i} to ${NGINX.ip}:${NGINX.port} in eth0`.split(' '),
      );
      const steps = sendWords(node.ports, words, { flow: true });
      expect(steps).toHaveLength(8);
      const ends = steps.map(({ trace }) =>
        packetFields(arrivalOf(trace)?.data ?? new Uint8Array(0)),
      );
      // The client sees answers from the Service, to the port it asked from.
      for (const n of [1, 4, 6])
        expect(ends[n]).toMatchObject({
          src: NGINX.ip,
          sport: NGINX.port,
          dst: client,
          dport: 20_000 + i,
        });
      const { dst, dport, src } = ends[0] ?? {};
      // Clients from outside the pod network are masqueraded.
      expect(src).toMatch(/^(192\.168\.0\.10|10\.244\.1\.1)$/);
      const backend = `${dst}:${dport}`;
      reached.set(backend, (reached.get(backend) ?? 0) + 1);
    }
    expect([...reached.keys()].sort()).toEqual([...NGINX.endpoints].sort());
    for (const count of reached.values()) expect(count).toBeGreaterThan(CONNECTIONS * 0.4);
    if (mode === 'ipvs') {
      const stats = type(node, 'ipvsadm -Ln --stats --exact');
      const [service] = stats.split('\n').filter((line) => line.startsWith('TCP'));
      // Five packets from the client and three from the server in each conversation.
      expect(service?.trim().split(/ +/).slice(2, 5).map(Number)).toEqual([
        CONNECTIONS,
        5 * CONNECTIONS,
        3 * CONNECTIONS,
      ]);
    }
    if (mode === 'iptables') {
      const listing = type(node, 'iptables -t nat -L KUBE-SVC-NGINX -n -v -x');
      const counts = listing
        .split('\n')
        .flatMap((line) => /^ *(\d+) +\d+ KUBE-SEP/.exec(line)?.[1] ?? []);
      expect(counts.map(Number).reduce((a, b) => a + b)).toBe(CONNECTIONS);
      expect(counts.map(Number).sort()).toEqual([...reached.values()].sort());
    }
    if (mode === 'nftables')
      for (const [endpoint, count] of reached)
        expect(type(node, `nft list chain ${endpointChain(endpoint)}`)).toContain(
          `counter packets ${count} bytes ${40 * count}\n`,
        );
  });

  it('leaves other addresses alone', () => {
    const node = bench(KUBE_NODE);
    for (const command of kubeProxy(mode, [NGINX])) node.run(command);
    expect(fate(node, 'tcp from 192.168.0.50 to 10.244.1.7:80 in eth0')).toBe(
      'forwarded cni0 192.168.0.50:40000 > 10.244.1.7:80',
    );
  });
});

describe('a container with a published port', () => {
  const host: HostSpec = {
    interfaces: [
      { name: 'eth0', addresses: ['192.0.2.10/24'] },
      { name: 'docker0', kind: 'bridge', addresses: ['172.17.0.1/16'] },
    ],
    routes: [{ dst: 'default', via: '192.0.2.1' }],
    sysctls: { 'net.ipv4.ip_forward': 1 },
  };
  const RULES = `*nat
:DOCKER - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER
-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
-A DOCKER -i docker0 -j RETURN
-A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80
COMMIT
*filter
:FORWARD DROP [0:0]
:DOCKER - [0:0]
-A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -o docker0 -j DOCKER
-A FORWARD -i docker0 ! -o docker0 -j ACCEPT
-A DOCKER -d 172.17.0.2/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 80 -j ACCEPT
COMMIT
`;

  it('is reached through the port, reaches out, and is closed otherwise', () => {
    const machine = bench(host);
    type(machine, 'iptables-restore', RULES);
    expect(fate(machine, 'tcp from 198.51.100.9:5000 to 192.0.2.10:8080 in eth0')).toBe(
      'forwarded docker0 198.51.100.9:5000 > 172.17.0.2:80',
    );
    expect(fate(machine, 'tcp from 198.51.100.9:5001 to 172.17.0.2:80 in eth0')).toBe(
      'forwarded docker0 198.51.100.9:5001 > 172.17.0.2:80',
    );
    expect(fate(machine, 'tcp from 198.51.100.9:5002 to 172.17.0.2:22 in eth0')).toBe('dropped');
    expect(fate(machine, 'tcp from 172.17.0.2:5003 to 198.51.100.9:443 in docker0')).toBe(
      'forwarded eth0 192.0.2.10:5003 > 198.51.100.9:443',
    );
    expect(fate(machine, 'tcp to 192.0.2.10:8080')).toMatch(
      /^(sent|delivered) docker0 .* > 172\.17\.0\.2:80$/,
    );
  });
});

describe('a home router in nft', () => {
  const RULES = `flush ruleset
define wan = eth0
define lan = eth1
table inet fw {
	set blocked { type ipv4_addr; flags interval; elements = { 192.0.2.0/24, 198.51.100.7 } }
	counter denied { }
	chain input {
		type filter hook input priority filter; policy drop;
		iif lo accept
		ct state vmap { established : accept, related : accept, invalid : drop }
		iifname $lan tcp dport { 22, 53, 80 } accept
		counter name denied
	}
	chain forward {
		type filter hook forward priority filter; policy drop;
		ct state established,related accept
		ip daddr @blocked reject with icmp admin-prohibited
		iifname $lan oifname $wan accept
		ct status dnat accept
	}
}
table ip nat {
	chain pre {
		type nat hook prerouting priority dstnat;
		iifname $wan tcp dport { 80, 443 } dnat to 10.0.0.10
		iifname $wan tcp dport 2222 dnat to 10.0.0.20:22
	}
	chain post {
		type nat hook postrouting priority srcnat;
		oifname $wan masquerade
	}
}
`;

  it('lets the LAN out, the published ports in, and the blocked be told', () => {
    const router = bench(ROUTER);
    type(router, 'nft -f -', RULES);
    expect(fate(router, 'tcp from 10.0.0.10:6000 to 203.0.113.99:443 in eth1')).toBe(
      'forwarded eth0 203.0.113.2:6000 > 203.0.113.99:443',
    );
    expect(
      fate(router, 'tcp from 203.0.113.99:443 to 203.0.113.2:6000 in eth0 syn ack acknum 1001'),
    ).toBe('forwarded eth1 203.0.113.99:443 > 10.0.0.10:6000');
    expect(fate(router, 'tcp from 203.0.113.99:7000 to 203.0.113.2:2222 in eth0')).toBe(
      'forwarded eth1 203.0.113.99:7000 > 10.0.0.20:22',
    );
    expect(fate(router, 'tcp from 203.0.113.99:7001 to 203.0.113.2:22 in eth0')).toBe('dropped');
    expect(fate(router, 'tcp from 10.0.0.10:7002 to 10.0.0.1:22 in eth1')).toBe(
      'delivered eth1 10.0.0.10:7002 > 10.0.0.1:22',
    );
    expect(fate(router, 'tcp from 10.0.0.10:7003 to 192.0.2.4:80 in eth1')).toBe('dropped');
    expect(type(router, 'nft list counter inet fw denied')).toContain('packets 1 bytes 40');
  });
});
