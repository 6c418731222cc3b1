/** Recorded IPVS traffic scenarios, and how an answer compares: exactly, but for the countdowns of listings and for chance. */
import { isList, isObject, type Json, type JsonObject, listOf, objectOf, show } from './json.ts';

/** A scenario with what was recorded; its steps hold inputs and results. */
export type Scenario = JsonObject & { readonly name: string };

const RESULTS = new Set([
  'out',
  'stdout',
  'stderr',
  'exit',
  'len',
  'resolved',
  'no_output',
  'repeat_out',
]);

/** The scenario without what was recorded. */
export function scenarioInput(scenario: Scenario): JsonObject {
  const steps = listOf(scenario.steps).map((step) =>
    Object.fromEntries(Object.entries(objectOf(step)).filter(([name]) => !RESULTS.has(name))),
  );
  return {
    name: scenario.name,
    topology: scenario.topology,
    steps: steps as readonly JsonObject[],
  };
}

/** Lines that say how the answer differs from the recording; none when it agrees. */
export function compareScenario(scenario: Scenario, answer: JsonObject): readonly string[] {
  if (answer.error !== undefined && answer.steps === undefined)
    return [`error: ${show(answer.error)}`];
  const steps = listOf(scenario.steps).map(objectOf);
  const answers = listOf(answer.steps).map(objectOf);
  const random = scenario.random === true;
  for (const [i, step] of steps.entries()) {
    const found = compareStep(steps, i, answers[i] ?? {}, random);
    if (found.length > 0)
      return [`step ${i + 1}, ${String(step.op)} ${String(step.cmd ?? step.id ?? '')}`, ...found];
  }
  return random ? judgeChance(scenario, answers) : [];
}

function compareStep(
  steps: readonly JsonObject[],
  i: number,
  got: JsonObject,
  random: boolean,
): readonly string[] {
  const want = steps[i] ?? {};
  const normal = (value: Json | undefined): Json => normalize(value ?? [], random);
  const out = (): readonly string[] => same('out', normal(want.out), normal(got.out));
  switch (want.op) {
    case 'note':
      return [];
    case 'sleep':
      return want.out === undefined ? [] : out();
    case 'run':
      return [
        ...compareListing(steps, i, listOf(got.stdout).map(String), random),
        ...same('stderr', want.stderr ?? [], got.stderr ?? []),
        ...same('exit', want.exit ?? 0, got.exit ?? 0),
        ...out(),
      ];
    default:
      if (want.no_output === true || got.no_output === true)
        return same('no_output', want.no_output ?? false, got.no_output ?? false);
      return [
        ...(want.resolved === undefined
          ? []
          : same('resolved', normal(want.resolved), normal(got.resolved))),
        ...out(),
        ...same('len', want.len ?? 0, got.len ?? 0),
        ...same('repeat_out', want.repeat_out ?? 0, got.repeat_out ?? 0),
      ];
  }
}

/** JSON with sorted names, so that equal values are equal text. */
const canonical = (value: Json): string =>
  JSON.stringify(value, (_, v: unknown) =>
    typeof v === 'object' && v !== null && !Array.isArray(v)
      ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1)))
      : v,
  );

function same(name: string, want: Json, got: Json): readonly string[] {
  const [a, b] = [canonical(want), canonical(got)];
  return a === b ? [] : [`${name}:`, `  - ${a}`, `  + ${b}`];
}

/** Puts a sign for what may differ: the source port of GUE, and in random scenarios the server. */
function normalize(value: Json, random: boolean): Json {
  if (isList(value)) return value.map((item) => normalize(item, random));
  if (isObject(value)) {
    const out: Record<string, Json> = {};
    for (const [name, v] of Object.entries(value)) out[name] = normalize(v ?? null, random);
    if (out.encap === 'gue' && isLocalPort(out.sport)) out.sport = '<local port>';
    return out;
  }
  if (typeof value !== 'string' || !random) return value;
  return value.replace(/\b10\.1\.\d+\.2\b/g, '10.1.*.2').replace(/^rs\d+$/, 'rs*');
}

const isLocalPort = (port: Json | undefined): boolean =>
  typeof port === 'number' && port >= 32768 && port <= 60999;

