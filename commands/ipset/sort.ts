/** The order of `-sorted`: by the numbers an element's text is made of, read as hex whatever they are. */

/** Leading strtol(text, &end, 16): the number and the place after it; undefined when there is none. */
function leadingHex(text: string, from: number): { value: number; end: number } | undefined {
  let at = from;
  while (at < text.length && ' \t\n\v\f\r'.includes(text.charAt(at))) at++;
  const negative = text.charAt(at) === '-';
  if (negative || text.charAt(at) === '+') at++;
  const prefixed = /^0[xX][0-9a-fA-F]/.test(text.slice(at, at + 3));
  const first = prefixed ? at + 2 : at;
  let end = first;
  while (end < text.length && isHex(text.charCodeAt(end))) end++;
  if (end === first) return undefined;
  const value = Number.parseInt(text.slice(first, end), 16);
  return { value: negative ? -value : value, end };
}

function isHex(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 70) || (code >= 97 && code <= 102);
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Length of what comes before a colon, a comma or the end. */
function wordLength(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charAt(at) !== ':' && text.charAt(at) !== ',') at++;
  return at - from;
}

/** Two texts and how far each has been compared. */
interface Cursor {
  readonly x: string;
  readonly y: string;
  i: number;
  j: number;
  /** Negative after a slash: the longer prefix comes first. */
  sign: number;
}

/** Compares words: protocols, interfaces, set names. The shorter comes first. Zero: go on after them. */
function compareWords(at: Cursor): number {
  const m = wordLength(at.x, at.i);
  const n = wordLength(at.y, at.j);
  if (m === 0 && n === 0) return compareText(at.x.slice(at.i), at.y.slice(at.j));
  if (m !== n) return m - n;
  const order = compareText(at.x.slice(at.i, at.i + m), at.y.slice(at.j, at.j + n));
  at.i += m + 1;
  at.j += n + 1;
  at.sign = 1;
  return order;
}

/** Compares numbers and what stands behind them. Zero: go on after that. */
function compareNumbers(
  at: Cursor,
  a: { readonly value: number; readonly end: number },
  b: { readonly value: number; readonly end: number },
): number {
  if (a.value !== b.value) return at.sign * (a.value - b.value);
  const slashes = [at.x.charAt(a.end) === '/', at.y.charAt(b.end) === '/'];
  // Of a network and an address that begin alike, the network comes last.
  if (slashes[0] !== slashes[1]) return slashes[0] ? 1 : -1;
  if (slashes[0]) at.sign = -1;
  at.i = a.end + 1;
  at.j = b.end + 1;
  const gaps = [at.x.charAt(at.i) === ':', at.y.charAt(at.j) === ':'];
  if (gaps[0] !== gaps[1]) return gaps[0] ? -1 : 1;
  if (gaps[0]) {
    at.i++;
    at.j++;
  }
  return 0;
}

/** libipset's bystrcmp, on texts of which `skip` characters are the same for all. */
export function compareElements(x: string, y: string, skip: number): number {
  const at: Cursor = { x, y, i: skip, j: skip, sign: 1 };
  while (at.i < x.length && at.j < y.length) {
    const a = leadingHex(x, at.i);
    const b = leadingHex(y, at.j);
    const words = !a || !b;
    const start = at.i;
    const order = words ? compareWords(at) : compareNumbers(at, a, b);
    if (order !== 0) return order;
    // Nothing was left to compare but the same rest.
    if (at.i === start) return 0;
  }
  if (at.i < x.length) return 1;
  return at.j < y.length ? -1 : 0;
}
