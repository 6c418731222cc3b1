/** `nflab host`: the lab's machine at a glance. */
import type { Command } from 'commander';
import { formatAddress, formatMac, parseAddress } from '../../src/base/address.ts';
import { buildListener } from '../../src/kernel/host/build.ts';
import type { HostRecord, ListenerRecord, RouteRecord } from '../../src/kernel/host/model.ts';
import { type Context, usage } from './context.ts';
import { formatTable, paintFor } from './report.ts';

export function addHost(program: Command, { ports }: Context): void {
  const { store, stdout, environment } = ports;
  const host = program
    .command('host')
    .description(
      "show the lab's interfaces, addresses, routes, forwarding and listeners, and let it listen",
    );
  host
    .command('show', { isDefault: true })
    .description('print what the host has')
    .option('--json', 'as JSON')
    .action(({ json = false }: { json?: boolean }) => {
      const paint = paintFor(stdout, environment);
      const view = viewHost(store.read((lab) => lab.host.get()));
      stdout.write(json ? `${JSON.stringify(view)}\n` : describe(view, paint.bold));
    });
  host
    .command('listen')
    .argument('<proto>', 'tcp, udp or sctp')
    .argument('<address>', 'port, or ADDRESS:PORT, [ADDRESS]:PORT')
    .option('--process <name>', 'whose socket it is')
    .description('let a program of the host listen there')
    .action((proto: string, place: string, { process }: { process?: string }) => {
      const added = listenersAt(proto, place, process);
      store.transact((lab) => {
        const record = lab.host.edit();
        const others = record.listeners.filter((one) => !added.some((own) => samePlace(own, one)));
        record.listeners = [...others, ...added];
      });
    });
  host
    .command('close')
    .argument('<proto>', 'tcp, udp or sctp')
    .argument('<address>', 'as given to listen')
    .description('end listening there')
    .action((proto: string, place: string) => {
      const gone = listenersAt(proto, place, undefined);
      store.transact((lab) => {
        const record = lab.host.edit();
        const rest = record.listeners.filter((one) => !gone.some((own) => samePlace(own, one)));
        if (rest.length === record.listeners.length) throw usage(`nothing listens there: ${place}`);
        record.listeners = rest;
      });
    });
}

const PROTOCOLS = ['tcp', 'udp', 'sctp'] as const;

/** The listeners meant by `tcp 10.0.0.1:22`, or by `tcp 22` for every address. */
function listenersAt(name: string, place: string, process: string | undefined) {
  const proto = PROTOCOLS.find((known) => known === name);
  if (!proto) throw usage(`not a protocol to listen with: ${name} (tcp, udp or sctp)`);
  const colon = place.lastIndexOf(':');
  const port = Number(place.slice(colon + 1));
  const address = colon < 0 ? undefined : place.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
  if (!/^\d+$/.test(place.slice(colon + 1)) || port < 1 || port > 65535)
    throw usage(`not a port: ${place}`);
  if (address !== undefined && !parseAddress(address)) throw usage(`not an address: ${address}`);
  return buildListener({ proto, port, address, process });
}

const samePlace = (a: ListenerRecord, b: ListenerRecord): boolean =>
  listenerPlace(a) === listenerPlace(b);

/** A host in words and numbers. */
interface HostView {
  readonly interfaces: readonly {
    readonly name: string;
    readonly kind: string;
    readonly mac: string;
    readonly mtu: number;
    readonly up: boolean;
    readonly addresses: readonly string[];
  }[];
  readonly routes: readonly string[];
  readonly forwarding: { readonly ipv4: boolean; readonly ipv6: boolean };
  readonly listeners: readonly string[];
  readonly sysctls: { readonly [name: string]: string };
}

function viewHost(host: HostRecord): HostView {
  const on = (name: string): boolean => (host.sysctls[name] ?? '0') !== '0';
  return {
    interfaces: host.interfaces.map(({ name, kind, mac, mtu, up, addresses }) => ({
      name,
      kind,
      mac: formatMac(mac),
      mtu,
      up,
      addresses: addresses.map(({ address, prefix }) => `${formatAddress(address)}/${prefix}`),
    })),
    routes: host.routes.map(routeText),
    forwarding: { ipv4: on('net.ipv4.ip_forward'), ipv6: on('net.ipv6.conf.all.forwarding') },
    listeners: host.listeners.map(listenerText),
    sysctls: host.sysctls,
  };
}

function routeText({ dst, prefix, type, via, dev, src, table }: RouteRecord): string {
  const full = prefix === dst.length * 8;
  return [
    type === 'unicast' ? '' : `${type} `,
    prefix === 0 ? 'default' : `${formatAddress(dst)}${full ? '' : `/${prefix}`}`,
    via ? ` via ${formatAddress(via)}` : '',
    dev === undefined ? '' : ` dev ${dev}`,
    src ? ` src ${formatAddress(src)}` : '',
    table === 254 ? '' : ` table ${table}`,
  ].join('');
}

function listenerText(listener: ListenerRecord): string {
  const { process } = listener;
  return `${listenerPlace(listener)}${process === undefined ? '' : ` (${process})`}`;
}

function listenerPlace({ proto, address, family, port }: ListenerRecord): string {
  const any = family === 'ip' ? '0.0.0.0' : '[::]';
  const shown = address ? formatAddress(address) : any;
  return `${proto} ${address?.length === 16 ? `[${shown}]` : shown}:${port}`;
}

function describe(view: HostView, bold: (text: string) => string): string {
  const rows = view.interfaces.map(({ name, kind, mac, mtu, up, addresses }) => [
    name,
    up ? 'up' : 'down',
    kind,
    mac,
    String(mtu),
    addresses.join(' '),
  ]);
  const list = (title: string, lines: readonly string[]): string =>
    lines.length === 0 ? '' : `${bold(title)}\n${lines.map((line) => `  ${line}\n`).join('')}`;
  const { ipv4, ipv6 } = view.forwarding;
  return [
    `${bold('Interfaces')}\n${formatTable([], rows, 2)}`,
    list('Routes', view.routes),
    `${bold('Forwarding')}\n  IPv4 ${ipv4 ? 'on' : 'off'}, IPv6 ${ipv6 ? 'on' : 'off'}\n`,
    list('Listeners', view.listeners),
    list(
      'Sysctls',
      Object.entries(view.sysctls).map(([name, value]) => `${name} = ${value}`),
    ),
  ].join('');
}
