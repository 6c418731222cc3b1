/** The report CI servers read: JUnit's XML, a suite a file. */
import type { Finding } from './run.ts';

/** A check file and what was found. */
export interface Judged {
  readonly file: string;
  readonly findings: readonly Finding[];
  /** Why it could not be read to its end. */
  readonly broken?: string;
}

export function formatJunit(judged: readonly Judged[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="nflab check">\n${judged.map(formatSuite).join('')}</testsuites>\n`;
}

function formatSuite({ file, findings, broken }: Judged): string {
  const failures = findings.filter(({ problems }) => problems.length > 0).length;
  const errors = broken === undefined ? 0 : 1;
  const counts = attributes({
    name: file,
    tests: String(findings.length + errors),
    failures: String(failures),
    errors: String(errors),
  });
  const cases = findings.map((finding) => formatCase(finding, file));
  if (broken !== undefined)
    cases.push(
      `    <testcase${attributes({ name: file, classname: file })}>\n      <error${attributes({ message: broken })}/>\n    </testcase>\n`,
    );
  return `  <testsuite${counts}>\n${cases.join('')}  </testsuite>\n`;
}

function formatCase({ name, line, problems }: Finding, file: string): string {
  const start = `    <testcase${attributes({ name, classname: file, file, line: String(line) })}`;
  if (problems.length === 0) return `${start}/>\n`;
  return `${start}>\n      <failure${attributes({ message: problems.join('; ') })}/>\n    </testcase>\n`;
}

const attributes = (values: { readonly [name: string]: string }): string =>
  Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeXml(value)}"`)
    .join('');

const ENTITIES = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ['\n', '&#10;'],
]);
const escapeXml = (text: string): string =>
  [...text].map((char) => ENTITIES.get(char) ?? (char < ' ' ? ' ' : char)).join('');
