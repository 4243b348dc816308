// How much a JPEG was compressed, by the table that it divides its brightness by.

/** The sum of the standard's own table, which stands for quality 50. */
const STANDARD_SUM = 3688;
/** The tables come before the picture. */
const HEAD_BYTES = 2 ** 17;
const TABLES = 0xdb;
const SCAN = 0xda;

/** From 1 to 100, as most programs name it; undefined for files that are no JPEG. */
export async function jpegQuality(file: Blob): Promise<number | undefined> {
  const sum = tableSum(new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer()));
  if (!sum) return undefined;
  const percent = (100 * sum) / STANDARD_SUM;
  const quality = percent > 100 ? 5000 / percent : (200 - percent) / 2;
  return Math.min(100, Math.max(1, Math.round(quality)));
}

/** The sum of the first table. */
function tableSum(bytes: Uint8Array): number | undefined {
  const word = (at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  if (word(0) !== 0xffd8) return undefined;
  for (let at = 2; at + 4 < bytes.length && bytes[at] === 0xff; at += 2 + word(at + 2)) {
    if (bytes[at + 1] === SCAN) return undefined;
    if (bytes[at + 1] !== TABLES) continue;
    const isWide = (bytes[at + 4] ?? 0) >> 4 > 0;
    let sum = 0;
    for (let i = 0; i < 64; i++) sum += isWide ? word(at + 5 + 2 * i) : (bytes[at + 5 + i] ?? 0);
    return sum;
  }
  return undefined;
}
