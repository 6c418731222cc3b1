/** The options of ipvsadm 1.31 and which command takes which. */
import type { PoptOption } from './popt.ts';

export const COMMANDS = [
  'add-service',
  'edit-service',
  'delete-service',
  'flush',
  'list',
  'add-server',
  'delete-server',
  'edit-server',
  'set',
  'start-daemon',
  'stop-daemon',
  'restore',
  'save',
  'zero',
] as const;
export type CommandName = (typeof COMMANDS)[number];

/** Names of options as messages have them, in the order they are checked in. */
export const OPTIONS = [
  'numeric',
  'connection',
  'service-address',
  'scheduler',
  'persistent',
  'netmask',
  'real-server',
  'forwarding-method',
  'weight',
  'u-threshold',
  'l-threshold',
  'mcast-interface',
  'timeout',
  'daemon',
  'stats',
  'rate',
  'thresholds',
  'persistent-conn',
  'nosort',
  'syncid',
  'exact',
  'ops',
  'pe',
  'sched-flags',
  'mcast-group',
  'mcast-port',
  'mcast-ttl',
  'sync-maxlen',
  'tun-info',
  'tun-type',
  'tun-port',
  'tun-nocsum',
  'tun-csum',
  'tun-remcsum',
] as const;
export type OptionName = (typeof OPTIONS)[number];

interface Grammar {
  readonly required?: readonly OptionName[];
  /** At most one of these. */
  readonly exclusive?: readonly OptionName[];
  readonly allowed?: readonly OptionName[];
}

const SERVICE: readonly OptionName[] = ['service-address'];
const SCHEDULING: readonly OptionName[] = [
  'scheduler',
  'persistent',
  'netmask',
  'ops',
  'pe',
  'sched-flags',
];
const SERVER: readonly OptionName[] = ['service-address', 'real-server'];
export const TUNNEL_OPTIONS = [
  'tun-type',
  'tun-port',
  'tun-nocsum',
  'tun-csum',
  'tun-remcsum',
] as const satisfies readonly OptionName[];
const FORWARDING: readonly OptionName[] = [
  'forwarding-method',
  'weight',
  'u-threshold',
  'l-threshold',
  ...TUNNEL_OPTIONS,
];

/** What is in no list of a command is illegal with it. */
export const GRAMMAR: { readonly [C in CommandName]: Grammar } = {
  'add-service': { required: SERVICE, allowed: SCHEDULING },
  'edit-service': { required: SERVICE, allowed: SCHEDULING },
  'delete-service': { required: SERVICE },
  flush: {},
  list: {
    exclusive: ['connection', 'service-address', 'timeout', 'daemon'],
    allowed: [
      'numeric',
      'stats',
      'rate',
      'thresholds',
      'persistent-conn',
      'nosort',
      'syncid',
      'exact',
      'tun-info',
    ],
  },
  'add-server': { required: SERVER, allowed: FORWARDING },
  'delete-server': { required: SERVER },
  'edit-server': { required: SERVER, allowed: FORWARDING },
  set: {},
  'start-daemon': {
    allowed: ['mcast-interface', 'syncid', 'mcast-group', 'mcast-port', 'mcast-ttl', 'sync-maxlen'],
  },
  'stop-daemon': { allowed: ['syncid'] },
  restore: {},
  save: { allowed: ['numeric'] },
  zero: { allowed: SERVICE },
};

export type Tag =
  | CommandName
  | Exclude<OptionName, 'service-address' | 'forwarding-method'>
  | 'tcp'
  | 'udp'
  | 'sctp'
  | 'fwmark'
  | 'masq'
  | 'tunnel'
  | 'route'
  | 'sort'
  | 'ipv6'
  | 'help'
  | 'version';

const required = 'required';

