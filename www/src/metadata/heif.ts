// Metadata in HEIF files, AVIF and HEIC: boxes, in one of which lie items and their properties.

import { bytesOf, joined, latin1, startsWith, viewOf, type Bytes } from './bytes.js';
import type { Metadata } from './metadata.js';
import { spaceOfCodes } from './profile.js';

interface Box {
  readonly type: string;
  readonly body: Bytes;
}

const EXIF = bytesOf('Exif\0\0');
const XMP_TYPE = 'application/rdf+xml';
/** Where the bytes of an item lie: anywhere in the file, or in a box of their own. */
const IN_FILE = 0;
const IN_IDAT = 1;
/** Of what is read of an item's name and the type of its content. */
const MOST_TEXT_BYTES = 1000;

export const isHeif = (bytes: Uint8Array): boolean => latin1(bytes.subarray(4, 8)) === 'ftyp';

/** Reads numbers, big-endian, one after the other. */
class Numbers {
  private at = 0;

  constructor(private readonly bytes: Bytes) {}

  /** @throws RangeError beyond the end. */
  next(length: number): number {
    const view = viewOf(this.bytes);
    let value = 0;
    for (let i = 0; i < length; i++) value = 256 * value + view.getUint8(this.at++);
    return value;
  }

  skip(length: number): void {
    this.at += length;
  }

  rest(): Bytes {
    return this.bytes.subarray(this.at);
  }
}

/** The boxes as far as they are whole. */
function boxes(bytes: Bytes): Box[] {
  const view = viewOf(bytes);
  const found: Box[] = [];
  for (let at = 0; at + 8 <= bytes.length;) {
    const stated = view.getUint32(at);
    const isLong = stated === 1 && at + 16 <= bytes.length;
    const head = isLong ? 16 : 8;
    const rest = bytes.length - at;
    const length = isLong ? Number(view.getBigUint64(at + 8)) : stated === 0 ? rest : stated;
    if (length < head || length > rest) break;
    const type = latin1(bytes.subarray(at + 4, at + 8));
    found.push({ type, body: bytes.subarray(at + head, at + length) });
    at += length;
  }
  return found;
}

const bodyOf = (all: readonly Box[], type: string): Bytes =>
  all.find((each) => each.type === type)?.body ?? new Uint8Array();

export function readHeif(bytes: Bytes): Metadata {
  const meta = boxes(bodyOf(boxes(bytes), 'meta').subarray(4));
  const item = (isWanted: (type: string, content: string) => boolean): Bytes | undefined =>
    ifWhole(() => itemOf(bytes, meta, isWanted));
  const exif = item((type) => type === 'Exif');
  const xmp = item((type, content) => type === 'mime' && content === XMP_TYPE);
  return {
    ...(exif && { exif: tiffOf(exif) }),
    ...(xmp && { xmp: new TextDecoder().decode(xmp) }),
    ...ifWhole(() => coloursOf(meta)),
  };
}

/** What a reader finds; undefined where it comes to the end too soon. */
function ifWhole<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The first four bytes tell where the structure begins, in words that some writers repeat. */
function tiffOf(exif: Bytes): Bytes {
  const numbers = new Numbers(exif);
  numbers.skip(ifWhole(() => numbers.next(4)) ?? 0);
  const tiff = numbers.rest();
  return startsWith(tiff, EXIF) ? tiff.subarray(EXIF.length) : tiff;
}

/** The bytes of the first item that is wanted, by its type and that of its content. */
function itemOf(
  file: Bytes,
  meta: readonly Box[],
  isWanted: (type: string, content: string) => boolean,
): Bytes | undefined {
  const numbers = new Numbers(bodyOf(meta, 'iinf'));
  const isLong = numbers.next(1) > 0;
  numbers.skip(3 + (isLong ? 4 : 2));
  for (const { type, body } of boxes(numbers.rest())) {
    const [version = 0] = body;
    if (type !== 'infe' || version < 2) continue;
    const entry = new Numbers(body.subarray(4));
    const id = entry.next(version === 2 ? 2 : 4);
    entry.skip(2);
    const [kind = '', , content = ''] = textsOf(entry.rest());
    if (isWanted(kind, content)) return contentOf(file, meta, id);
  }
  return undefined;
}

