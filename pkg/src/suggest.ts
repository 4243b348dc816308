/**
 * Edits (insertion, deletion, substitution, swap of neighbours) that turn `a` into `b`: the optimal
 * string alignment distance.
 */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min(substitution, last[j]! + 1, row[j - 1]! + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, beforeLast[j - 2]! + 1);
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}

/**
 * The valid name that `given` was most likely meant to be, or undefined where none is near (half of
 * it or more would have to change).
 */
export function nearestName(given: string, valid: readonly string[]): string | undefined {
  let nearest: string | undefined;
  let distance = Infinity;
  for (const name of valid) {
    const d = editDistance(given.toLowerCase(), name.toLowerCase());
    if (d < distance) [nearest, distance] = [name, d];
  }
  return distance < Math.max(given.length, nearest?.length ?? 0) / 2 ? nearest : undefined;
}

/** “Did you mean …?” with a leading space, or the whole list where nothing is near. */
export function suggestion(given: string, valid: readonly string[]): string {
  const nearest = nearestName(given, valid);
  return nearest === undefined ? ` Valid: ${valid.join(', ')}.` : ` Did you mean '${nearest}'?`;
}
