/** A packet case as JSON, read into what the replay works with. */
import { fromHex } from '../../../src/base/bytes.ts';
import type { HostSpec } from '../../../src/kernel/host/build.ts';
import { ROUTER } from '../../../src/kernel/host/build.ts';
import type { SendOptions } from '../../../src/lab/machine.ts';

/** A case that does not say what it should; the message names the place. */
export class BadCase extends Error {
  override readonly name = 'BadCase';
}

export interface CaseCommand {
  readonly line: string;
  readonly stdin: string;
}

export type CaseStep =
  | { readonly kind: 'inject'; readonly dev: string; readonly frame: Uint8Array }
  | { readonly kind: 'send'; readonly l3: Uint8Array; readonly options: SendOptions }
  | { readonly kind: 'run'; readonly command: CaseCommand }
  | { readonly kind: 'sleep'; readonly ms: number };

export interface PacketCase {
  readonly host: HostSpec;
  readonly setup: readonly CaseCommand[];
  readonly steps: readonly CaseStep[];
  readonly monitor: boolean;
}

type Json = { readonly [key: string]: unknown };

const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function objectAt(value: unknown, at: string): Json {
  if (!isJson(value)) throw new BadCase(`${at} is not an object`);
  return value;
}

function listAt(value: unknown, at: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new BadCase(`${at} is not a list`);
  return value;
}

function textAt(value: unknown, at: string): string {
  if (typeof value !== 'string') throw new BadCase(`${at} is not a string`);
  return value;
}

function numberAt(value: unknown, at: string): number {
  if (typeof value !== 'number') throw new BadCase(`${at} is not a number`);
  return value;
}

function bytesAt(value: unknown, at: string): Uint8Array {
  const text = textAt(value, at);
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) throw new BadCase(`${at} is not hex`);
  return fromHex(text);
}

/** Throws BadCase. */
export function readCase(value: unknown): PacketCase {
  const json = objectAt(value, 'the case');
  return {
    host: readHost(json.host === undefined ? {} : objectAt(json.host, 'host')),
    setup: listAt(json.setup ?? [], 'setup').map((each, i) => readCommand(each, `setup ${i}`)),
    steps: listAt(json.steps, 'steps').map((each, i) => readStep(each, `step ${i}`)),
    monitor: json.monitor === true,
  };
}

function readCommand(value: unknown, at: string): CaseCommand {
  if (typeof value === 'string') return { line: value, stdin: '' };
  const json = objectAt(value, at);
  return {
    line: textAt(json.cmd, `${at} cmd`),
    stdin: textAt(json.stdin ?? '', `${at} stdin`),
  };
}

function readStep(value: unknown, at: string): CaseStep {
  const json = objectAt(value, at);
  if (json.inject !== undefined) {
    const inject = objectAt(json.inject, `${at} inject`);
    return {
      kind: 'inject',
      dev: textAt(inject.dev, `${at} dev`),
      frame: bytesAt(inject.frame, `${at} frame`),
    };
  }
  if (json.send !== undefined) return readSend(objectAt(json.send, `${at} send`), at);
  if (json.run !== undefined) {
    const stdin = textAt(json.stdin ?? '', `${at} stdin`);
    return { kind: 'run', command: { line: textAt(json.run, `${at} run`), stdin } };
  }
  if (json.sleep_ms !== undefined)
    return { kind: 'sleep', ms: numberAt(json.sleep_ms, `${at} sleep_ms`) };
  throw new BadCase(`${at} is none of inject, send, run, sleep_ms`);
}

function readSend(send: Json, at: string): CaseStep {
  const packet = objectAt(send.packet ?? {}, `${at} packet`);
  const number = (name: string): number | undefined =>
    packet[name] === undefined ? undefined : numberAt(packet[name], `${at} ${name}`);
  const uid = number('uid');
  const gid = number('gid');
  const mark = number('sk_mark');
  return {
    kind: 'send',
    l3: bytesAt(send.l3, `${at} l3`),
    options: {
      ...(uid !== undefined && { uid }),
      ...(gid !== undefined && { gid }),
      ...(mark !== undefined && { mark }),
      ...(packet.oif !== undefined && { oif: textAt(packet.oif, `${at} oif`) }),
    },
  };
}

/** The cases were recorded with TAP devices. */
const RECORDED_KIND = 'tun';

/** Keys given replace those of the standard host whole; forwarding is on unless they turn it off. */
function readHost(json: Json): HostSpec {
  const sysctls = objectAt(json.sysctls ?? {}, 'host sysctls');
  const { interfaces } = json;
  const devices = interfaces === undefined ? ROUTER.interfaces : readInterfaces(interfaces);
  return {
    interfaces: devices.map((each) => ({ ...each, kind: RECORDED_KIND })),
    routes: json.routes === undefined ? ROUTER.routes : readRoutes(json.routes),
    sysctls: {
      ...ROUTER.sysctls,
      ...Object.fromEntries(Object.entries(sysctls).map(([name, value]) => [name, String(value)])),
    },
  };
}

function readInterfaces(value: unknown): HostSpec['interfaces'] {
  return listAt(value, 'host interfaces').map((each, i) => {
    const at = `host interface ${i}`;
    const { name, mac, mtu, addresses } = objectAt(each, at);
    return {
      name: textAt(name, `${at} name`),
      ...(mac !== undefined && { mac: textAt(mac, `${at} mac`) }),
      ...(mtu !== undefined && { mtu: numberAt(mtu, `${at} mtu`) }),
      addresses: listAt(addresses ?? [], `${at} addresses`).map((a) => textAt(a, `${at} address`)),
    };
  });
}

function readRoutes(value: unknown): NonNullable<HostSpec['routes']> {
  return listAt(value, 'host routes').map((each, i) => {
    const at = `host route ${i}`;
    const { dst, via, dev } = objectAt(each, at);
    return {
      dst: textAt(dst, `${at} dst`),
      ...(via !== undefined && { via: textAt(via, `${at} via`) }),
      ...(dev !== undefined && { dev: textAt(dev, `${at} dev`) }),
    };
  });
}
