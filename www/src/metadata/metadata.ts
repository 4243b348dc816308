// What a file says of its photo, beside the pixels.

import type { Bytes } from './bytes.js';
import type { KnownSpace } from './profile.js';

export interface Metadata {
  /** A TIFF structure without a picture. */
  readonly exif?: Bytes;
  /** The packet's text. */
  readonly xmp?: string;
  /** The records of IPTC's Information Interchange Model. */
  readonly iptc?: Bytes;
  /** The colour profile. */
  readonly icc?: Bytes;
  /** The colour space, where it is named: it counts before the profile. */
  readonly space?: KnownSpace;
  readonly density?: Density;
}

/** Dots per inch. */
export interface Density {
  readonly x: number;
  readonly y: number;
}

/** What must be true of the metadata of a saved picture. */
export interface Truth {
  /** Of the pixels as they are stored. */
  readonly width: number;
  readonly height: number;
  /** How the pixels are to be turned, as EXIF counts: 1 is upright. */
  readonly orientation: number;
  readonly keepsLocation: boolean;
  /** Whether the colours are in another space than sRGB. */
  readonly isWide?: boolean;
}

export const INCH_IN_CENTIMETRES = 2.54;
export const INCH_IN_METRES = INCH_IN_CENTIMETRES / 100;
