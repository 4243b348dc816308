// The photo as the camera saw it: the largest JPEG that lies in a RAW file, whatever container the
// maker has chosen.

import type { Bytes } from '../metadata/bytes.js';
import { viewOf } from '../metadata/bytes.js';
import { exifFor, orientationOf } from '../metadata/exif.js';
import { readJpeg, writeJpeg } from '../metadata/jpeg.js';
import type { Size } from '../vocabulary.js';

interface Found extends Size {
  readonly start: number;
  readonly end: number;
}

const MARKER = 0xff;
const START = 0xd8;
const END = 0xd9;
const SCAN = 0xda;
/** Baseline and progressive pictures. The sensor's own data may be a lossless JPEG, 0xc3. */
const FRAMES: ReadonlySet<number> = new Set([0xc0, 0xc1, 0xc2]);
const OTHER_FRAMES: ReadonlySet<number> = new Set([0xc3, 0xc9, 0xca, 0xcb]);
const isRestart = (marker: number): boolean => marker >= 0xd0 && marker <= 0xd7;

/** @throws Error if there is none. */
export function previewOf(bytes: Bytes): Blob {
  let best: Found | undefined;
  for (let at = bytes.indexOf(MARKER); at >= 0; at = bytes.indexOf(MARKER, at + 1)) {
    if (bytes[at + 1] !== START || bytes[at + 2] !== MARKER) continue;
    const found = jpegAt(bytes, at);
    if (!found) continue;
    if (!best || found.width * found.height > best.width * best.height) best = found;
    at = found.end - 1;
  }
  if (!best) throw new Error('There is no JPEG in this file.');
  const jpeg = bytes.subarray(best.start, best.end);
  return new Blob([turned(jpeg, best, bytes)], { type: 'image/jpeg' });
}

/** The JPEG that begins there; undefined if it is none, or has no end. */
function jpegAt(bytes: Bytes, start: number): Found | undefined {
  const view = viewOf(bytes);
  let size: Size | undefined;
  for (let at = start + 2; at + 9 < bytes.length;) {
    if (bytes[at] !== MARKER) return undefined;
    const marker = bytes[at + 1] ?? 0;
    if (marker === END) return size && { ...size, start, end: at + 2 };
    if (OTHER_FRAMES.has(marker)) return undefined;
    if (FRAMES.has(marker))
      size = { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    at += 2 + view.getUint16(at + 2);
    if (marker === SCAN) at = scanEnd(bytes, at);
  }
  const hasEnd = bytes.at(-2) === MARKER && bytes.at(-1) === END;
  return hasEnd && size ? { ...size, start, end: bytes.length } : undefined;
}

/** Where the next segment begins. */
function scanEnd(bytes: Bytes, from: number): number {
  for (let at = bytes.indexOf(MARKER, from); at >= 0; at = bytes.indexOf(MARKER, at + 1)) {
    const marker = bytes[at + 1] ?? 0;
    if (marker !== 0 && marker !== MARKER && !isRestart(marker)) return at;
  }
  return bytes.length;
}

/** With the RAW file's EXIF, which says how it is turned, where the JPEG has none. */
function turned(jpeg: Bytes, { width, height }: Size, raw: Bytes): Bytes {
  const metadata = readJpeg(jpeg);
  if (metadata.exif) return jpeg;
  const truth = { width, height, orientation: orientationOf(raw), keepsLocation: true };
  const exif = exifFor(raw, truth);
  return exif ? writeJpeg(jpeg, { ...metadata, exif }) : jpeg;
}
