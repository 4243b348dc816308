import { EpsError, reading } from '../shared/errors.js';
import { LIMITS } from '../shared/limits.js';
import type { GreyWeights } from '../shared/requests.js';
import { shown } from './validation.js';

const NAMES = ['mean', 'bt601', 'bt709'] as const;

/** @throws EpsError `invalid-option`. */
export function checkedGreyWeights(weights: unknown): GreyWeights {
  return reading('invalid-option', 'colorize: weights', () => greyWeightsOf(weights));
}

function greyWeightsOf(weights: unknown): GreyWeights {
  if (isName(weights)) return weights;
  if (isTriple(weights)) {
    const [r, g, b] = weights;
    if (Math.min(r, g, b) >= 0 && Math.abs(r + g + b - 1) < LIMITS.greySum) return weights;
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
