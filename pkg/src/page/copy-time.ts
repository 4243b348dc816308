import type { CopyTask } from '../shared/requests.js';

/** Seconds of the smallest hole's fill, and of the part that grows with the hole. */
const LEAST = 0.4;
const MOST = 6;
/** The pixels of a hole whose fill takes half of {@link MOST}: wider ones are labelled coarsely. */
const HALF = 25_000;

/** Seconds that fills of a hole from the photo take on one thread of a recent processor. */
export function copySeconds({ mask }: CopyTask, fills: number): number {
  let missing = 0;
  for (const value of mask.data) if (value !== 0) missing++;
  return fills * (LEAST + (MOST * missing) / (missing + HALF));
}
