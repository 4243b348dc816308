import type { CoreHints, Pixels } from '../../shared/requests.js';

/** Alpha from here on is painted. */
const PAINTED = 128;
/** The least share of a block that counts, for the block to count. */
const LEAST_SHARE = 1 / 4;
/** Pixels that are reduced at once, in some ten milliseconds. */
const AT_ONCE = 1e6;

/**
 * A photo at 1/`factor` of its size: the means of blocks of pixels.
 *
 * @param unlessAborted throws once the run is aborted.
 */
export function reducedPhoto(
  photo: Pixels,
  factor: number,
  unlessAborted: () => void,
): Promise<Pixels> {
  return reduced(photo, factor, 0, unlessAborted);
}

/**
 * The same of hints: a block is painted where a quarter of its pixels are, as in the core, in their
 * mean colour.
 */
export async function reducedHints(
  { colours, noise }: CoreHints,
  factor: number,
  unlessAborted: () => void,
): Promise<CoreHints> {
  const small = await reduced(colours, factor, PAINTED, unlessAborted);
  return { colours: small, ...(noise !== undefined && { noise }) };
}

/**
 * @param alpha the least of the pixels that count. A block is transparent where they are fewer than
 *   a quarter of those that it has.
 */
async function reduced(
  pixels: Pixels,
  factor: number,
  alpha: number,
  unlessAborted: () => void,
): Promise<Pixels> {
  const width = Math.ceil(pixels.width / factor);
  const height = Math.ceil(pixels.height / factor);
  const data = new Uint8Array(4 * width * height);
  const rowsAtOnce = Math.ceil(AT_ONCE / (pixels.width * factor));
  for (let y = 0; y < height; y++) {
    if (y % rowsAtOnce === 0) {
      await new Promise((resolve) => setTimeout(resolve));
      unlessAborted();
    }
    for (let x = 0; x < width; x++)
      data.set(blockMean(pixels, x * factor, y * factor, factor, alpha), 4 * (y * width + x));
  }
  return { data, width, height };
}

function blockMean(
  { data, width, height }: Pixels,
  left: number,
  top: number,
  factor: number,
  alpha: number,
): number[] {
  const sums = [0, 0, 0, 0];
  let [count, all] = [0, 0];
  for (let y = top; y < Math.min(top + factor, height); y++)
    for (let x = left; x < Math.min(left + factor, width); x++) {
      const at = 4 * (y * width + x);
      all++;
      if ((data[at + 3] ?? 0) < alpha) continue;
      count++;
      for (let i = 0; i < 4; i++) sums[i] = (sums[i] ?? 0) + (data[at + i] ?? 0);
    }
  const counted = count >= LEAST_SHARE * all ? count : Infinity;
  return sums.map((sum) => Math.round(sum / counted));
}
