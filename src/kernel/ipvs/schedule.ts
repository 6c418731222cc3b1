/** Which service a packet asks, and which destination its connection gets (ip_vs_core.c: ip_vs_schedule, ip_vs_sched_persist). */

import { maskAddress, prefixMask } from '../../base/address.ts';
import { be, compareBytes, toHex } from '../../base/bytes.ts';
import type { Packet } from '../../packet/packet.ts';
import { PROTO } from '../../packet/protocols.ts';
import type { Draft } from '../model.ts';
import type { HookEnv } from '../netfilter.ts';
import { addConnection, type Ends, type NewConnection, restartTimer } from './connections.ts';
import { destinationsOf, keyOf, serviceKey } from './keys.ts';
import type { IpvsConnection, IpvsDestination, IpvsProtocol, IpvsService } from './model.ts';
import { findScheduler } from './schedulers/table.ts';
import { callId } from './sip.ts';
import { SECOND } from './states.ts';

const FTP = 21;
const FTP_DATA = 20;
/** What a connection lives on before its first packet sets its state's timeout. */
const FIRST_TIMEOUT = 3n * SECOND;
const INVALID_PORT = 0xffff;

const PROTOCOLS: ReadonlyMap<number, IpvsProtocol> = new Map([
  [PROTO.tcp, 'TCP'],
  [PROTO.udp, 'UDP'],
  [PROTO.sctp, 'SCTP'],
]);

/** ip_vs_service_find: by mark first, then address and port, then the port-0 service of the address. */
export function findService(
  lab: Draft,
  packet: Packet,
  ends: Ends,
): Readonly<IpvsService> | undefined {
  const family = ends.dst.length === 4 ? 'ip' : 'ip6';
  const { services } = lab.ipvs;
  const marked =
    packet.mark === 0 ? undefined : services.get(serviceKey({ family, fwmark: packet.mark >>> 0 }));
  const protocol = PROTOCOLS.get(ends.protocol);
  if (marked || !protocol) return marked;
  const at = (port: number) =>
    services.get(serviceKey({ family, protocol, address: ends.dst, port }));
  const exact = at(ends.dport);
  if (exact) return exact;
  if (protocol === 'TCP' && (ends.dport === FTP_DATA || ends.dport >= 1024)) {
    const ftp = at(FTP);
    if (ftp && ends.dport === FTP_DATA) return ftp;
  }
  return at(0);
}

/** How asking for a connection ended without one: no destination, or a packet that cannot be used. */
export type Refusal = 'no destination' | 'unusable';

interface Asking {
  readonly env: HookEnv;
  readonly packet: Packet;
  readonly ends: Ends;
  readonly key: string;
  readonly service: Readonly<IpvsService>;
}

/** Makes the connection of a packet that begins one, by the service's persistence and scheduler. */
export function schedule(
  packet: Packet,
  ends: Ends,
  service: Readonly<IpvsService>,
  env: HookEnv,
): Readonly<IpvsConnection> | Refusal {
  const asking = { env, packet, ends, key: serviceKey(service.id), service };
  if (service.persistent !== undefined) return schedulePersistent(asking, service.persistent);
  if (!('fwmark' in service.id) && service.id.port !== ends.dport) return 'no destination';
  const dest = choose(asking);
  return dest ? connect(asking, dest, dest.port || ends.dport) : 'no destination';
}

/** Asks the scheduler, and keeps what it carries on. */
function choose({ env, ends, key, service }: Asking): IpvsDestination | undefined {
  const scheduler = findScheduler(service.scheduler);
  if (!scheduler) throw new Error(`service with unknown scheduler ${service.scheduler}`);
  const { dest, state } = scheduler.schedule(
    {
      destinations: destinationsOf(env.lab, key),
      flags: service.schedFlags,
      source: ends.src,
      destination: ends.dst,
      sourcePort: ends.sport,
      clock: env.clock,
      rng: env.rng,
      expiration: {
        lblc: env.sysctl('net.ipv4.vs.lblc_expiration'),
        lblcr: env.sysctl('net.ipv4.vs.lblcr_expiration'),
      },
    },
    service.live,
  );
  if (state !== service.live) env.lab.ipvs.services.edit(key).live = state;
  return dest;
}

function describe(
  { env, ends, key, service, packet }: Asking,
  dest: IpvsDestination,
  port: number,
): NewConnection {
  return {
    family: ends.dst.length === 4 ? 'ip' : 'ip6',
    protocol: ends.protocol,
    client: ends.src.slice(),
    clientPort: ends.sport,
    virtual: ends.dst.slice(),
    virtualPort: ends.dport,
    destFamily: dest.family,
    destination: dest.address,
    destinationPort: port,
    service: key,
    dest: keyOf(dest),
    forwarding: dest.forwarding,
    tunnel: dest.tunnel,
    local: env.routing.isLocal(dest.address),
    template: false,
    fwmark: packet.mark >>> 0,
    noOutput: dest.forwarding !== 'masq',
    onePacket: service.onePacket && ends.protocol === PROTO.udp,
  };
}

