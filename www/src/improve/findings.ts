// What was found in a photo.

import type { Candidate } from '../blur/candidate.js';
import type { FoundScratches } from '../scratches/search-worker.js';
import type { Size } from '../vocabulary.js';

/** A JPEG of better quality has lost nothing that can be seen. */
export const GOOD_QUALITY = 75;
/** Less grain than this is hardly seen, in 8-bit levels. */
export const LEAST_GRAIN = 3;
/** What JPEG has lost of a photo that is none any more, in 8-bit levels: less is hardly seen. */
export const LEAST_COMPRESSION = 5;

export interface Findings {
  readonly size: Size;
  readonly isGrey: boolean;
  /** Of the file, from 1 to 100; undefined where it is no JPEG. */
  readonly jpegQuality: number | undefined;
  /** In 8-bit levels; undefined until it is measured, or where it cannot be. */
  readonly grain?: number;
  /** The noise that stands for what JPEG has lost, now or before; as the pixels tell it. */
  readonly compression?: number;
  /** Grain and what JPEG has lost, together. */
  readonly loss?: number;
  readonly scratches?: FoundScratches;
  readonly blur?: FoundBlur;
  readonly isComplete: boolean;
}

export interface FoundBlur {
  readonly candidate: Candidate;
  /** The parameter of its kind, in pixels. */
  readonly size: number;
  /** The probability that the photo is sharp. */
  readonly sharp: number;
}
