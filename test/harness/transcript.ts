/**
 * The transcript format: what a real tool was asked and what it said.
 *
 *     # comment            $ command line        > its continuation
 *     | line of stdout     ! line of stderr      ? exit status when not zero
 *     ~                    the block's last line has no newline
 */

/** What a command printed and returned. */
export interface Outcome {
  readonly out: string;
  readonly err: string;
  readonly status: number;
}

export interface Step extends Outcome {
  /** Counted from 1 within the file; what the list of known failures names. */
  readonly number: number;
  readonly command: string;
}

export function parseTranscript(text: string): readonly Step[] {
  const steps: (Outcome & { command: string; out: string; err: string; status: number })[] = [];
  let last: 'out' | 'err' | undefined;
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  lines.forEach((line, i) => {
    const step = steps.at(-1);
    const rest = line.slice(2);
    if (line.startsWith('$ ')) {
      steps.push({ command: rest, out: '', err: '', status: 0 });
      last = undefined;
    } else if (line.startsWith('#') || line.trim() === '') {
      return;
    } else if (!step) {
      throw new Error(`line ${i + 1}: before any command: ${line}`);
    } else if (line.startsWith('>')) {
      step.command += `\n${rest}`;
    } else if (line.startsWith('|')) {
      step.out += `${rest}\n`;
      last = 'out';
    } else if (line.startsWith('!')) {
      step.err += `${rest}\n`;
      last = 'err';
    } else if (line.startsWith('?')) {
      step.status = Number(rest);
    } else if (line === '~' && last) {
      step[last] = step[last].slice(0, -1);
    } else {
      throw new Error(`line ${i + 1}: not a transcript line: ${line}`);
    }
  });
  return steps.map((step, i) => ({ ...step, number: i + 1 }));
}

/** The lines of a step as a transcript has them. */
export function formatStep(command: string, outcome: Outcome): readonly string[] {
  const [first = '', ...more] = command.split('\n');
  const lines = [`$ ${first}`, ...more.map((line) => (line === '' ? '>' : `> ${line}`))];
  lines.push(...block('|', outcome.out), ...block('!', outcome.err));
  if (outcome.status !== 0) lines.push(`? ${outcome.status}`);
  return lines;
}

function block(tag: string, text: string): readonly string[] {
  if (text === '') return [];
  const lines = text.split('\n');
  const closed = lines.at(-1) === '';
  if (closed) lines.pop();
  const tagged = lines.map((line) => (line === '' ? tag : `${tag} ${line}`));
  return closed ? tagged : [...tagged, '~'];
}

const DURATION = '(?:\\d+(?:ms|d|h|m|s))+';
/** What may stand where a recording has a placeholder. */
const SHAPES = new Map([
  ['DATE', '[A-Z][a-z]{2} [A-Z][a-z]{2} [ 0-9]\\d \\d\\d:\\d\\d:\\d\\d \\d{4}'],
  ['EXPIRES', `${DURATION}|\\d+`],
  ['AGO', `${DURATION}|\\d+`],
  ['TIMEOUT', '\\d+'],
  ['INITVAL', '0x[0-9a-f]{8}'],
  ['MEMSIZE', '\\d+'],
  ['SECS', '\\d+'],
  ['CTID', '\\d+'],
  ['PID', '\\d+'],
]);
const PLACEHOLDER = new RegExp(`<(${[...SHAPES.keys()].join('|')})>`);

/** The same bytes, placeholders aside. */
export function sameText(expected: string, actual: string): boolean {
  if (expected === actual) return true;
  if (!PLACEHOLDER.test(expected)) return false;
  const lines = expected.split('\n');
  const found = actual.split('\n');
  return lines.length === found.length && lines.every((line, i) => sameLine(line, found[i] ?? ''));
}

function sameLine(expected: string, actual: string): boolean {
  if (expected === actual) return true;
  if (!PLACEHOLDER.test(expected)) return false;
  const parts = expected.split(new RegExp(PLACEHOLDER, 'g'));
  const pattern = parts.map((part, i) => {
    if (i % 2 === 0) return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    return `(?:${SHAPES.get(part)}|<${part}>)`;
  });
  return new RegExp(`^${pattern.join('')}$`, 's').test(actual);
}

export function sameOutcome(expected: Outcome, actual: Outcome): boolean {
  return (
    expected.status === actual.status &&
    sameText(expected.out, actual.out) &&
    sameText(expected.err, actual.err)
  );
}

/** True when a program that does nothing would fail it. */
export function speaks({ out, err, status }: Outcome): boolean {
  return out !== '' || err !== '' || status !== 0;
}

const CONTEXT = 2;
const SHOWN = 60;
/** Table cells a comparison may take; beyond that all lines count as different. */
const CELLS = 4_000_000;

/** What was expected and what came, line by line, with two lines around each difference. */
export function diffStep(step: Step, actual: Outcome): string {
  const want = formatStep(step.command, step);
  const got = formatStep(step.command, actual);
  const marked = diffLines(want, got);
  const near = (i: number): boolean =>
    marked.slice(Math.max(0, i - CONTEXT), i + CONTEXT + 1).some((line) => !line.startsWith(' '));
  const lines = marked.filter((_, i) => i === 0 || near(i));
  return lines.length > SHOWN ? [...lines.slice(0, SHOWN), '  ...'].join('\n') : lines.join('\n');
}

/** The lines of both, `-` before what is missing and `+` before what is new, by their longest common subsequence. */
function diffLines(want: readonly string[], got: readonly string[]): readonly string[] {
  if (want.length * got.length > CELLS)
    return [...want.map((line) => `- ${line}`), ...got.map((line) => `+ ${line}`)];
  const width = got.length + 1;
  const common = new Uint32Array((want.length + 1) * width);
  const at = (i: number, j: number): number => common[i * width + j] ?? 0;
  const same = (i: number, j: number): boolean => sameLine(want[i] ?? '', got[j] ?? '');
  for (let i = want.length - 1; i >= 0; i--)
    for (let j = got.length - 1; j >= 0; j--)
      common[i * width + j] = same(i, j)
        ? at(i + 1, j + 1) + 1
        : Math.max(at(i + 1, j), at(i, j + 1));
  const lines: string[] = [];
  for (let i = 0, j = 0; i < want.length || j < got.length; ) {
    if (i < want.length && j < got.length && same(i, j)) {
      lines.push(`  ${want[i]}`);
      i++;
      j++;
    } else if (i < want.length && (j === got.length || at(i + 1, j) >= at(i, j + 1))) {
      lines.push(`- ${want[i++]}`);
    } else {
      lines.push(`+ ${got[j++]}`);
    }
  }
  return lines;
}
