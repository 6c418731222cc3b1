/** Calendar dates of virtual time, in UTC, the one time zone of a lab. */
import type { Nanos } from './ports.ts';

export interface CivilTime {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  /** 1 to 31. */
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly nanos: number;
}

/** 0 is Sunday. */
export type Weekday = 0 | 1 | 2 | 3 | 4 | 5 | 6;

const SECOND = 1_000_000_000n;
const DAY_SECONDS = 86_400;
/** Days in 400 years, after which the calendar repeats. */
const ERA_DAYS = 146_097;
/** Days from 1 March of year 0 to the epoch. */
const EPOCH_DAYS = 719_468;

const floorDiv = (a: number, b: number): number => Math.floor(a / b);

/** Days since the epoch of a date; months count from March inside, so that leap days come last. */
export function daysFromDate(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = floorDiv(y, 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = floorDiv(153 * (month + (month > 2 ? -3 : 9)) + 2, 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + floorDiv(yearOfEra, 4) - floorDiv(yearOfEra, 100) + dayOfYear;
  return era * ERA_DAYS + dayOfEra - EPOCH_DAYS;
}

/** The date and time of a moment. */
export function civilTime(moment: Nanos): CivilTime {
  const seconds = Number(floorBig(moment, SECOND));
  const days = floorDiv(seconds, DAY_SECONDS);
  const inDay = seconds - days * DAY_SECONDS;
  const shifted = days + EPOCH_DAYS;
  const era = floorDiv(shifted, ERA_DAYS);
  const dayOfEra = shifted - era * ERA_DAYS;
  const yearOfEra = floorDiv(
    dayOfEra - floorDiv(dayOfEra, 1460) + floorDiv(dayOfEra, 36524) - floorDiv(dayOfEra, 146096),
    365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + floorDiv(yearOfEra, 4) - floorDiv(yearOfEra, 100));
  const fromMarch = floorDiv(5 * dayOfYear + 2, 153);
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - floorDiv(153 * fromMarch + 2, 5) + 1,
    hour: floorDiv(inDay, 3600),
    minute: floorDiv(inDay % 3600, 60),
    second: inDay % 60,
    nanos: Number(moment - BigInt(seconds) * SECOND),
  };
}

/** The moment of a date and time. */
export function momentOf(time: CivilTime): Nanos {
  const days = daysFromDate(time.year, time.month, time.day);
  const seconds = days * DAY_SECONDS + time.hour * 3600 + time.minute * 60 + time.second;
  return BigInt(seconds) * SECOND + BigInt(time.nanos);
}

export function weekdayOf(moment: Nanos): Weekday {
  const days = Number(floorBig(moment, SECOND * BigInt(DAY_SECONDS)));
  // The epoch was a Thursday; the remainder of a positive number by 7 is a weekday.
  return ((((days + 4) % 7) + 7) % 7) as Weekday;
}

const two = (n: number): string => String(n).padStart(2, '0');
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** As ctime(3) without its newline: `Sat Nov 22 10:11:12 2025`. */
export function formatCtime(moment: Nanos): string {
  const { year, month, day, hour, minute, second } = civilTime(moment);
  const date = `${WEEKDAYS[weekdayOf(moment)]} ${MONTHS[month - 1]} ${String(day).padStart(2)}`;
  return `${date} ${two(hour)}:${two(minute)}:${two(second)} ${year}`;
}

/** As ISO 8601: `2025-11-22T10:11:12Z`, with a fraction when there is one. */
export function formatIso(moment: Nanos): string {
  const { year, month, day, hour, minute, second, nanos } = civilTime(moment);
  const fraction = nanos === 0 ? '' : `.${String(nanos).padStart(9, '0').replace(/0+$/, '')}`;
  const date = `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
  return `${date}T${two(hour)}:${two(minute)}:${two(second)}${fraction}Z`;
}

const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?Z?$/;

/** A moment from ISO 8601 text, the time optional; undefined when it is not one. */
export function parseIso(text: string): Nanos | undefined {
  const match = ISO.exec(text);
  if (!match) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((part) => Number(part ?? 0));
  const nanos = Number((match[7] ?? '').padEnd(9, '0'));
  const moment = momentOf({ year, month, day, hour, minute, second, nanos });
  // A date that does not exist, such as 30 February, comes back as another one.
  return formatIso(moment).startsWith(
    `${match[1]}-${match[2]}-${match[3]}T${two(hour)}:${two(minute)}:${two(second)}`,
  )
    ? moment
    : undefined;
}

const floorBig = (a: bigint, b: bigint): bigint => (a >= 0n ? a / b : -((-a + b - 1n) / b));
