/** One ipvsadm command against the lab: kernel requests, and their errors in the tool's words. */
import { formatAddress } from '../../src/base/address.ts';
import { type Errno, KernelError, STRERROR, ToolError } from '../../src/base/errors.ts';
import type { Hosts } from '../../src/base/hosts.ts';
import type { Clock } from '../../src/base/ports.ts';
import {
  addDestination,
  addService,
  deleteDestination,
  deleteService,
  editDestination,
  editService,
  flushServices,
  getService,
  setTimeouts,
  zero,
} from '../../src/kernel/ipvs/control.ts';
import { startDaemon, stopDaemon } from '../../src/kernel/ipvs/daemon.ts';
import { expireConnections } from '../../src/kernel/ipvs/expiry.ts';
import type { IpvsServiceId } from '../../src/kernel/ipvs/model.ts';
import type { Draft } from '../../src/kernel/model.ts';
import { checkGrammar, parseSchedFlags, parseTunnel } from './check.ts';
import { listConnections } from './connections.ts';
import { listAll, listService, type View } from './list.ts';
import type { CommandName } from './options.ts';
import { parseRequest, type Request, tryHelp } from './parse.ts';
import { USAGE, VERSION } from './usage.ts';
import { fail } from './values.ts';

export interface Session {
  readonly lab: Draft;
  readonly hosts: Hosts;
  readonly clock: Clock;
  readonly print: (text: string) => void;
  readonly complain: (text: string) => void;
  /** Rules from standard input; undefined while a rule from there runs. */
  readonly restore: ((session: Session) => number) | undefined;
}

const NO_SERVICE = 'No such service';
const NO_DEFINITION = 'Service not defined';
const NO_DESTINATION = 'No such destination';
const NO_SCHEDULER = 'Scheduler or persistence engine not found';

/** libipvs's own texts for what the kernel answers to one command. */
const WORDING: { readonly [C in CommandName]?: { readonly [E in Errno]?: string } } = {
  'add-service': { EEXIST: 'Service already exists', ENOENT: NO_SCHEDULER },
  'edit-service': { ESRCH: NO_SERVICE, ENOENT: NO_SCHEDULER },
  'delete-service': { ESRCH: NO_SERVICE },
  zero: { ESRCH: NO_SERVICE },
  list: { ESRCH: NO_SERVICE },
  'add-server': { ESRCH: NO_DEFINITION, EEXIST: 'Destination already exists' },
  'edit-server': { ESRCH: NO_DEFINITION, ENOENT: NO_DESTINATION },
  'delete-server': { ESRCH: NO_DEFINITION, ENOENT: NO_DESTINATION },
  'start-daemon': { EEXIST: 'Daemon has already run' },
  'stop-daemon': { ESRCH: 'No daemon is running' },
};
const EINVAL = 'Invalid operation.  Possibly wrong module version, address not unicast, ...';

const wording = (command: CommandName, errno: Errno): string =>
  WORDING[command]?.[errno] ?? (errno === 'EINVAL' ? EINVAL : STRERROR[errno]);

/** Runs one command line. What the kernel refuses is said and answered 255; what the tool itself refuses is thrown. */
export function runCommand(words: readonly string[], session: Session): number {
  const request = parseRequest(words, session.hosts);
  if (request.command === 'help' || request.command === 'version') {
    session.print(request.command === 'help' ? USAGE : VERSION);
    throw new ToolError('', 0);
  }
  checkGrammar(request, request.command);
  try {
    return execute(request, request.command, session);
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    session.complain(`${wording(request.command, error.errno)}\n`);
    return request.command === 'list' ? 1 : 255;
  }
}

function serviceId({ family = 'ip', fwmark, protocol, address, port }: Request): IpvsServiceId {
  return fwmark === 0 ? { family, protocol, address, port } : { family, fwmark };
}

