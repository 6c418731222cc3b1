/** `nflab tour`: what nflab does, in a minute, in a lab of its own. */

import type { ChalkInstance } from 'chalk';
import type { Command } from 'commander';
import { splitWords } from '../../src/base/shell.ts';
import { ROUTER } from '../../src/kernel/host/build.ts';
import { arrivalOf } from '../../src/lab/flow.ts';
import { packetFields } from '../../src/packet/fields.ts';
import type { Context } from './context.ts';
import { formatTrace } from './explain.ts';
import { Bench } from './labs/bench.ts';
import {
  KUBE_MODES,
  KUBE_NODE,
  type KubeMode,
  kubeProxy,
  manyServices,
  NGINX,
} from './labs/kube-proxy.ts';
import { rulesPassed } from './labs/passed.ts';
import type { NflabPorts } from './ports.ts';
import { formatTable, paintFor } from './report.ts';
import { RuleFacts } from './rule-facts.ts';
import { viewTrace } from './trace-view.ts';

export function addTour(program: Command, { ports }: Context): void {
  program
    .command('tour')
    .description('see what nflab does, in a lab of its own')
    .action(() => {
      const guide = new Guide(ports);
      tourRouter(guide);
      tourKubeProxy(guide);
      guide.say('Your turn: `nflab shell`, or `nflab --help`.');
    });
}

/** Types commands and shows what they say. */
class Guide {
  readonly ports: NflabPorts;
  readonly paint: ChalkInstance;

  constructor(ports: NflabPorts) {
    this.ports = ports;
    this.paint = paintFor(ports.stdout, ports.environment);
  }

  say(text: string): void {
    this.ports.stdout.write(`${this.paint.bold(text)}\n`);
  }

  type(bench: Bench, ...lines: readonly string[]): void {
    for (const line of lines) {
      const [tool = '', ...argv] = splitWords(line);
      const { out, err } = bench.run({ argv: [tool, ...argv] });
      this.ports.stdout.write(`${this.paint.cyan(`$ ${line}`)}\n${out}${err}`);
    }
    this.ports.stdout.write('\n');
  }

  send(bench: Bench, words: string): void {
    this.ports.stdout.write(`${this.paint.cyan(`$ nflab send ${words}`)}\n`);
    const [passage] = bench.send(words);
    if (!passage) return;
    const view = viewTrace(passage.trace, new RuleFacts(bench.ports));
    this.ports.stdout.write(`${formatTrace(view, this.paint)}\n`);
  }
}

function tourRouter(guide: Guide): void {
  const bench = new Bench(guide.ports, ROUTER);
  guide.say(
    'A router: eth0 is the Internet, eth1 the LAN. Rules in three languages, one kernel.\n',
  );
  guide.type(
    bench,
    'iptables -P FORWARD DROP',
    'iptables -A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT',
    'iptables -A FORWARD -i eth1 -o eth0 -j ACCEPT',
    'iptables -t nat -A POSTROUTING -o eth0 -j MASQUERADE',
    'nft add table inet guard',
    'nft add chain inet guard in { type filter hook input priority 0 \\; }',
    'nft add rule inet guard in tcp dport 23 counter drop',
    'ipvsadm -A -t 10.0.0.1:80 -s rr',
    'ipvsadm -a -t 10.0.0.1:80 -r 192.168.50.11:8080 -m',
    'ipvsadm -a -t 10.0.0.1:80 -r 192.168.50.12:8080 -m',
  );
  guide.say('A packet from the LAN goes out, masqueraded; one from outside does not come in.');
  guide.send(bench, 'tcp 10.0.0.10:40000 198.51.100.7:443 --in eth1 --syn');
  guide.send(bench, 'tcp from 198.51.100.7 to 10.0.0.10:22 in eth0');
  guide.say('Telnet to the router dies in the nft rule; the counters know.');
  guide.send(bench, 'tcp from 10.0.0.10 to 10.0.0.1:23 in eth1');
  guide.say('IPVS takes the next one, and chooses a server.');
  guide.send(bench, 'tcp from 10.0.0.10 to 10.0.0.1:80 in eth1');
  guide.type(
    bench,
    'iptables -L FORWARD -n -v',
    'nft list chain inet guard in',
    'ipvsadm -Ln --stats',
    'conntrack -L',
  );
}

const CLIENTS = 100;
const MANY = 1000;

function tourKubeProxy(guide: Guide): void {
  guide.say(
    `kube-proxy: ${NGINX.name} at ${NGINX.ip}:${NGINX.port}, two backends, in its three modes; ${CLIENTS} clients each.`,
  );
  const rows = KUBE_MODES.map((mode) => {
    const one = measure(guide.ports, mode, 1);
    const many = measure(guide.ports, mode, MANY);
    if (typeof one === 'string' || typeof many === 'string') return [mode, String(one)];
    return [mode, ...one.backends.map(String), String(one.rules), String(many.rules)];
  });
  const head = ['mode', ...NGINX.endpoints, 'rules passed', `with ${MANY} Services`];
  guide.ports.stdout.write(`${formatTable(head, rows, 2)}\n`);
}

interface Measured {
  readonly backends: readonly number[];
  readonly rules: number;
}

/** How clients spread over the backends, and how many rules the first packet of one passes; or what failed. */
function measure(ports: NflabPorts, mode: KubeMode, services: number): Measured | string {
  const bench = new Bench(ports, KUBE_NODE);
  for (const command of kubeProxy(mode, manyServices(services, NGINX))) {
    const { status, err } = bench.run(command);
    if (status !== 0) return `${command.argv[0]}: ${err.split('\n')[0]}`;
  }
  const reached = new Map<string, number>();
  let rules = 0;
  for (let i = 0; i < (services === 1 ? CLIENTS : 1); i++) {
    const [passage] = bench.send(
      `tcp from 192.168.0.50:${30_000 + i} to ${NGINX.ip}:${NGINX.port} in eth0`,
    );
    if (!passage) continue;
    const arrival = arrivalOf(passage.trace);
    const { dst, dport } = arrival ? packetFields(arrival.data) : {};
    const backend = `${dst}:${dport}`;
    reached.set(backend, (reached.get(backend) ?? 0) + 1);
    const [group] = passage.trace.groups;
    if (group) rules = bench.store.read((lab) => rulesPassed(group, lab));
  }
  return { backends: NGINX.endpoints.map((endpoint) => reached.get(endpoint) ?? 0), rules };
}
