/** Moments as `meta time` has them: nanoseconds since the epoch, shown in UTC. */
import { formatIso, parseIso } from '../../base/calendar.ts';

/** `2025-01-01 00:00:00`, or without the time, or without the seconds. */
export function parseDate(text: string): bigint | undefined {
  const match = /^([0-9]{4}-[0-9]{1,2}-[0-9]{1,2})(?:[ T]([0-9]{1,2}:[0-9]{2})(:[0-9]{2})?)?$/.exec(
    text,
  );
  if (!match) return undefined;
  return parseIso(`${match[1]}T${match[2] ?? '00:00'}${match[3] ?? ':00'}`);
}

export const calendar = (nanos: bigint): string => formatIso(nanos).replace('T', ' ').slice(0, 19);
