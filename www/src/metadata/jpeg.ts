// Metadata in JPEG files: segments before the picture.

import { bytesOf, joined, startsWith, viewOf, word, type Bytes } from './bytes.js';
import { iptcWithin, resourcesOf } from './iptc.js';
import { INCH_IN_CENTIMETRES, type Density, type Metadata } from './metadata.js';

interface Segment {
  readonly marker: number;
  readonly body: Bytes;
}

const APP0 = 0xe0;
const APP1 = 0xe1;
const APP2 = 0xe2;
const APP13 = 0xed;
const SCAN = 0xda;
const JFIF = bytesOf('JFIF\0');
const EXIF = bytesOf('Exif\0\0');
const XMP = bytesOf('http://ns.adobe.com/xap/1.0/\0');
const ICC = bytesOf('ICC_PROFILE\0');
const PHOTOSHOP = bytesOf('Photoshop 3.0\0');
/** Bytes of a segment beside its length. */
const LONGEST_BODY = 65533;
const LONGEST_ICC = LONGEST_BODY - ICC.length - 2;
/** JFIF's units of density. */
const INCHES = 1;
const CENTIMETRES = 2;

export const isJpeg = (bytes: Uint8Array): boolean => bytes[0] === 0xff && bytes[1] === 0xd8;

/** The segments before the picture, and where the rest begins. */
function segments(bytes: Bytes): { readonly head: Segment[]; readonly end: number } {
  const head: Segment[] = [];
  const view = viewOf(bytes);
  let at = 2;
  while (at + 4 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) {
      at++; // a byte of filling
      continue;
    }
    const length = view.getUint16(at + 2);
    if (marker === SCAN || length < 2 || at + 2 + length > bytes.length) break;
    head.push({ marker, body: bytes.subarray(at + 4, at + 2 + length) });
    at += 2 + length;
  }
  return { head, end: at };
}

const bodyOf = (head: readonly Segment[], marker: number, start: Uint8Array): Bytes | undefined => {
  const found = head.find((each) => each.marker === marker && startsWith(each.body, start));
  return found?.body.subarray(start.length);
};

export function readJpeg(bytes: Bytes): Metadata {
  const { head } = segments(bytes);
  const exif = bodyOf(head, APP1, EXIF);
  const xmp = bodyOf(head, APP1, XMP);
  const resources = bodyOf(head, APP13, PHOTOSHOP);
  const iptc = resources && iptcWithin(resources);
  const icc = profileOf(head);
  const density = densityOf(bodyOf(head, APP0, JFIF));
  return {
    ...(exif && { exif }),
    ...(xmp && { xmp: new TextDecoder().decode(xmp) }),
    ...(iptc && { iptc }),
    ...(icc && { icc }),
    ...(density && { density }),
  };
}

/** The profile put together from its segments; none where one is missing. */
function profileOf(head: readonly Segment[]): Bytes | undefined {
  const chunks = head
    .filter(({ marker, body }) => marker === APP2 && startsWith(body, ICC))
    .map(({ body }) => body.subarray(ICC.length))
    .sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0));
  const isWhole = chunks.every((chunk, i) => chunk[0] === i + 1 && chunk[1] === chunks.length);
  return chunks.length > 0 && isWhole ? joined(...chunks.map((c) => c.subarray(2))) : undefined;
}

function densityOf(jfif: Uint8Array | undefined): Density | undefined {
  if (!jfif || jfif.length < 7) return undefined;
  const view = viewOf(jfif);
  const unit = jfif[2];
  const scale = unit === INCHES ? 1 : unit === CENTIMETRES ? INCH_IN_CENTIMETRES : 0;
  const density = { x: scale * view.getUint16(3), y: scale * view.getUint16(5) };
  return density.x > 0 && density.y > 0 ? density : undefined;
}

/**
 * The file with this metadata in place of its own. A profile of its own stays: it says what its
 * pixels are. What no segment holds, a text of 64 kB, is left out.
 */
export function writeJpeg(bytes: Bytes, metadata: Metadata): Bytes {
  const { head, end } = segments(bytes);
  const isReplaced = ({ marker, body }: Segment): boolean =>
    (marker === APP1 && (startsWith(body, EXIF) || startsWith(body, XMP))) ||
    (marker === APP13 && startsWith(body, PHOTOSHOP));
  const isJfif = ({ marker, body }: Segment): boolean => marker === APP0 && startsWith(body, JFIF);
  const own = head.filter((segment) => !isReplaced(segment));
  const ownProfile = profileOf(head);
  const { exif, xmp, iptc, icc, density } = metadata;
  const jfif = own.filter(isJfif).map((segment) => withDensity(segment, density));
  const added: Segment[] = [
    ...(exif ? [segment(APP1, EXIF, exif)] : []),
    ...(xmp ? [segment(APP1, XMP, new TextEncoder().encode(xmp))] : []),
    ...(icc && !ownProfile ? profileSegments(icc) : []),
    ...(iptc ? [segment(APP13, PHOTOSHOP, resourcesOf(iptc))] : []),
  ].filter(({ body }) => body.length <= LONGEST_BODY);
  const all = [...jfif, ...added, ...own.filter((segment) => !isJfif(segment))];
  return joined(bytes.subarray(0, 2), ...all.map(written), bytes.subarray(end));
}

const segment = (marker: number, start: Uint8Array, rest: Uint8Array): Segment => ({
  marker,
  body: joined(start, rest),
});

function profileSegments(icc: Uint8Array): Segment[] {
  const count = Math.ceil(icc.length / LONGEST_ICC);
  return Array.from({ length: count }, (_, i) => {
    const part = icc.subarray(i * LONGEST_ICC, (i + 1) * LONGEST_ICC);
    return segment(APP2, ICC, joined([i + 1, count], part));
  });
}

function withDensity({ marker, body }: Segment, density: Density | undefined): Segment {
  if (!density || body.length < JFIF.length + 7) return { marker, body };
  const changed = body.slice();
  const dots = [density.x, density.y].map((value) => word(Math.min(65535, Math.round(value))));
  changed.set([INCHES, ...dots.flat()], JFIF.length + 2);
  return { marker, body: changed };
}

const written = ({ marker, body }: Segment): Bytes =>
  joined([0xff, marker], word(body.length + 2), body);
