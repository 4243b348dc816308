// Files that every engine decodes, with what they must give, and files that each must refuse.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodePng, ROOT } from '../harness.mjs';
import { CMYK_WHITE, P3, png, withOrientation } from '../picture-files.mjs';

const data = (path) => readFileSync(join(ROOT, 'tests', 'data', path));
const jpeg = data('jpeg/baseline-444.jpg');
const crop = data('crops/A000366.png');
const LEVELS = [0, 0x1234, 0x80ff, 0xffff];
/** (153, 102, 77) of Display P3 in sRGB. */
const P3_IN_SRGB = [162, 99, 72, 255];

/** By name: the bytes, the size, and the first pixels where they are known. */
export const FILES = {
  JPEG: { bytes: jpeg, expected: { size: [90, 66], pixels: [] } },
  'JPEG, 4:2:0': { bytes: data('jpeg/baseline-420.jpg'), expected: { size: [90, 66], pixels: [] } },
  'JPEG, progressive': {
    bytes: data('jpeg/grey-progressive.jpg'),
    expected: { size: [90, 66], pixels: [] },
  },
  'JPEG, turned by EXIF': {
    bytes: withOrientation(jpeg, 6),
    expected: { size: [66, 90], pixels: [] },
  },
  'JPEG, CMYK': { bytes: data('jpeg/cmyk.jpg'), expected: { size: [40, 32], pixels: [] } },
  'JPEG, CMYK without ink': {
    bytes: CMYK_WHITE,
    expected: { size: [8, 8], pixels: [255, 255, 255, 255] },
  },
  'PNG, Display P3': { bytes: P3, expected: { size: [4, 4], pixels: P3_IN_SRGB } },
  'PNG, 16 bits': {
    bytes: png({ bits: 16, width: 4, height: 1, rows: [LEVELS.flatMap((v) => [v >> 8, v & 255])] }),
    expected: {
      size: [4, 1],
      pixels: LEVELS.flatMap((v) => [v / 257, v / 257, v / 257, 255]),
    },
  },
};

/** A PNG of many colours and degrees of transparency: { bytes, data }. */
export function halfTransparent() {
  const [width, height] = [24, 20];
  const data = Array.from({ length: 4 * width * height }, (_, i) =>
    i % 4 === 3 ? 24 + ((7 * i) % 232) : (i * i + 31 * i) % 256,
  );
  return { bytes: encodePng({ width, height, data }), data };
}

/** The smallest WebP there is, of one pixel, and a byte more that it says to have. */
const WEBP = Buffer.from('UklGRiUAAABXRUJQVlA4TBgAAAAvAAAAAAfQ//73v/+BiOh/AAA=', 'base64');

export const INCOMPLETE = {
  'half a JPEG': jpeg.subarray(0, jpeg.length / 2),
  'a JPEG without its end': jpeg.subarray(0, -2),
  'half a PNG': crop.subarray(0, crop.length / 2),
  'a PNG without its end': crop.subarray(0, -4),
  'a WebP without its end': WEBP,
};
