/** What the kernel refuses of a batch, in the tool's words (mnl_append_error in iptables' nft.c). */
import { type Errno, STRERROR } from '../../src/base/errors.ts';

/** Bytes of the tool's buffer for messages, its closing zero included. */
const BUFFER = 1024;

export class Refusals {
  readonly #line: () => number | undefined;
  /** Those that fit in full. */
  #text = '';
  /** The last one that did not. */
  #cut = '';
  #any = false;

  /** `line` tells which line of a restored file is at work; undefined for a command. */
  constructor(line: () => number | undefined) {
    this.#line = line;
  }

  /** Of a command only the first is told. */
  add(operation: string, errno: Errno, about: string): void {
    const line = this.#line();
    if (line === undefined && this.#any) return;
    const where = line === undefined ? ' ' : `\nline ${line}: `;
    const message = `${where}${operation} failed (${STRERROR[errno]}): ${about}`;
    const room = BUFFER - 1 - this.#text.length;
    this.#any = true;
    if (message.length <= room) this.#text += message;
    this.#cut = message.length <= room ? '' : message.slice(0, room);
  }

  /** Undefined when nothing was refused. */
  get message(): string | undefined {
    return this.#any ? this.#text + this.#cut : undefined;
  }
}
