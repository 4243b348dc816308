import { EpsError, reading } from '../shared/errors.js';
import { shown } from './validation.js';

/**
 * The mix of R, G and B that a grey photo is: their mean, the luma of BT.601 or BT.709, or three
 * weights of at least 0 whose sum is 1.
 */
export type GreyWeights = 'mean' | 'bt601' | 'bt709' | readonly [number, number, number];

const NAMED = {
  mean: [1 / 3, 1 / 3, 1 / 3],
  bt601: [0.299, 0.587, 0.114],
  bt709: [0.2126, 0.7152, 0.0722],
} as const;

/** How far the sum of weights may be from 1. */
const SUM_TOLERANCE = 1e-3;

/** @throws EpsError `invalid-option`. */
export function checkedGreyWeights(weights: unknown): GreyWeights {
  return reading('invalid-option', 'colorize: weights', () => greyWeightsOf(weights));
}

function greyWeightsOf(weights: unknown): GreyWeights {
  if (isName(weights)) return weights;
  if (isTriple(weights)) {
    const [r, g, b] = weights;
    if (Math.min(r, g, b) >= 0 && Math.abs(r + g + b - 1) < SUM_TOLERANCE) return weights;
  }
  const names = Object.keys(NAMED).map((name) => `'${name}'`);
  throw new EpsError(
    'invalid-option',
    `colorize: weights must be ${names.join(', ')} or three numbers of at least 0 whose sum is ` +
      `1; got ${shown(weights)}.`,
  );
}

/** The weights of R, G and B. */
export function greyTriple(weights: GreyWeights): [number, number, number] {
  const [r, g, b] = typeof weights === 'string' ? NAMED[weights] : weights;
  return [r, g, b];
}

function isName(value: unknown): value is keyof typeof NAMED {
  return typeof value === 'string' && Object.hasOwn(NAMED, value);
}

function isTriple(value: unknown): value is readonly [number, number, number] {
  return (
    Array.isArray(value) &&
    value.length === 3 &&
    value.every((weight) => typeof weight === 'number')
  );
}
