import { civilTime, daysFromDate } from '../../base/calendar.ts';
import { defineMatch } from '../define.ts';
import { parameterProblem } from '../errors.ts';
import { wholeUint } from '../numbers.ts';
import type { OptionCall } from '../options.ts';

/** Seconds since the epoch, and within the day; days as bits. */
interface TimeInfo {
  readonly dateStart: number;
  readonly dateStop: number;
  readonly dayStart: number;
  readonly dayStop: number;
  /** Bits 1 to 31. */
  readonly monthdays: number;
  /** Bits 1, Monday, to 7. */
  readonly weekdays: number;
  readonly kernelTz: boolean;
  readonly contiguous: boolean;
}

const DATE_END = 0x7fffffff;
const DAY = 86400;
const DAY_END = DAY - 1;
const ALL_MONTHDAYS = 0xfffffffe;
const ALL_WEEKDAYS = 0xfe;
const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

const badTime = (text: string): never =>
  parameterProblem(
    `invalid time "${text}" specified, should be hh:mm[:ss] format and within the boundaries`,
  );

/** The number at the start of `text`, decimal, and what follows. */
function leading(text: string, max: number): { value: number; rest: string } | undefined {
  const digits = /^\d+/.exec(text)?.[0];
  const value = digits === undefined ? Number.NaN : Number(digits);
  return value <= max ? { value, rest: text.slice(digits?.length ?? 0) } : undefined;
}

/** `hh:mm[:ss]`; the message names the part from which on it is wrong. */
function readDayTime(text: string): number {
  const hours = leading(text, 23);
  if (hours?.rest[0] !== ':') return badTime(text);
  const afterHours = hours.rest.slice(1);
  const minutes = leading(afterHours, 59);
  if (!minutes) return badTime(afterHours);
  const soFar = hours.value * 3600 + minutes.value * 60;
  if (minutes.rest === '') return soFar;
  if (minutes.rest[0] !== ':') return badTime(afterHours);
  const afterMinutes = minutes.rest.slice(1);
  const seconds = leading(afterMinutes, 59);
  return seconds?.rest === '' ? soFar + seconds.value : badTime(afterMinutes);
}

const DATE = /^(\d+)(?:-(\d+)(?:-(\d+)(?:T(\d+)(?::(\d+)(?::(\d+))?)?)?)?)?$/;

/** `YYYY[-MM[-DD[Thh[:mm[:ss]]]]]`, UTC; days beyond the month's end run over into the next. */
function readDate(text: string): number {
  const bad = () =>
    parameterProblem(`Invalid date "${text}" specified. Should be YYYY[-MM[-DD[Thh[:mm[:ss]]]]]`);
  const match = DATE.exec(text);
  if (!match) return bad();
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = match
    .slice(1)
    .map((part) => (part === undefined ? undefined : Number(part)));
  const fits =
    year >= 1970 &&
    year <= 2038 &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= 31 &&
    hour <= 23 &&
    minute <= 59 &&
    second <= 59;
  if (!fits) return bad();
  return (daysFromDate(year, month, 1) + day - 1) * DAY + hour * 3600 + minute * 60 + second;
}

function readMonthdays(text: string): number {
  let bits = 0;
  for (const word of text.split(',').filter(Boolean)) {
    const day = wholeUint(word, 0, 31);
    if (day === undefined) parameterProblem(`${word} is not a valid day for --monthdays`);
    bits |= 1 << day;
  }
  return bits >>> 0;
}

/** Numbers, or names of which the first two letters count. */
function readWeekdays(text: string): number {
  let bits = 0;
  for (const word of text.split(',').filter(Boolean)) {
    const number = wholeUint(word);
    if (number === 0) parameterProblem('No, the week does NOT begin with Sunday.');
    if (number !== undefined) {
      bits |= number > 7 ? 0 : 1 << number;
      continue;
    }
    const day = WEEKDAYS.findIndex((name) => name.slice(0, 2) === word.slice(0, 2));
    if (day < 0) parameterProblem(`${word} is not a valid day specifier`);
    bits |= 1 << (day + 1);
  }
  return bits;
}

const pad = (n: number): string => `${n}`.padStart(2, '0');
const clock = (seconds: number): string =>
  `${pad(Math.floor(seconds / 3600))}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;

function date(seconds: number, between: string): string {
  const { year, month, day } = civilTime(BigInt(seconds) * 1_000_000_000n);
  return `${year}-${pad(month)}-${pad(day)}${between}${clock(seconds % DAY)}`;
}

const dayNumbers = (bits: number, last: number): number[] =>
  Array.from({ length: last }, (_, i) => i + 1).filter((day) => (bits >>> day) & 1);
const weekdayNames = (bits: number): string =>
  dayNumbers(bits, 7)
    .map((day) => WEEKDAYS[day - 1])
    .join(',');

/** As the tool has it: 11st, 12nd, 13rd, too. */
function ordinal(day: number): string {
  const suffix = ['th', 'st', 'nd', 'rd'][day % 10] ?? 'th';
  return `${day}${suffix}`;
}

const anyTime = ({ dayStart, dayStop }: TimeInfo): boolean => dayStart === 0 && dayStop === DAY_END;

function warnLocal(_text: string, call: OptionCall): void {
  call.env.warn(
    'WARNING: --localtz is being replaced by --kerneltz, since "local" is ambiguous. Note the kernel timezone has caveats - see manpage for details.\n',
  );
}

export const time = defineMatch({
  name: 'time',
  options: {
    contiguous: { type: 'none' },
    datestart: { type: 'string', read: readDate },
    datestop: { type: 'string', read: readDate },
    kerneltz: { type: 'none' },
    localtz: { type: 'none', read: warnLocal },
    monthdays: { type: 'string', invertible: true, read: readMonthdays },
    timestart: { type: 'string', read: readDayTime },
    timestop: { type: 'string', read: readDayTime },
    utc: { type: 'none', excludes: ['localtz', 'kerneltz'] },
    weekdays: { type: 'string', invertible: true, read: readWeekdays },
  },
  help: `--datestart, --datestop YYYY[-MM[-DD[Thh[:mm[:ss]]]]]  from and until then
