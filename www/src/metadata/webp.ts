// Metadata in WebP files: chunks of a RIFF file.

import { bytesOf, joined, latin1, viewOf, type Bytes } from './bytes.js';
import type { Metadata } from './metadata.js';
import type { Size } from '../vocabulary.js';

interface Chunk {
  readonly type: string;
  readonly data: Bytes;
}

const HEADER_BYTES = 12;
/** Bits of the first byte of VP8X. */
const HAS_PROFILE = 0x20;
const HAS_ALPHA = 0x10;
const HAS_EXIF = 0x08;
const HAS_XMP = 0x04;
/** Of a lossless picture's fifth byte. */
const LOSSLESS_ALPHA = 0x10;

export const isWebp = (bytes: Uint8Array): boolean =>
  latin1(bytes.subarray(0, 4)) === 'RIFF' && latin1(bytes.subarray(8, 12)) === 'WEBP';

function chunks(bytes: Bytes): Chunk[] {
  const view = viewOf(bytes);
  const found: Chunk[] = [];
  for (let at = HEADER_BYTES; at + 8 <= bytes.length;) {
    const length = view.getUint32(at + 4, true);
    if (at + 8 + length > bytes.length) break;
    const data = bytes.subarray(at + 8, at + 8 + length);
    found.push({ type: latin1(bytes.subarray(at, at + 4)), data });
    at += 8 + length + (length % 2);
  }
  return found;
}

export function readWebp(bytes: Bytes): Metadata {
  const all = chunks(bytes);
  const first = (type: string): Bytes | undefined => all.find((each) => each.type === type)?.data;
  const exif = first('EXIF');
  const icc = first('ICCP');
  const xmp = first('XMP ');
  return {
    // Some writers begin it as JPEG files do.
    ...(exif && { exif: latin1(exif.subarray(0, 4)) === 'Exif' ? exif.subarray(6) : exif }),
    ...(icc && { icc }),
    ...(xmp && { xmp: new TextDecoder().decode(xmp) }),
  };
}

/** The file with this metadata in place of its own. A profile of its own stays. */
export function writeWebp(bytes: Bytes, metadata: Metadata, size: Size): Bytes {
  const all = chunks(bytes);
  const own = all.filter(({ type }) => !['VP8X', 'EXIF', 'XMP ', 'ICCP'].includes(type));
  const first = (type: string): Bytes | undefined => all.find((each) => each.type === type)?.data;
  const icc = first('ICCP') ?? metadata.icc;
  const { exif, xmp } = metadata;
  const lossless = first('VP8L');
  const oldFlags = first('VP8X')?.[0] ?? 0;
  const isTransparent = lossless ? ((lossless[4] ?? 0) & LOSSLESS_ALPHA) > 0 : false;
  const flags =
    (isTransparent ? HAS_ALPHA : oldFlags & HAS_ALPHA) |
    (icc ? HAS_PROFILE : 0) |
    (exif ? HAS_EXIF : 0) |
    (xmp === undefined ? 0 : HAS_XMP);
  const description = [flags, 0, 0, 0, ...triple(size.width - 1), ...triple(size.height - 1)];
  const written = [
    { type: 'VP8X', data: Uint8Array.from(description) },
    ...(icc ? [{ type: 'ICCP', data: icc }] : []),
    ...own,
    ...(exif ? [{ type: 'EXIF', data: exif }] : []),
    ...(xmp === undefined ? [] : [{ type: 'XMP ', data: new TextEncoder().encode(xmp) }]),
  ].map(riffChunk);
  const body = joined(bytesOf('WEBP'), ...written);
  return joined(bytesOf('RIFF'), littleLong(body.length), body);
}

const riffChunk = ({ type, data }: Chunk): Bytes =>
  joined(bytesOf(type), littleLong(data.length), data, data.length % 2 ? [0] : []);

/** Little-endian, of 24 bits. */
const triple = (value: number): readonly number[] => [
  value & 255,
  (value >> 8) & 255,
  (value >> 16) & 255,
];

const littleLong = (value: number): readonly number[] => [...triple(value), value >>> 24];
