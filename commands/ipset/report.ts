/** What ipset has to say about the line it reads: the report buffer of a libipset session. */

/** In order of weight: a heavier report pushes lighter ones out, equal ones add up. */
export type ReportLevel = 'none' | 'warning' | 'notice' | 'error';

const WEIGHT: { readonly [L in ReportLevel]: number } = {
  none: 0,
  warning: 1,
  notice: 2,
  error: 3,
};
/** Characters of the buffer less its end (IPSET_ERRORBUFLEN). */
const LIMIT = 1023;

export class Report {
  level: ReportLevel = 'none';
  text = '';
  /** Number of the line in restore mode; errors name it, and begin the buffer anew. */
  line = 0;

  add(level: ReportLevel, message: string): void {
    if (this.level !== 'none' && WEIGHT[this.level] < WEIGHT[level]) this.text = '';
    if (this.line !== 0 && level === 'error') this.text = `Error in line ${this.line}: `;
    this.text += message.slice(0, Math.max(0, LIMIT - 1 - this.text.length));
    if (this.text.length < LIMIT) this.text += '\n';
    this.level = level;
  }

  reset(): void {
    this.level = 'none';
    this.text = '';
  }
}

/** A line that cannot go on; the report says why. */
export class LineRefused extends Error {
  override readonly name = 'LineRefused';
}

/** The process is to end with this status. */
export class Finished extends Error {
  override readonly name = 'Finished';
  readonly status: number;
  constructor(status: number) {
    super(`exit ${status}`);
    this.status = status;
  }
}
