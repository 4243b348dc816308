import type { CoreHints, Pixels } from '../../shared/requests.js';

/** Alpha from here on is painted. */
const PAINTED = 128;
/** Pixels that are reduced at once, in a few milliseconds. */
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
  return reduced(photo, factor, () => true, unlessAborted);
}

/** The same of hints: a block is painted where one of its pixels is, in their mean colour. */
export async function reducedHints(
  { colours, noise }: CoreHints,
  factor: number,
  unlessAborted: () => void,
): Promise<CoreHints> {
  const isPainted = (alpha: number): boolean => alpha >= PAINTED;
  const small = await reduced(colours, factor, isPainted, unlessAborted);
  return { colours: small, ...(noise !== undefined && { noise }) };
}

/** @param counts whether a pixel of this alpha counts. A block without one is transparent. */
async function reduced(
  pixels: Pixels,
  factor: number,
  counts: (alpha: number) => boolean,
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
      data.set(blockMean(pixels, x * factor, y * factor, factor, counts), 4 * (y * width + x));
  }
  return { data, width, height };
}

function blockMean(
  { data, width, height }: Pixels,
  left: number,
  top: number,
  factor: number,
  counts: (alpha: number) => boolean,
): number[] {
  const sums = [0, 0, 0, 0];
  let count = 0;
  for (let y = top; y < Math.min(top + factor, height); y++)
    for (let x = left; x < Math.min(left + factor, width); x++) {
      const at = 4 * (y * width + x);
      if (!counts(data[at + 3] ?? 0)) continue;
      count++;
      for (let i = 0; i < 4; i++) sums[i] = (sums[i] ?? 0) + (data[at + i] ?? 0);
    }
  return sums.map((sum) => Math.round(sum / Math.max(count, 1)));
}
