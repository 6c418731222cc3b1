import { describe, expect, it } from 'vitest';
import { civilTime, formatCtime, formatIso, momentOf, parseIso, weekdayOf } from './calendar.ts';

const moment = (text: string): bigint => BigInt(Date.parse(text)) * 1_000_000n;

describe('the calendar', () => {
  it('agrees with the language about every day of some centuries', () => {
    for (let day = -60_000; day < 60_000; day += 7) {
      const date = new Date(day * 86_400_000 + 12_345_000);
      const at = BigInt(date.getTime()) * 1_000_000n;
      expect(formatIso(at)).toBe(date.toISOString().replace('.000Z', 'Z'));
      expect(weekdayOf(at)).toBe(date.getUTCDay());
      expect(momentOf(civilTime(at))).toBe(at);
    }
  });

  it('prints as ctime', () => {
    expect(formatCtime(moment('2025-11-02T10:11:12Z'))).toBe('Sun Nov  2 10:11:12 2025');
  });

  it('reads what it prints', () => {
    const at = moment('2024-02-29T23:59:59Z') + 120_000_000n;
    expect(formatIso(at)).toBe('2024-02-29T23:59:59.12Z');
    expect(parseIso(formatIso(at))).toBe(at);
    expect(parseIso('2024-02-29')).toBe(moment('2024-02-29T00:00:00Z'));
    expect(parseIso('2024-02-29 12:30')).toBe(moment('2024-02-29T12:30:00Z'));
  });

  it.each(['2023-02-29', '2023-13-01', '2023-01-01T24:00', 'now', ''])('refuses %s', (text) => {
    expect(parseIso(text)).toBeUndefined();
  });
});