function connect(
  asking: Asking,
  dest: IpvsDestination,
  port: number,
  template?: Readonly<IpvsConnection>,
): Readonly<IpvsConnection> {
  const { env, key } = asking;
  const made = describe(asking, dest, port);
  const conn = addConnection(
    env.lab,
    template ? { ...made, controlledBy: template.id } : made,
    env.clock.now(),
    FIRST_TIMEOUT,
  );
  env.lab.ipvs.globals.edit().total.conns++;
  env.lab.ipvs.services.edit(key).stats.conns++;
  env.lab.ipvs.destinations(key).edit(keyOf(dest)).stats.conns++;
  return conn;
}

/** What persistence knows a client by. */
interface TemplateKey {
  readonly protocol: number;
  readonly client: Uint8Array;
  readonly virtual: Uint8Array;
  readonly virtualPort: number;
  readonly peData: Uint8Array | undefined;
}

function templateKey({ ends, service, packet }: Asking): TemplateKey | undefined {
  const { id, netmask } = service;
  const mask = ends.src.length === 4 ? netmask : prefixMask(netmask[0] ?? 128, 16);
  const client = maskAddress(ends.src, mask);
  const peData = service.pe === undefined ? undefined : callId(packet);
  if (service.pe !== undefined && !peData) return undefined;
  if ('fwmark' in id) {
    const virtual = new Uint8Array(ends.dst.length);
    virtual.set(be(id.fwmark, 4));
    return { protocol: 0, client, virtual, virtualPort: 0, peData };
  }
  const own = ends.dport === id.port && id.port !== FTP;
  const virtualPort = own ? ends.dport : 0;
  return { protocol: ends.protocol, client, virtual: ends.dst, virtualPort, peData };
}

function findTemplate(lab: Draft, key: TemplateKey): Readonly<IpvsConnection> | undefined {
  const pe = key.peData && toHex(key.peData);
  for (const conn of lab.ipvs.connections.values()) {
    if (
      conn.template &&
      conn.protocol === key.protocol &&
      conn.virtualPort === key.virtualPort &&
      conn.clientPort === 0 &&
      (conn.peData && toHex(conn.peData)) === pe &&
      compareBytes(conn.client, key.client) === 0 &&
      compareBytes(conn.virtual, key.virtual) === 0
    )
      return conn;
  }
  return undefined;
}

/** ip_vs_check_template: one whose destination is gone, or quiesced where that counts, is made unfindable. */
function usableDestination(
  { env }: Asking,
  template: Readonly<IpvsConnection>,
): IpvsDestination | undefined {
  const { lab } = env;
  const { service, dest } = template;
  const found =
    service === undefined || dest === undefined
      ? undefined
      : lab.ipvs.destinations(service).get(dest);
  const quiesced = found?.weight === 0 && env.sysctl('net.ipv4.vs.expire_quiescent_template') !== 0;
  if (found && !quiesced) return found;
  const invalid = lab.ipvs.connections.edit(template.id);
  invalid.virtualPort = INVALID_PORT;
  invalid.destinationPort = INVALID_PORT;
  return undefined;
}

function schedulePersistent(asking: Asking, seconds: number): Readonly<IpvsConnection> | Refusal {
  const { env, ends, service, packet } = asking;
  const key = templateKey(asking);
  if (!key) return 'unusable';
  const servicePort = 'fwmark' in service.id ? 0 : service.id.port;
  let template = findTemplate(env.lab, key);
  let dest = template && usableDestination(asking, template);
  if (!template || !dest) {
    dest = choose(asking);
    if (!dest) return 'no destination';
    const port = ends.dport === servicePort && servicePort !== FTP ? dest.port : 0;
    const timeout = BigInt(seconds) * SECOND;
    template = addConnection(
      env.lab,
      {
        ...describe(asking, dest, port),
        protocol: key.protocol,
        client: key.client,
        clientPort: 0,
        virtual: key.virtual.slice(),
        virtualPort: key.virtualPort,
        fwmark: packet.mark >>> 0,
        template: true,
        onePacket: false,
        ...(service.pe !== undefined && { pe: service.pe }),
        ...(key.peData && { peData: key.peData }),
      },
      env.clock.now(),
      timeout,
    );
  }
  const port = ends.dport === servicePort && dest.port ? dest.port : ends.dport;
  const conn = connect(asking, dest, port, template);
  restartTimer(env.lab, template.id, env.clock.now());
  return conn;
}
