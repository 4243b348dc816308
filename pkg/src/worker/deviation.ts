/**
 * The standard deviation (n - 1) between pictures at each channel, in levels, with alpha 255;
 * undefined for fewer than two.
 */
export function deviationOf(
  pictures: readonly Uint8Array<ArrayBuffer>[],
): Uint8Array<ArrayBuffer> | undefined {
  const count = pictures.length;
  const [first] = pictures;
  if (count < 2 || !first) return undefined;
  const deviation = new Uint8Array(first.length).fill(255);
  for (let i = 0; i < deviation.length; i++) {
    if (i % 4 === 3) continue;
    let [sum, squares] = [0, 0];
    for (const picture of pictures) {
      // Away from the first: no digits are lost.
      const off = (picture[i] ?? 0) - (first[i] ?? 0);
      sum += off;
      squares += off * off;
    }
    deviation[i] = Math.round(Math.sqrt(Math.max(0, squares - (sum * sum) / count) / (count - 1)));
  }
  return deviation;
}
