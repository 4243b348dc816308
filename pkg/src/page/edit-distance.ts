/**
 * The optimal string alignment distance: how many edits (insertion, deletion, substitution, swap of
 * neighbours) turn `a` into `b`.
 */
export function editDistance(a: string, b: string): number {
  /** Outside the table nothing can be reached. */
  const cell = (row: readonly number[], j: number): number => row[j] ?? Infinity;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = cell(last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = isSwap ? cell(beforeLast, j - 2) + 1 : Infinity;
      row.push(Math.min(substitution, cell(last, j) + 1, cell(row, j - 1) + 1, swap));
    }
    beforeLast = last;
    last = row;
  }
  return cell(last, b.length);
}

/**
 * The valid name that `given` most likely stands for; undefined if half of the name or more would
 * have to change.
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
