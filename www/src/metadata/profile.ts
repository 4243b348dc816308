// What colour space a file is in: by the primaries of its ICC profile of RGB and the curve of its
// red, or by code points.

import { latin1, viewOf } from './bytes.js';

export type KnownSpace = 'srgb' | 'display-p3';

/** XYZ of red, green and blue at full, adapted to D50 as profiles have it. */
const PRIMARIES: Readonly<Record<KnownSpace, readonly number[]>> = {
  srgb: [0.436, 0.2225, 0.0139, 0.3851, 0.7169, 0.0971, 0.1431, 0.0606, 0.7141],
  'display-p3': [0.5151, 0.2412, -0.0011, 0.292, 0.6922, 0.0419, 0.1571, 0.0666, 0.7841],
};
export const P3_PRIMARIES = 12;
export const SRGB_TRANSFER = 13;

/** How far writers round them. */
const TOLERANCE = 0.002;
/** Both spaces have the curve of sRGB: its light at half the value. */
const MIDDLE = 0.214;
const MIDDLE_TOLERANCE = 0.002;

/** By the code points of ITU-T H.273; undefined for all but Display P3. */
export const spaceOfCodes = (primaries: number, transfer: number): KnownSpace | undefined =>
  primaries === P3_PRIMARIES && transfer === SRGB_TRANSFER ? 'display-p3' : undefined;

/** Undefined for any other, and for a profile that is damaged. */
export function spaceOf(icc: Uint8Array): KnownSpace | undefined {
  try {
    const found = ['rXYZ', 'gXYZ', 'bXYZ'].flatMap((name) => xyz(icc, name));
    if (Math.abs(lightAtMiddle(icc) - MIDDLE) > MIDDLE_TOLERANCE) return undefined;
    const isLike = (space: KnownSpace): boolean =>
      PRIMARIES[space].every((value, i) => Math.abs(value - (found[i] ?? NaN)) <= TOLERANCE);
    return (['srgb', 'display-p3'] as const).find(isLike);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** @throws RangeError where it is missing. */
function tagAt(icc: Uint8Array, name: string): number {
  const view = viewOf(icc);
  for (let i = 0; i < view.getUint32(128); i++) {
    const at = 132 + 12 * i;
    if (latin1(icc.subarray(at, at + 4)) === name) return view.getUint32(at + 4);
  }
  throw new RangeError(`The profile has no ${name}.`);
}

const fixed = (view: DataView, at: number): number => view.getInt32(at) / 65536;

function xyz(icc: Uint8Array, name: string): readonly number[] {
  const at = tagAt(icc, name);
  const view = viewOf(icc);
  return [8, 12, 16].map((offset) => fixed(view, at + offset));
}

/** What the curve of red makes of one half. */
function lightAtMiddle(icc: Uint8Array): number {
  const at = tagAt(icc, 'rTRC');
  const view = viewOf(icc);
  const isTable = latin1(icc.subarray(at, at + 4)) === 'curv';
  return isTable ? ofTable(view, at) : ofFormula(view, at);
}

function ofTable(view: DataView, at: number): number {
  const count = view.getUint32(at + 8);
  const entry = (i: number): number => view.getUint16(at + 12 + 2 * i);
  if (count === 0) return 0.5;
  if (count === 1) return 0.5 ** (entry(0) / 256);
  const middle = (count - 1) / 2;
  return (entry(Math.floor(middle)) + entry(Math.ceil(middle))) / 2 / 65535;
}

/** The parametric curves of types 0, 3 and 4 above their linear part: (a x + b)^g + e. */
function ofFormula(view: DataView, at: number): number {
  const type = view.getUint16(at + 8);
  const parameter = (i: number): number => fixed(view, at + 12 + 4 * i);
  if (type === 0) return 0.5 ** parameter(0);
  if (type !== 3 && type !== 4) return NaN;
  const offset = type === 4 ? parameter(5) : 0;
  return (parameter(1) * 0.5 + parameter(2)) ** parameter(0) + offset;
}
