/** "Did you mean": the known name nearest to a misspelt one (nftables' misspell.c). */

function distance(a: string, b: string): number {
  // Damerau-Levenshtein with the costs of git's help: swap 0... here swap 2, substitute 1, insert 1, delete 1.
  const rows: number[][] = [[]];
  for (let j = 0; j <= b.length; j++) rows[0]?.push(j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((rows[i - 1]?.[j - 1] ?? 0) + same, (rows[i - 1]?.[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (rows[i - 2]?.[j - 2] ?? 0) + 1);
      row.push(best);
    }
    rows.push(row);
  }
  return rows[a.length]?.[b.length] ?? 0;
}

/** The first of the nearest names; undefined when none is near enough to be meant. */
export function closest(name: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let score = 0;
  for (const other of known) {
    const d = distance(name, other);
    const worst = Math.max(name.length, other.length);
    if (d > worst / 2) continue;
    if (best === undefined || d < score) {
      best = other;
      score = d;
    }
  }
  return best;
}
