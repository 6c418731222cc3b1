/** The standard targets. QUEUE is known to the tool only: the kernel takes it for the name of a chain. */
export const VERDICT_NAMES: ReadonlySet<string> = new Set(['ACCEPT', 'DROP', 'RETURN', 'QUEUE']);

export type VerdictName = 'accept' | 'drop' | 'return';

export const VERDICTS: ReadonlyMap<string, VerdictName> = new Map([
  ['ACCEPT', 'accept'],
  ['DROP', 'drop'],
  ['RETURN', 'return'],
]);