export const TABLE: readonly PoptOption<Tag>[] = [
  { tag: 'add-service', long: 'add-service', short: 'A' },
  { tag: 'edit-service', long: 'edit-service', short: 'E' },
  { tag: 'delete-service', long: 'delete-service', short: 'D' },
  { tag: 'flush', long: 'clear', short: 'C' },
  { tag: 'list', long: 'list', short: 'L' },
  { tag: 'list', short: 'l' },
  { tag: 'zero', long: 'zero', short: 'Z' },
  { tag: 'add-server', long: 'add-server', short: 'a' },
  { tag: 'edit-server', long: 'edit-server', short: 'e' },
  { tag: 'delete-server', long: 'delete-server', short: 'd' },
  { tag: 'set', long: 'set' },
  { tag: 'help', long: 'help', short: 'h' },
  { tag: 'version', long: 'version', short: 'v' },
  { tag: 'restore', long: 'restore', short: 'R' },
  { tag: 'save', long: 'save', short: 'S' },
  { tag: 'start-daemon', long: 'start-daemon', argument: required },
  { tag: 'stop-daemon', long: 'stop-daemon', argument: required },
  { tag: 'tcp', long: 'tcp-service', short: 't', argument: required },
  { tag: 'udp', long: 'udp-service', short: 'u', argument: required },
  { tag: 'sctp', long: 'sctp-service', argument: required },
  { tag: 'fwmark', long: 'fwmark-service', short: 'f', argument: required },
  { tag: 'scheduler', long: 'scheduler', short: 's', argument: required },
  { tag: 'persistent', long: 'persistent', short: 'p', argument: 'optional' },
  { tag: 'netmask', long: 'netmask', short: 'M', argument: required },
  { tag: 'real-server', long: 'real-server', short: 'r', argument: required },
  { tag: 'masq', long: 'masquerading', short: 'm' },
  { tag: 'tunnel', long: 'ipip', short: 'i' },
  { tag: 'route', long: 'gatewaying', short: 'g' },
  { tag: 'weight', long: 'weight', short: 'w', argument: required },
  { tag: 'u-threshold', long: 'u-threshold', short: 'x', argument: required },
  { tag: 'l-threshold', long: 'l-threshold', short: 'y', argument: required },
  { tag: 'numeric', long: 'numeric', short: 'n' },
  { tag: 'connection', long: 'connection', short: 'c' },
  { tag: 'mcast-interface', long: 'mcast-interface', argument: required },
  { tag: 'syncid', long: 'syncid', argument: required },
  { tag: 'timeout', long: 'timeout' },
  { tag: 'daemon', long: 'daemon' },
  { tag: 'stats', long: 'stats' },
  { tag: 'rate', long: 'rate' },
  { tag: 'thresholds', long: 'thresholds' },
  { tag: 'persistent-conn', long: 'persistent-conn' },
  { tag: 'nosort', long: 'nosort' },
  { tag: 'sort', long: 'sort' },
  { tag: 'exact', long: 'exact', short: 'X' },
  { tag: 'ipv6', long: 'ipv6', short: '6' },
  { tag: 'ops', long: 'ops', short: 'o' },
  { tag: 'pe', long: 'pe', argument: required },
  { tag: 'sched-flags', long: 'sched-flags', short: 'b', argument: required },
  { tag: 'tun-info', long: 'tun-info' },
  { tag: 'tun-type', long: 'tun-type', argument: required },
  { tag: 'tun-port', long: 'tun-port', argument: required },
  { tag: 'tun-nocsum', long: 'tun-nocsum' },
  { tag: 'tun-csum', long: 'tun-csum' },
  { tag: 'tun-remcsum', long: 'tun-remcsum' },
  { tag: 'sync-maxlen', long: 'sync-maxlen', argument: required },
  { tag: 'mcast-group', long: 'mcast-group', argument: required },
  { tag: 'mcast-port', long: 'mcast-port', argument: required },
  { tag: 'mcast-ttl', long: 'mcast-ttl', argument: required },
];
