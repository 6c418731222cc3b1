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

/** libipset's bystrcmp, on texts of which `skip` characters are the same for all. */
export function compareElements(x: string, y: string, skip: number): number {
  let i = skip;
  let j = skip;
  let sign = 1;
  while (i < x.length && j < y.length) {
    const a = leadingHex(x, i);
    const b = leadingHex(y, j);
    if (!a || !b) {
      const m = wordLength(x, i);
      const n = wordLength(y, j);
      if (m === 0 && n === 0) return compareText(x.slice(i), y.slice(j));
      if (m !== n) return m < n ? -1 : 1;
      const order = compareText(x.slice(i, i + m), y.slice(j, j + n));
      if (order !== 0) return order;
      i += m + 1;
      j += n + 1;
      sign = 1;
      continue;
    }
    if (a.value !== b.value) return sign * (a.value - b.value);
    const ends: readonly string[] = [x.charAt(a.end), y.charAt(b.end)];
    if (ends.includes('/')) {
      // Of two networks at one address the wider one has the smaller prefix, but comes last.
      if (ends[0] !== ends[1]) return ends[0] === '/' ? 1 : -1;
      sign = -1;
    }
    i = a.end + 1;
    j = b.end + 1;
    if (x.charAt(i) === ':' || y.charAt(j) === ':') {
      if (x.charAt(i) !== y.charAt(j)) return x.charAt(i) === ':' ? -1 : 1;
      i++;
      j++;
    }
  }
  if (i < x.length) return 1;
  return j < y.length ? -1 : 0;
}
