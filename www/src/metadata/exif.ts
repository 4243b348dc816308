// EXIF: a TIFF structure without a picture. It is read and written anew: what is left out, such as
// the thumbnail, leaves no trace.

import { joined, latin1, viewOf, type Bytes } from './bytes.js';
import { INCH_IN_CENTIMETRES, type Density, type Truth } from './metadata.js';

interface Entry {
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  /** In the byte order of the structure. */
  readonly value: Uint8Array;
}

/** The directories that are carried. Others lie in what is left out. */
interface Exif {
  readonly isLittle: boolean;
  readonly main: readonly Entry[];
  readonly photo: readonly Entry[];
  readonly gps: readonly Entry[];
}

/** Bytes of a value of each type, from 1 to 13. */
const TYPE_BYTES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4];
const SHORT = 3;
const LONG = 4;
const RATIONAL = 5;
/** Other directories are not followed, so that none can lead in a circle. */
const MOST_ENTRIES = 1000;

const ORIENTATION = 0x0112;
const X_RESOLUTION = 0x011a;
const Y_RESOLUTION = 0x011b;
const RESOLUTION_UNIT = 0x0128;
const PHOTO_DIRECTORY = 0x8769;
const GPS_DIRECTORY = 0x8825;
const COLOUR_SPACE = 0xa001;
const WIDTH = 0xa002;
const HEIGHT = 0xa003;
const SRGB = 1;
const UNCALIBRATED = 0xffff;
const CENTIMETRES = 3;
const INCHES = 2;

/**
 * What describes the photo, of the main directory: document name, description, make, model,
 * orientation, resolution, software, date, artist, computer, ratings, copyright, and Windows's
 * texts. The rest tells where a picture lies in the file, or is unknown.
 */
const MAIN_TAGS: ReadonlySet<number> = new Set([
  0x010d,
  0x010e,
  0x010f,
  0x0110,
  ORIENTATION,
  X_RESOLUTION,
  Y_RESOLUTION,
  RESOLUTION_UNIT,
  0x0131,
  0x0132,
  0x013b,
  0x013c,
  0x4746,
  0x4749,
  0x8298,
  0x9c9b,
  0x9c9c,
  0x9c9d,
  0x9c9e,
  0x9c9f,
]);
/** The standard's tags of the photo's directory, from the exposure time to the gamma. */
const FIRST_PHOTO_TAG = 0x829a;
const LAST_PHOTO_TAG = 0xa500;
/**
 * The maker's note has previews of its own, and offsets that hold in the old file alone; the other
 * two are a directory for interoperability, which names the colour space, and the sound file.
 */
const LEFT_OUT: ReadonlySet<number> = new Set([0x927c, 0xa005, 0xa004]);

/** The structure with its directories; undefined if it is damaged. */
function parse(bytes: Uint8Array): Exif | undefined {
  const order = latin1(bytes.subarray(0, 2));
  if (order !== 'II' && order !== 'MM') return undefined;
  const isLittle = order === 'II';
  const view = viewOf(bytes);
  try {
    if (view.getUint16(2, isLittle) !== 42) return undefined;
    const main = entriesAt(bytes, view.getUint32(4, isLittle), isLittle);
    const at = (tag: number): readonly Entry[] => {
      const pointer = main.find((entry) => entry.tag === tag);
      if (!pointer) return [];
      return entriesAt(bytes, viewOf(pointer.value).getUint32(0, isLittle), isLittle);
    };
    return { isLittle, main, photo: at(PHOTO_DIRECTORY), gps: at(GPS_DIRECTORY) };
  } catch (error) {
    if (error instanceof RangeError) return undefined; // it points beyond its end
    throw error;
  }
}

/** @throws RangeError beyond the end. */
function entriesAt(bytes: Uint8Array, offset: number, isLittle: boolean): Entry[] {
  const view = viewOf(bytes);
  const count = Math.min(MOST_ENTRIES, view.getUint16(offset, isLittle));
  const entries: Entry[] = [];
  for (let i = 0; i < count; i++) {
    const at = offset + 2 + 12 * i;
    const type = view.getUint16(at + 2, isLittle);
    const values = view.getUint32(at + 4, isLittle);
    const length = (TYPE_BYTES[type] ?? 0) * values;
    const from = length > 4 ? view.getUint32(at + 8, isLittle) : at + 8;
    // An unknown type, or a value that lies beyond the end.
    if (length === 0 || from + length > bytes.length) continue;
    entries.push({
      tag: view.getUint16(at, isLittle),
      type,
      count: values,
      value: bytes.slice(from, from + length),
    });
  }
  return entries;
}

export function orientationOf(bytes: Uint8Array): number {
  const exif = parse(bytes);
  const entry = exif?.main.find(({ tag }) => tag === ORIENTATION);
  if (!exif || entry?.type !== SHORT) return 1;
  const value = viewOf(entry.value).getUint16(0, exif.isLittle);
  return value >= 1 && value <= 8 ? value : 1;
}

