// TIFF files, by utif2.

import { decode, decodeImage, toRGBA8, type IFD } from 'utif2';
import { latin1, type Bytes } from '../metadata/bytes.js';
import { exifFor, orientationOf } from '../metadata/exif.js';
import type { Picture } from './picture.js';

const WIDTH = 256;
const HEIGHT = 257;
const PROFILE = 34675;

/** The numbers of a tag. */
const valuesOf = (directory: IFD, tag: number): readonly number[] => {
  const values = directory[`t${tag}`];
  return Array.isArray(values) ? values.map(Number) : [];
};

const areaOf = (directory: IFD): number =>
  (valuesOf(directory, WIDTH)[0] ?? 0) * (valuesOf(directory, HEIGHT)[0] ?? 0);

/** The profile; none where it is of other colours than RGB, to which the picture is converted. */
function profileOf(directory: IFD): Bytes | undefined {
  const icc = directory[`t${PROFILE}`];
  if (!(icc instanceof Uint8Array)) return undefined;
  return latin1(icc.subarray(16, 20)) === 'RGB ' ? icc.slice() : undefined;
}

/**
 * The largest picture of a file, as it lies there: its metadata says how it is turned.
 *
 * @throws Error if it cannot be read.
 */
export function readTiff(bytes: Bytes): Picture {
  const [largest] = decode(bytes.buffer).sort((a, b) => areaOf(b) - areaOf(a));
  if (!largest || areaOf(largest) === 0) throw new Error('There is no picture in this file.');
  decodeImage(bytes.buffer, largest);
  const { width, height } = largest;
  const icc = profileOf(largest);
  const rgba = toRGBA8(largest);
  if (rgba.length !== 4 * width * height) throw new Error('A kind of TIFF that is not known.');
  const orientation = orientationOf(bytes);
  const exif = exifFor(bytes, { width, height, orientation, keepsLocation: true });
  return {
    rgba,
    width,
    height,
    metadata: { ...(exif && { exif }), ...(icc && { icc }) },
  };
}
