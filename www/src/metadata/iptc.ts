// IPTC's Information Interchange Model: a list of records, in Photoshop's resources of a JPEG.

import { bytesOf, joined, latin1, long, viewOf, word, type Bytes } from './bytes.js';

interface Dataset {
  readonly record: number;
  readonly number: number;
  readonly value: Uint8Array;
}

const RESOURCE = bytesOf('8BIM');
const IPTC_RESOURCE = 0x0404;
const MARKER = 0x1c;
const APPLICATION = 2;
/** Of lengths that take more than two bytes: no text is so long. */
const EXTENDED = 0x8000;
/** The escape sequence for UTF-8, in record 1, number 90. */
const UTF8 = '\x1b%G';
/** Content location, city, sublocation, province, country's code and name. */
const PLACES: ReadonlySet<number> = new Set([26, 27, 90, 92, 95, 100, 101]);

/** The records within Photoshop's resources. */
export function iptcWithin(resources: Uint8Array): Bytes | undefined {
  const view = viewOf(resources);
  for (let at = 0; at + 12 <= resources.length;) {
    if (latin1(resources.subarray(at, at + 4)) !== '8BIM') return undefined;
    // A name with its length, padded to an even number of bytes.
    const nameLength = 1 + (resources[at + 6] ?? 0);
    const sizeAt = at + 6 + nameLength + (nameLength % 2);
    if (sizeAt + 4 > resources.length) return undefined;
    const size = view.getUint32(sizeAt);
    const start = sizeAt + 4;
    if (view.getUint16(at + 4) === IPTC_RESOURCE) return resources.slice(start, start + size);
    at = start + size + (size % 2);
  }
  return undefined;
}

/** Photoshop's resources with these records alone: others hold thumbnails, paths and digests. */
export const resourcesOf = (iptc: Uint8Array): Bytes =>
  joined(
    RESOURCE,
    word(IPTC_RESOURCE),
    [0, 0],
    long(iptc.length),
    iptc,
    iptc.length % 2 ? [0] : [],
  );

function datasets(iptc: Uint8Array): Dataset[] {
  const view = viewOf(iptc);
  const found: Dataset[] = [];
  for (let at = 0; at + 5 <= iptc.length && iptc[at] === MARKER;) {
    const length = view.getUint16(at + 3);
    const start = at + 5;
    if (length >= EXTENDED || start + length > iptc.length) break;
    const value = iptc.slice(start, start + length);
    found.push({ record: iptc[at + 1] ?? 0, number: iptc[at + 2] ?? 0, value });
    at = start + length;
  }
  return found;
}

const isPlace = ({ record, number }: Dataset): boolean =>
  record === APPLICATION && PLACES.has(number);

export const hasPlace = (iptc: Uint8Array): boolean => datasets(iptc).some(isPlace);

export const withoutPlace = (iptc: Uint8Array): Bytes =>
  joined(
    ...datasets(iptc)
      .filter((dataset) => !isPlace(dataset))
      .map(({ record, number, value }) =>
        joined([MARKER, record, number], word(value.length), value),
      ),
  );

/** Texts of the records, for containers that have no place for them. */
export interface IptcTexts {
  readonly title: readonly string[];
  readonly creator: readonly string[];
  readonly rights: readonly string[];
  readonly description: readonly string[];
  readonly subject: readonly string[];
}

export function textsOf(iptc: Uint8Array): IptcTexts {
  const all = datasets(iptc);
  const isUtf8 = all.some(({ record, number, value }) => {
    return record === 1 && number === 90 && latin1(value) === UTF8;
  });
  const decoder = new TextDecoder(isUtf8 ? 'utf-8' : 'latin1');
  const texts = (wanted: number): readonly string[] =>
    all
      .filter(({ record, number }) => record === APPLICATION && number === wanted)
      .map(({ value }) => decoder.decode(value));
  return {
    title: texts(5),
    creator: texts(80),
    rights: texts(116),
    description: texts(120),
    subject: texts(25),
  };
}