export function densityOf(bytes: Uint8Array): Density | undefined {
  const exif = parse(bytes);
  if (!exif) return undefined;
  const { main, isLittle } = exif;
  const entry = (tag: number, type: number): DataView | undefined => {
    const found = main.find((each) => each.tag === tag && each.type === type);
    return found && viewOf(found.value);
  };
  const unit = entry(RESOLUTION_UNIT, SHORT)?.getUint16(0, isLittle) ?? INCHES;
  const scale = unit === CENTIMETRES ? INCH_IN_CENTIMETRES : 1;
  const ratio = (view: DataView | undefined): number =>
    view ? (scale * view.getUint32(0, isLittle)) / view.getUint32(4, isLittle) : NaN;
  const density = {
    x: ratio(entry(X_RESOLUTION, RATIONAL)),
    y: ratio(entry(Y_RESOLUTION, RATIONAL)),
  };
  const isUsable = unit !== 1 && density.x > 0 && density.y > 0 && density.x + density.y < Infinity;
  return isUsable ? density : undefined;
}

export const hasGps = (bytes: Uint8Array): boolean => (parse(bytes)?.gps.length ?? 0) > 0;

/**
 * The structure for a saved picture: with its size, orientation and colour space, without
 * thumbnail, maker's note and, where that is wished, location. Undefined if it is damaged.
 *
 * @param density for structures that do not tell it.
 */
export function exifFor(
  bytes: Uint8Array | undefined,
  truth: Truth,
  density?: Density,
): Bytes | undefined {
  const exif = bytes ? parse(bytes) : { isLittle: false, main: [], photo: [], gps: [] };
  if (!exif) return undefined;
  const { isLittle } = exif;
  const short = (tag: number, value: number): Entry => numbers(tag, SHORT, [value], isLittle);
  const pixels = (tag: number, value: number): Entry => numbers(tag, LONG, [value], isLittle);
  const main = replaced(
    exif.main.filter(({ tag }) => MAIN_TAGS.has(tag)),
    [short(ORIENTATION, truth.orientation)],
  );
  if (density && !main.some(({ tag }) => tag === X_RESOLUTION))
    main.push(
      numbers(X_RESOLUTION, RATIONAL, [Math.round(100 * density.x), 100], isLittle),
      numbers(Y_RESOLUTION, RATIONAL, [Math.round(100 * density.y), 100], isLittle),
      short(RESOLUTION_UNIT, INCHES),
    );
  const photo = replaced(
    exif.photo.filter(
      ({ tag }) => tag >= FIRST_PHOTO_TAG && tag <= LAST_PHOTO_TAG && !LEFT_OUT.has(tag),
    ),
    [
      short(COLOUR_SPACE, truth.isWide ? UNCALIBRATED : SRGB),
      pixels(WIDTH, truth.width),
      pixels(HEIGHT, truth.height),
    ],
  );
  return written({ isLittle, main, photo, gps: truth.keepsLocation ? exif.gps : [] });
}

const replaced = (entries: readonly Entry[], by: readonly Entry[]): Entry[] => [
  ...entries.filter(({ tag }) => !by.some((entry) => entry.tag === tag)),
  ...by,
];

/** An entry of one value, which a RATIONAL writes as two numbers. */
function numbers(tag: number, type: number, values: readonly number[], isLittle: boolean): Entry {
  const size = type === SHORT ? 2 : 4;
  const value = new Uint8Array(size * values.length);
  values.forEach((each, i) => {
    if (type === SHORT) viewOf(value).setUint16(2 * i, each, isLittle);
    else viewOf(value).setUint32(4 * i, each, isLittle);
  });
  return { tag, type, count: 1, value };
}

function written({ isLittle, main, photo, gps }: Exif): Bytes {
  const header = new Uint8Array(8);
  header.fill((isLittle ? 'I' : 'M').charCodeAt(0), 0, 2);
  viewOf(header).setUint16(2, 42, isLittle);
  viewOf(header).setUint32(4, header.length, isLittle);
  const pointer = (tag: number, to: number): Entry => numbers(tag, LONG, [to], isLittle);
  const mainAt = (photoAt: number, gpsAt: number): Bytes => {
    const pointers = [pointer(PHOTO_DIRECTORY, photoAt)];
    if (gps.length > 0) pointers.push(pointer(GPS_DIRECTORY, gpsAt));
    return directory([...main, ...pointers], header.length, isLittle);
  };
  // The length does not depend on where the pointers lead.
  const photoAt = header.length + mainAt(0, 0).length;
  const photoBytes = directory(photo, photoAt, isLittle);
  const gpsAt = photoAt + photoBytes.length;
  const gpsBytes = gps.length > 0 ? directory(gps, gpsAt, isLittle) : [];
  return joined(header, mainAt(photoAt, gpsAt), photoBytes, gpsBytes);
}

/** A directory, with the values that do not fit into its entries behind it. */
function directory(entries: readonly Entry[], at: number, isLittle: boolean): Bytes {
  const sorted = [...entries].sort((a, b) => a.tag - b.tag);
  const head = new Uint8Array(2 + 12 * sorted.length + 4);
  const view = viewOf(head);
  view.setUint16(0, sorted.length, isLittle);
  const values: Uint8Array[] = [];
  let end = at + head.length;
  sorted.forEach(({ tag, type, count, value }, i) => {
    const entry = 2 + 12 * i;
    view.setUint16(entry, tag, isLittle);
    view.setUint16(entry + 2, type, isLittle);
    view.setUint32(entry + 4, count, isLittle);
    if (value.length <= 4) {
      head.set(value, entry + 8);
      return;
    }
    view.setUint32(entry + 8, end, isLittle);
    // Values begin at even places.
    const padded = joined(value, value.length % 2 ? [0] : []);
    values.push(padded);
    end += padded.length;
  });
  return joined(head, ...values);
}