--timestart, --timestop hh:mm[:ss]  of each day
[!] --monthdays LIST                days of the month, 1 to 31
[!] --weekdays LIST                 1, Monday, to 7, or Mon Tue Wed Thu Fri Sat Sun
--kerneltz                          in the kernel's time zone instead of UTC; here that is UTC, too
--contiguous                        a time past midnight belongs to the day before`,
  parse(options): TimeInfo {
    const { monthdays, weekdays } = options;
    const dayStart = options.timestart?.value ?? 0;
    const dayStop = options.timestop?.value ?? DAY_END;
    const contiguous = options.contiguous !== undefined;
    if (contiguous && dayStart < dayStop)
      parameterProblem(
        'time: --contiguous only makes sense when stoptime is smaller than starttime',
      );
    const bits = (given: { value: number; invert: boolean } | undefined, all: number) =>
      given ? (given.invert ? (given.value ^ all) >>> 0 : given.value) : all;
    return {
      dateStart: options.datestart?.value ?? 0,
      dateStop: options.datestop?.value ?? DATE_END,
      dayStart,
      dayStop,
      monthdays: bits(monthdays, ALL_MONTHDAYS),
      weekdays: bits(weekdays, ALL_WEEKDAYS),
      kernelTz: options.kerneltz !== undefined || options.localtz !== undefined,
      contiguous,
    };
  },
  print(info) {
    const { dateStart, dateStop, dayStart, dayStop, monthdays, weekdays } = info;
    return [
      'TIME',
      ...(anyTime(info) ? [] : [`from ${clock(dayStart)} to ${clock(dayStop)}`]),
      ...(weekdays === ALL_WEEKDAYS ? [] : [`on ${weekdayNames(weekdays)}`]),
      ...(monthdays === ALL_MONTHDAYS
        ? []
        : [`on ${dayNumbers(monthdays, 31).map(ordinal).join(',')}`]),
      ...(dateStart === 0 ? [] : [`starting from ${date(dateStart, ' ')}`]),
      ...(dateStop === DATE_END ? [] : [`until date ${date(dateStop, ' ')}`]),
      ...(info.kernelTz ? [] : ['UTC']),
      ...(info.contiguous ? ['contiguous'] : []),
    ].join(' ');
  },
  save(info) {
    const { dateStart, dateStop, dayStart, dayStop, monthdays, weekdays } = info;
    return [
      ...(anyTime(info) ? [] : [`--timestart ${clock(dayStart)}`, `--timestop ${clock(dayStop)}`]),
      ...(monthdays === ALL_MONTHDAYS
        ? []
        : [`--monthdays ${dayNumbers(monthdays, 31).join(',')}`]),
      ...(weekdays === ALL_WEEKDAYS ? [] : [`--weekdays ${weekdayNames(weekdays)}`]),
      ...(dateStart === 0 ? [] : [`--datestart ${date(dateStart, 'T')}`]),
      `--datestop ${date(dateStop, 'T')}`,
      ...(info.kernelTz ? ['--kerneltz'] : []),
      ...(info.contiguous ? ['--contiguous'] : []),
    ].join(' ');
  },
  translate(info) {
    const { dateStart, dateStop, dayStart, dayStop, monthdays, weekdays } = info;
    if (monthdays !== ALL_MONTHDAYS) return undefined;
    const dated = dateStart !== 0 || dateStop !== DATE_END;
    const days = dayNumbers(weekdays, 7).map((day) => day % 7);
    const words = [
      ...(dated ? [`meta time "${date(dateStart, ' ')}"-"${date(dateStop, ' ')}"`] : []),
      ...(anyTime(info) ? [] : [`meta hour "${clock(dayStart)}"-"${clock(dayStop)}"`]),
      ...(weekdays === ALL_WEEKDAYS
        ? []
        : [
            ['meta day', days.length > 1 ? `{ ${days.join(', ')} }` : days[0]]
              .filter((d) => d !== undefined)
              .join(' '),
          ]),
    ];
    // What does not begin with the date has a blank in front.
    return `${!dated && words.length > 0 ? ' ' : ''}${words.join(' ')}`;
  },
  test(info, { clock: now }) {
    // time_mt; the emulated kernel's time zone is UTC.
    const seconds = Number(now.now() / 1_000_000_000n);
    if (seconds < info.dateStart || seconds > info.dateStop) return false;
    const ofDay = seconds % DAY;
    let day = Math.floor(seconds / DAY);
    if (info.dayStart < info.dayStop) {
      if (ofDay < info.dayStart || ofDay > info.dayStop) return false;
    } else {
      if (ofDay < info.dayStart && ofDay > info.dayStop) return false;
      if (info.contiguous && ofDay <= info.dayStop) day--;
    }
    const weekday = ((day + 3) % 7) + 1;
    if (!((info.weekdays >>> weekday) & 1)) return false;
    if (info.monthdays === ALL_MONTHDAYS) return true;
    const monthday = civilTime(BigInt(day * DAY) * 1_000_000_000n).day;
    return ((info.monthdays >>> monthday) & 1) === 1;
  },
});
