/**
 * Whether a picture's file is all there.
 *
 * Chromium refuses a file that is cut short. Firefox decodes its beginning, and WebKit gives
 * transparent pixels, both without an error: so the file's own structure is looked at. No package
 * does that without decoding the picture.
 */
import { bytesOf } from './file-bytes.js';

type Bytes = Uint8Array<ArrayBuffer>;

/** What the bytes of a format have at an offset, and how its files end. */
interface Format {
  readonly offset: number;
  readonly signature: string;
  readonly isComplete: (bytes: Bytes) => boolean;
}

const FORMATS: readonly Format[] = [
  { offset: 0, signature: '\xff\xd8', isComplete: isCompleteJpeg },
  { offset: 0, signature: '\x89PNG', isComplete: isCompletePng },
  { offset: 8, signature: 'WEBP', isComplete: isCompleteWebp },
  // AVIF and HEIC.
  { offset: 4, signature: 'ftyp', isComplete: hasCompleteBoxes },
];
/** The bytes that tell the format. */
const START = 12;

/**
 * False for a JPEG, PNG, WebP, AVIF or HEIC that ends too early. Any other file is the browser's to
 * judge: true.
 *
 * @throws EpsError `undecodable-image` if the file cannot be read.
 */
export async function isCompleteFile(file: Blob): Promise<boolean> {
  const start = await bytesOf(file, START);
  const format = FORMATS.find(
    ({ offset, signature }) => textAt(start, offset, signature.length) === signature,
  );
  return format?.isComplete(await bytesOf(file)) ?? true;
}

/** Goes from marker to marker: a preview inside a segment has markers of its own. */
function isCompleteJpeg(bytes: Bytes): boolean {
  for (let at = bytes.indexOf(0xff); at >= 0; at = bytes.indexOf(0xff, at)) {
    const marker = bytes[at + 1];
    if (marker === undefined) return false;
    if (marker === 0xd9) return true;
    if (marker === 0xff) at += 1;
    else at += 2 + (hasLength(marker) ? lengthAt(bytes, at + 2) : 0);
  }
  return false;
}

/** The length of a segment; too long for any file where the file ends here. */
function lengthAt(bytes: Bytes, at: number): number {
  return at + 2 <= bytes.length ? view(bytes).getUint16(at) : Infinity;
}

/** Not a zero after a byte 255 of data, nor a marker that stands alone. */
function hasLength(marker: number): boolean {
  return marker > 0x01 && !(marker >= 0xd0 && marker <= 0xd8);
}

function isCompletePng(bytes: Bytes): boolean {
  for (let at = 8; at + 12 <= bytes.length; at += 12 + view(bytes).getUint32(at))
    if (textAt(bytes, at + 4, 4) === 'IEND') return true;
  return false;
}

function isCompleteWebp(bytes: Bytes): boolean {
  return 8 + view(bytes).getUint32(4, true) <= bytes.length;
}

/** Boxes of ISO 14496-12, one after the other. The last may reach up to the end of the file. */
function hasCompleteBoxes(bytes: Bytes): boolean {
  let at = 0;
  while (at + 8 <= bytes.length) {
    const size = view(bytes).getUint32(at);
    // 0: up to the end. 1: a size of 64 bits follows.
    if (size < 8) return true;
    at += size;
  }
  return at <= bytes.length;
}

function view({ buffer }: Bytes): DataView<ArrayBuffer> {
  return new DataView(buffer);
}

function textAt(bytes: Bytes, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}
