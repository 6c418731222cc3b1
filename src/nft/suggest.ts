/** "Did you mean": the known name nearest to a misspelt one, as nftables' misspell.c finds it, oddities included. */

/**
 * An edit distance whose matrix rows overlap and whose comparisons look one character too far: that is how the real one
 * is, and which names it suggests depends on it.
 */
function distance(known: string, name: string): number {
  const width = name.length;
  const d: number[] = [];
  const at = (i: number, j: number): number => d[i * width + j] ?? 0;
  for (let i = 0; i <= known.length; i++) d[i * width] = i;
  for (let j = 0; j <= width; j++) d[j] = j;
  for (let i = 1; i <= known.length; i++)
    for (let j = 1; j <= width; j++) {
      const cost = known[i] === name[j] ? 0 : 1;
      let best = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + cost);
      if (i > 1 && j > 1 && known[i] === name[j - 1] && known[i - 1] === name[j])
        best = Math.min(best, at(i - 2, j - 2) + cost);
      d[i * width + j] = best;
    }
  return at(known.length, width);
}

/** How far a name may be from what was meant; names of different lengths may be a little further. */
function cutoff(a: number, b: number): number {
  const longest = Math.max(a, b);
  if (Math.abs(a - b) <= 1) return Math.max(Math.ceil(longest / 3), 1);
  return Math.ceil((longest + 2) / 3);
}

/** The first of those with the nearest name; undefined when none is near enough to be meant. */
export function closest<R>(
  name: string,
  known: Iterable<R>,
  nameOf: (one: R) => string,
): R | undefined {
  let best: R | undefined;
  let score = Number.POSITIVE_INFINITY;
  for (const one of known) {
    const other = nameOf(one);
    if (name.length <= 1 && other.length <= 1) continue;
    const value = distance(other, name);
    if (value > cutoff(name.length, other.length) || value >= score) continue;
    best = one;
    score = value;
  }
  return best;
}

/** The first of the nearest names. */
export const closestName = (name: string, known: Iterable<string>): string | undefined =>
  closest(name, known, (one) => one);
