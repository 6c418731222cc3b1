/** Words of a line of a restored file (tokenize_rule_counters and add_param_to_argv in iptables' xshared.c). */
import { parameterProblem } from '../../src/xtables/errors.ts';

/** `[packets:bytes]` at the start of a line, and the rest. */
export function splitCounters(
  text: string,
  line: number,
): { readonly counters?: readonly [string, string]; readonly rest: string } {
  if (!text.startsWith('[')) return { rest: text };
  const end = text.indexOf(']');
  if (end < 0) parameterProblem(`Bad line ${line}: need ]`);
  const inside = text.slice(1, end);
  const colon = inside.indexOf(':');
  if (colon < 0) parameterProblem(`Bad line ${line}: need :`);
  const counters = [inside.slice(0, colon), inside.slice(colon + 1)] as const;
  return { counters, rest: text.slice(end + 1) };
}

/** Blanks part words; double quotes keep them together, and a backslash in quotes keeps the next letter. */
export function splitLine(text: string): readonly string[] {
  const words: string[] = [];
  let word = '';
  let quoted = false;
  let escaped = false;
  for (const c of text) {
    if (quoted && escaped) {
      word += c;
      escaped = false;
    } else if (quoted && c === '\\') {
      escaped = true;
    } else if (c === '"') {
      quoted = !quoted;
      if (!quoted) {
        words.push(word);
        word = '';
      }
    } else if (!quoted && (c === ' ' || c === '\t' || c === '\n')) {
      if (word !== '') words.push(word);
      word = '';
    } else {
      word += c;
    }
  }
  if (word !== '') words.push(word);
  return words;
}