/** The type of an item, its name, and the type of its content. */
function textsOf(bytes: Bytes): string[] {
  const texts = latin1(bytes.subarray(4, MOST_TEXT_BYTES)).split('\0');
  return [latin1(bytes.subarray(0, 4)), ...texts];
}

/** The parts of an item, joined. */
function contentOf(file: Bytes, meta: readonly Box[], wanted: number): Bytes | undefined {
  const numbers = new Numbers(bodyOf(meta, 'iloc'));
  const version = numbers.next(1);
  numbers.skip(3);
  const sizes = numbers.next(2);
  const [ofOffset = 0, ofLength = 0, ofBase = 0, lowest = 0] = [12, 8, 4, 0].map(
    (shift) => (sizes >> shift) & 15,
  );
  const ofIndex = version > 0 ? lowest : 0;
  const count = numbers.next(version < 2 ? 2 : 4);
  for (let i = 0; i < count; i++) {
    const id = numbers.next(version < 2 ? 2 : 4);
    const place = version > 0 ? numbers.next(2) & 15 : IN_FILE;
    const otherFile = numbers.next(2);
    const base = numbers.next(ofBase);
    const parts = numbers.next(2);
    if (id !== wanted) {
      numbers.skip(parts * (ofIndex + ofOffset + ofLength));
      continue;
    }
    if (otherFile > 0 || place > IN_IDAT) return undefined;
    const source = place === IN_IDAT ? bodyOf(meta, 'idat') : file;
    const found: Bytes[] = [];
    let length = 0;
    for (let part = 0; part < parts; part++) {
      numbers.skip(ofIndex);
      const from = base + numbers.next(ofOffset);
      // None means all of it.
      const stated = numbers.next(ofLength) || source.length - from;
      length += stated;
      if (stated < 0 || from + stated > source.length || length > source.length) return undefined;
      found.push(source.subarray(from, from + stated));
    }
    return joined(...found);
  }
  return undefined;
}

/** What the properties of the main picture say of its colours. A profile says it best. */
function coloursOf(meta: readonly Box[]): Metadata {
  const main = new Numbers(bodyOf(meta, 'pitm'));
  const isLong = main.next(1) > 0;
  main.skip(3);
  const properties = propertiesOf(meta, main.next(isLong ? 4 : 2));
  const colours = properties.filter(({ type }) => type === 'colr').map(({ body }) => body);
  const ofKind = (...kinds: readonly string[]): Bytes | undefined =>
    colours.find((body) => kinds.includes(latin1(body.subarray(0, 4))))?.subarray(4);
  const icc = ofKind('prof', 'rICC');
  if (icc) return { icc };
  const codes = ofKind('nclx');
  const view = codes && viewOf(codes);
  const space = view && spaceOfCodes(view.getUint16(0), view.getUint16(2));
  return { ...(space && { space }) };
}

/** The boxes that are assigned to an item. */
function propertiesOf(meta: readonly Box[], wanted: number): Box[] {
  const within = boxes(bodyOf(meta, 'iprp'));
  const all = boxes(bodyOf(within, 'ipco'));
  const found: Box[] = [];
  for (const { type, body } of within) {
    if (type !== 'ipma') continue;
    const numbers = new Numbers(body);
    const version = numbers.next(1);
    // The first bit of each number says whether the property is essential.
    const isWide = (numbers.next(3) & 1) > 0;
    const count = numbers.next(4);
    for (let i = 0; i < count; i++) {
      const id = numbers.next(version > 0 ? 4 : 2);
      const assigned = numbers.next(1);
      for (let k = 0; k < assigned; k++) {
        const index = isWide ? numbers.next(2) & 0x7fff : numbers.next(1) & 0x7f;
        const property = all[index - 1];
        if (id === wanted && property) found.push(property);
      }
    }
  }
  return found;
}