/** Rows with a countdown: ipvsadm -Lnc and conntrack -L. */
const COUNTDOWN = {
  expire: /^((?:TCP|UDP|SCTP|IP) +)(\d+:\d\d)( +.*)$/,
  'conntrack timeout': /^([a-z0-9]+ +\d+ )(\d+)( +.*)$/,
} as const;

/** A line without its countdown, and the countdown in seconds. */
function timed(line: string, volatile: Json | undefined): readonly [string, number | undefined] {
  const kind = volatile === 'conntrack timeout' ? 'conntrack timeout' : 'expire';
  const match = COUNTDOWN[kind].exec(line);
  if (!match) return [line, undefined];
  const seconds = (match[2] ?? '').split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
  return [`${match[1]}${match[3]}`, seconds];
}

function compareListing(
  steps: readonly JsonObject[],
  i: number,
  found: readonly string[],
  random: boolean,
): readonly string[] {
  const step = steps[i] ?? {};
  const volatile = step.volatile;
  const sorted = (rows: readonly string[]): readonly string[] => {
    const key = (row: string): string => timed(row, volatile)[0];
    const tail = rows.slice(2).sort((a, b) => (key(a) < key(b) ? -1 : 1));
    return step.unordered === undefined ? rows : [...rows.slice(0, 2), ...tail];
  };
  const want = sorted(listOf(step.stdout).map(String));
  const got = sorted(found);
  for (let k = 0; k < Math.max(want.length, got.length); k++) {
    const [w, g] = [want[k], got[k]];
    if (w === g) continue;
    if (w !== undefined && g !== undefined) {
      if (random && digitless(w) === digitless(g)) continue;
      const [[a, left], [b, got_]] = [timed(w, volatile), timed(g, volatile)];
      const late = (got_ ?? 0) - (left ?? 0);
      if (volatile !== undefined && a === b && left !== undefined)
        if (late >= -1 && late <= lateBy(steps, i, w)) continue;
    }
    return [
      `line ${k + 1} of stdout:`,
      `  - ${w ?? '(no such line)'}`,
      `  + ${g ?? '(no such line)'}`,
    ];
  }
  return [];
}

const digitless = (line: string): string => line.replace(/\d+/g, '#').replace(/ +/g, ' ');

/** Seconds a recorded countdown may be late: real time ran between a connection's last packet and the listing. */
function lateBy(steps: readonly JsonObject[], i: number, row: string): number {
  const match = /^.{4}\S+ +\S+ +\[?([0-9a-f.:]+?)\]?:(\d+) /.exec(row);
  const port = Number(match?.[2] ?? 0);
  let start = 0;
  for (let j = i - 1; match && j >= 0; j--) {
    const step = steps[j] ?? {};
    const packet = objectOf(step.packet ?? objectOf(step.resolved).packet);
    const [address, at] = step.op === 'send' ? ['src', 'sport'] : ['dst', 'dport'];
    if (packet[address ?? ''] === match[1] && (port === 0 || packet[at ?? ''] === port)) {
      start = j;
      break;
    }
  }
  const packets = steps.slice(start, i).reduce((sum, s) => sum + Number(s.repeat ?? 1), 0);
  return 4 + 0.06 * packets;
}

/** In a random scenario a connection stays where it is, and with 20 choices or more each server gets some. */
function judgeChance(scenario: Scenario, answers: readonly JsonObject[]): readonly string[] {
  const servers = listOf(objectOf(scenario.topology).links)
    .map(String)
    .filter((link) => link.startsWith('rs'));
  const chosen = new Map<string, string>();
  for (const out of answers.flatMap((step) => listOf(step.out).map(objectOf))) {
    const dev = String(out.dev);
    if (!dev.startsWith('rs')) continue;
    if (out.dst !== `10.1.${dev.slice(2)}.2`)
      return [`not a server behind that link: ${show(out)}`];
    const key = `${String(out.src)} ${String(out.sport)} ${String(out.dport)}`;
    if ((chosen.get(key) ?? dev) !== dev)
      return [`moved in the middle of a connection: ${show(out)}`];
    chosen.set(key, dev);
  }
  const taken = new Set(chosen.values());
  const never = servers.filter((link) => !taken.has(link));
  return chosen.size >= 20 && never.length > 0 ? [`never chosen: ${never.join(' ')}`] : [];
}
