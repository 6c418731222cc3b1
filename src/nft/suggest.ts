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

/** The first of the nearest names; undefined when none is near enough to be meant. */
export function closest(name: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let score = Number.POSITIVE_INFINITY;
  for (const other of known) {
    const longest = Math.max(name.length, other.length);
    if (longest <= 1) continue;
    const value = distance(other, name);
    if (value > Math.max(Math.ceil(longest / 3), 1) || value >= score) continue;
    best = other;
    score = value;
  }
  return best;
}
