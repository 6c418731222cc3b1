/** `nflab host`: the lab's machine at a glance. */
import type { Command } from 'commander';
import { formatAddress, formatMac } from '../../src/base/address.ts';
import type { HostRecord, ListenerRecord, RouteRecord } from '../../src/kernel/host/model.ts';
import type { Context } from './context.ts';
import { formatTable, paintFor } from './report.ts';

export function addHost(program: Command, { ports }: Context): void {
  const { store, stdout, environment } = ports;
  program
    .command('host')
    .description("show the lab's interfaces, addresses, routes, forwarding and listeners")
    .option('--json', 'as JSON')
    .action(({ json = false }: { json?: boolean }) => {
      const paint = paintFor(stdout, environment);
      const view = viewHost(store.read((lab) => lab.host.get()));
      stdout.write(json ? `${JSON.stringify(view)}\n` : describe(view, paint.bold));
    });
}

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

function listenerText({ proto, address, family, port, process }: ListenerRecord): string {
  const any = family === 'ip' ? '0.0.0.0' : '[::]';
  const host = address ? formatAddress(address) : any;
  const text = address?.length === 16 ? `[${host}]` : host;
  return `${proto} ${text}:${port}${process === undefined ? '' : ` (${process})`}`;
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
