/** Registers as nft numbers them: 1-4 of 16 bytes; parts of concatenations lie in those of 4 bytes. */
export class Registers {
  #next = 1;

  /** A register for so many bits; give it back with `free`. */
  take(bits: number): number {
    const reg = this.#next;
    this.#next += Math.max(1, Math.ceil(bits / 128));
    return reg;
  }

  free(bits: number): void {
    this.#next -= Math.max(1, Math.ceil(bits / 128));
  }
}

/** The register `words` 4-byte words after the start of a 16-byte register. */
export function partRegister(start: number, words: number): number {
  if (words === 0) return start;
  const index = (start - 1) * 4 + words;
  return index % 4 === 0 ? 1 + index / 4 : 8 + index;
}
