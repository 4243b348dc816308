import { EpsError, reading } from '../shared/errors.js';
import type { GreyWeights } from '../shared/requests.js';
import { shown } from './validation.js';

const NAMES = ['mean', 'bt601', 'bt709'] as const;

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
  const names = NAMES.map((name) => `'${name}'`);
  throw new EpsError(
    'invalid-option',
    `colorize: weights must be ${names.join(', ')} or three numbers of at least 0 whose sum is ` +
      `1; got ${shown(weights)}.`,
  );
}

function isName(value: unknown): value is (typeof NAMES)[number] {
  return NAMES.some((name) => name === value);
}

function isTriple(value: unknown): value is readonly [number, number, number] {
  return (
    Array.isArray(value) &&
    value.length === 3 &&
    value.every((weight) => typeof weight === 'number')
  );
}
