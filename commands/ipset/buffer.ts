/** Adds and deletes of restore mode: gathered into messages of one page, as libipset does, and lost when a line fails. */

import { encodeUtf8 } from '../../src/base/utf8.ts';
import type { ElementRequest } from '../../src/kernel/ipset/request.ts';
import { elementCommand } from '../../src/kernel/ipset/sets.ts';
import { errorText } from './errors.ts';
import type { Session } from './session.ts';

interface Item {
  readonly line: number;
  readonly request: ElementRequest;
}

interface Message {
  readonly command: 'add' | 'del';
  readonly setname: string;
  readonly exist: boolean;
  readonly items: Item[];
  /** Bytes so far. */
  length: number;
}

/** A page, less the room an error's header takes in the answer. */
const ROOM = 4096 - 20;
const ATTRIBUTE = 4;
const LINE_NUMBER = 8;
/** Netlink header, nfgenmsg and protocol number. */
const HEADER = 28;

const align = (bytes: number): number => Math.ceil(bytes / 4) * 4;
const text = (value: string): number => ATTRIBUTE + align(encodeUtf8(value).length + 1);

/** Bytes of the attributes an element is sent as. */
function elementLength(request: ElementRequest): number {
  let length = ATTRIBUTE;
  const { ip, ipTo, ip2, ip2To } = request;
  for (const address of [ip, ipTo, ip2, ip2To])
    if (address) length += 2 * ATTRIBUTE + address.length;
  const { cidr, cidr2, mark, port, portTo, proto, timeout, skbprio, skbqueue } = request;
  for (const value of [cidr, cidr2, mark, port, portTo, proto, timeout, skbprio, skbqueue])
    if (value !== undefined) length += ATTRIBUTE + 4;
  const { packets, bytes, skbmark } = request;
  for (const value of [packets, bytes, skbmark]) if (value !== undefined) length += ATTRIBUTE + 8;
  if (request.mac) length += ATTRIBUTE + 8;
  if (request.before || request.physdev || request.nomatch || request.wildcard)
    length += ATTRIBUTE + 4;
  for (const value of [request.name, request.nameref, request.iface, request.comment])
    if (value !== undefined) length += text(value);
  return length;
}

export class AddBuffer {
  readonly #session: Session;
  #message: Message | undefined;

  constructor(session: Session) {
    this.#session = session;
  }

  /** Takes an element; sends what was there when it does not fit to it. */
  add(command: 'add' | 'del', setname: string, line: number, request: ElementRequest): void {
    const pending = this.#message;
    if (pending && (pending.command !== command || pending.setname !== setname)) this.flush();
    const length = elementLength(request);
    if (this.#message && this.#message.length + length + LINE_NUMBER > ROOM) this.flush();
    this.#message ??= {
      command,
      setname,
      exist: this.#session.environment.has('exist'),
      items: [],
      length: HEADER + text(setname) + LINE_NUMBER + ATTRIBUTE,
    };
    this.#message.items.push({ line, request });
    this.#message.length += length + LINE_NUMBER;
  }

  /** Sends what is there; a refused element ends the message, those before it stay. */
  flush(): void {
    const message = this.#message;
    this.#message = undefined;
    if (!message) return;
    const session = this.#session;
    const { command, setname, exist } = message;
    session.write((ctx) => {
      for (const { line, request } of message.items) {
        const fault = elementCommand(ctx, setname, command, request, exist);
        if (!fault) continue;
        session.report.line = line;
        session.say('error', errorText(command, fault));
        session.conclude();
        return;
      }
    });
  }
}