function execute(request: Request, command: CommandName, session: Session): number {
  const { lab } = session;
  const now = session.clock.now();
  switch (command) {
    case 'list':
      return list(request, session);
    case 'save':
      session.print(
        listAll(lab, { ...naming(request, session), view: 'rules', exact: false, sorted: true }),
      );
      return 0;
    case 'restore':
      return session.restore ? session.restore({ ...session, restore: undefined }) : tryHelp();
    case 'add-service':
      addService(lab, serviceId(request), serviceConfig(request));
      return 0;
    case 'edit-service':
      editService(lab, serviceId(request), serviceConfig(request));
      return 0;
    case 'delete-service':
      deleteService(lab, serviceId(request), now);
      return 0;
    case 'flush':
      flushServices(lab, now);
      return 0;
    case 'zero':
      zero(lab, request.given.has('service-address') ? serviceId(request) : undefined);
      return 0;
    case 'add-server':
    case 'edit-server':
    case 'delete-server':
      changeServer(request, command, session);
      return 0;
    case 'set': {
      const [tcp, tcpfin, udp] = request.timeouts;
      setTimeouts(lab, { tcp, tcpfin, udp });
      return 0;
    }
    case 'start-daemon':
      startDaemon(lab, {
        ...request.daemon,
        state: request.daemonState,
        mcastInterface: request.daemon.mcastInterface.slice(0, 15) || 'eth0',
      });
      return 0;
    case 'stop-daemon':
      stopDaemon(lab, request.daemonState);
      return 0;
  }
}

function serviceConfig(request: Request) {
  const { fwmark, port, persistent, onePacket, protocol, netmask } = request;
  if (fwmark === 0 && port === 0 && persistent === undefined)
    fail('Zero port specified for non-persistent service');
  if (onePacket && fwmark === 0 && protocol !== 'UDP')
    fail('One-Packet Scheduling is only for UDP virtual services');
  const scheduler = request.scheduler || 'wlc';
  return {
    scheduler,
    schedFlags: parseSchedFlags(request.schedFlags, scheduler),
    onePacket,
    persistent,
    netmask,
    pe: request.pe || undefined,
  };
}

function changeServer(
  request: Request,
  command: 'add-server' | 'edit-server' | 'delete-server',
  { lab, clock }: Session,
): void {
  const { server, forwarding, weight, upper, lower, fwmark } = request;
  if (!server) throw new Error('a server command without a server');
  const id = serviceId(request);
  if (command === 'delete-server') {
    deleteDestination(lab, id, server, clock.now());
    return;
  }
  if (server.family !== id.family && forwarding !== 'tunnel')
    fail('Different address family is allowed only for tunneling servers');
  const tunnel = parseTunnel(request);
  // Without address translation the port cannot change.
  const port = forwarding !== 'masq' && fwmark === 0 ? request.port : server.port;
  const change = command === 'add-server' ? addDestination : editDestination;
  change(lab, id, { ...server, port }, { forwarding, tunnel, weight, upper, lower });
}

const naming = ({ given }: Request, { hosts }: Session) => ({
  numeric: given.has('numeric'),
  hosts,
});

/** The view of a listing; the earlier ones win where several are asked for. */
const VIEWS = ['stats', 'rate', 'thresholds', 'persistent-conn', 'tun-info'] as const;

function list(request: Request, session: Session): number {
  const { given } = request;
  const { lab, print, clock } = session;
  const other = given.has('timeout') || given.has('daemon');
  const counting = given.has('stats') || given.has('rate') || given.has('thresholds');
  if (((other || given.has('connection')) && counting) || (other && given.has('persistent-conn'))) {
    fail('options conflicts in the list command');
  }
  expireConnections(lab, clock.now());
  const view: View = VIEWS.find((option) => given.has(option)) ?? 'plain';
  const format = {
    ...naming(request, session),
    view,
    exact: given.has('exact'),
    sorted: !given.has('nosort'),
  };
  if (given.has('connection')) {
    const engine = given.has('persistent-conn');
    print(listConnections(lab, { ...format, engine, now: clock.now() }));
  } else if (given.has('service-address')) {
    print(listService(lab, getService(lab, serviceId(request)), format));
  } else if (given.has('timeout')) {
    const { tcp, tcpfin, udp } = lab.ipvs.globals.get().timeouts;
    print(`Timeout (tcp tcpfin udp): ${tcp} ${tcpfin} ${udp}\n`);
  } else if (given.has('daemon')) {
    print(listDaemons(lab));
  } else {
    print(listAll(lab, format));
  }
  return 0;
}

function listDaemons(lab: Draft): string {
  const { daemons } = lab.ipvs.globals.get();
  return (['master', 'backup'] as const)
    .flatMap((state) => daemons.filter((daemon) => daemon.state === state))
    .map(
      ({ state, mcastInterface, syncid, maxlen, group, port, ttl }) =>
        `${state} sync daemon (mcast=${mcastInterface}, syncid=${syncid}, maxlen=${maxlen}, ` +
        `group=${formatAddress(group)}, port=${port}, ttl=${ttl})\n`,
    )
    .join('');
}
