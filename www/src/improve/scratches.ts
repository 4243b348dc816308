// Scratches and dust that are worth mending.

import { cut } from '../picture/pixels.js';
import type { FoundScratches } from '../scratches/search-worker.js';
import { findScratches } from '../scratches/search.js';
import type { Box } from '../vocabulary.js';

/** A thousandth of a clean photo may seem to be damaged: less is left alone. */
const LEAST_SHARE = 0.001;

/**
 * Looks at a part, and at the whole photo only if that part is damaged: a search takes seconds a
 * megapixel.
 *
 * @returns undefined where nothing is worth mending.
 * @throws as {@link findScratches}.
 */
export async function scratchesOf(
  photo: ImageData,
  part: Box,
  signal: AbortSignal,
): Promise<FoundScratches | undefined> {
  const isWhole = part.width === photo.width && part.height === photo.height;
  const first = await findScratches(cut(photo, part), signal);
  if (first.share < LEAST_SHARE) return undefined;
  const found = isWhole ? first : await findScratches(photo, signal);
  return found.share < LEAST_SHARE ? undefined : found;
}
