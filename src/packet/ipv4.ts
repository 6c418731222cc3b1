/** The IPv4 header (RFC 791). */
import { be, readUint, writeUint } from '../base/bytes.ts';
import { checksum, updateChecksum } from './checksum.ts';
import type { Packet } from './packet.ts';

export const DF = 0x4000;
export const MF = 0x2000;

/** Reads and changes the header at the start of a packet; changes keep the header checksum by increment. */
export class Ipv4Header {
  private readonly packet: Packet;
  constructor(packet: Packet) {
    this.packet = packet;
  }
  private get data(): Uint8Array {
    return this.packet.data;
  }
  get headerLength(): number {
    return ((this.data[0] ?? 0) & 0x0f) * 4;
  }
  get tos(): number {
    return this.data[1] ?? 0;
  }
  set tos(value: number) {
    this.replace(0, Uint8Array.of(this.data[0] ?? 0, value));
  }
  get totalLength(): number {
    return readUint(this.data, 2, 2);
  }
  set totalLength(value: number) {
    this.replace(2, be(value, 2));
  }
  get id(): number {
    return readUint(this.data, 4, 2);
  }
  set id(value: number) {
    this.replace(4, be(value, 2));
  }
  /** The 16 bits of flags and fragment offset. */
  get flags(): number {
    return readUint(this.data, 6, 2);
  }
  set flags(value: number) {
    this.replace(6, be(value, 2));
  }
  get ttl(): number {
    return this.data[8] ?? 0;
  }
  set ttl(value: number) {
    this.replace(8, Uint8Array.of(value, this.data[9] ?? 0));
  }
  get proto(): number {
    return this.data[9] ?? 0;
  }
  get src(): Uint8Array {
    return this.data.slice(12, 16);
  }
  set src(value: Uint8Array) {
    this.replace(12, value);
  }
  get dst(): Uint8Array {
    return this.data.slice(16, 20);
  }
  set dst(value: Uint8Array) {
    this.replace(16, value);
  }
  get checksumOk(): boolean {
    return checksum(this.data, 0, this.headerLength) === 0;
  }
  private replace(offset: number, bytes: Uint8Array): void {
    const was = this.data.slice(offset, offset + bytes.length);
    this.data.set(bytes, offset);
    writeUint(this.data, 10, 2, updateChecksum(readUint(this.data, 10, 2), was, bytes));
  }
}

export interface Ipv4Fields {
  readonly src: Uint8Array;
  readonly dst: Uint8Array;
  readonly proto: number;
  readonly tos?: number;
  readonly id?: number;
  /** DF, MF and the offset in units of 8 bytes. */
  readonly flags?: number;
  readonly ttl?: number;
  /** Padded to a multiple of four with zeroes. */
  readonly options?: Uint8Array;
}

/** A packet from its fields and payload, checksum and lengths computed. */
export function buildIpv4(fields: Ipv4Fields, payload: Uint8Array): Uint8Array {
  const options = fields.options ?? new Uint8Array(0);
  const length = 20 + Math.ceil(options.length / 4) * 4;
  const out = new Uint8Array(length + payload.length);
  out[0] = 0x40 | (length / 4);
  out[1] = fields.tos ?? 0;
  writeUint(out, 2, 2, out.length);
  writeUint(out, 4, 2, fields.id ?? 0);
  writeUint(out, 6, 2, fields.flags ?? 0);
  out[8] = fields.ttl ?? 64;
  out[9] = fields.proto;
  out.set(fields.src, 12);
  out.set(fields.dst, 16);
  out.set(options, 20);
  writeUint(out, 10, 2, checksum(out, 0, length));
  out.set(payload, length);
  return out;
}
