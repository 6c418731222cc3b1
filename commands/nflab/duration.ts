/** Durations as people type them: `90`, `50ms`, `1h30m`, `2d`. */
import type { Nanos } from '../../src/base/ports.ts';

const UNITS = new Map<string, Nanos>([
  ['ns', 1n],
  ['us', 1_000n],
  ['ms', 1_000_000n],
  ['s', 1_000_000_000n],
  ['m', 60_000_000_000n],
  ['h', 3_600_000_000_000n],
  ['d', 86_400_000_000_000n],
]);

/** Nanoseconds, a number without a unit being seconds; undefined for anything else. */
export function parseDuration(text: string): Nanos | undefined {
  const parts = /^\d+$/.test(text) ? [`${text}s`] : text.match(/\d+(?:ns|us|ms|[smhd])/g);
  if (!parts || parts.join('') !== (/^\d+$/.test(text) ? `${text}s` : text)) return undefined;
  let total = 0n;
  for (const part of parts) {
    const digits = /^\d+/.exec(part)?.[0] ?? '';
    total += BigInt(digits) * (UNITS.get(part.slice(digits.length)) ?? 0n);
  }
  return total;
}
