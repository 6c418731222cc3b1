/** The register file of the VM: 20 words of 4 bytes, addressed as netlink does. */
import { readUint } from '../../base/bytes.ts';
import type { Reg } from './model.ts';

/** Bytes of the register file; the verdict's place is the first 16. */
export const REGISTER_BYTES = 80;

/** Byte offset of a register: 0-4 are 16 bytes wide, 8-23 four (nft_parse_register). */
export const regOffset = (reg: Reg): number => (reg < 8 ? reg * 16 : 16 + (reg - 8) * 4);

/** A copy of what a register holds. */
export function loadReg(registers: Uint8Array, reg: Reg, length: number): Uint8Array {
  const at = regOffset(reg);
  return registers.slice(at, at + length);
}

/** Stores bytes; the rest of the last word is zeroed, as nft_reg_store8 and payload loads do. */
export function storeReg(registers: Uint8Array, reg: Reg, bytes: Uint8Array): void {
  const at = regOffset(reg);
  registers.set(bytes, at);
  const tail = bytes.length % 4;
  if (tail !== 0) registers.fill(0, at + bytes.length, at + bytes.length + 4 - tail);
}

/** A host-order (little-endian) word. */
export function loadU32(registers: Uint8Array, reg: Reg): number {
  const at = regOffset(reg);
  return (
    ((registers[at] ?? 0) |
      ((registers[at + 1] ?? 0) << 8) |
      ((registers[at + 2] ?? 0) << 16) |
      ((registers[at + 3] ?? 0) << 24)) >>>
    0
  );
}

export function storeU32(registers: Uint8Array, reg: Reg, value: number): void {
  const at = regOffset(reg);
  registers[at] = value & 0xff;
  registers[at + 1] = (value >>> 8) & 0xff;
  registers[at + 2] = (value >>> 16) & 0xff;
  registers[at + 3] = (value >>> 24) & 0xff;
}

export function storeU8(registers: Uint8Array, reg: Reg, value: number): void {
  storeU32(registers, reg, value & 0xff);
}

/** A network-order number, such as a port. */
export function loadBe(registers: Uint8Array, reg: Reg, length: number): number {
  return readUint(registers, regOffset(reg), length);
}
