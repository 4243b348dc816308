import { EpsError } from './errors.js';

/**
 * How a photo was made small: the mean of blocks, antialiased bicubic, or a Gaussian of so many
 * pixels of the large photo.
 */
export type Reduction = 'blockMean' | 'bicubic' | { readonly gaussian: number };
/**
 * The mix of R, G and B that a grey photo is: their mean, BT.601's or BT.709's luma, or three
 * weights of sum 1.
 */
export type GreyWeights = 'mean' | 'bt601' | 'bt709' | readonly [number, number, number];

const NAMED = {
  mean: [1 / 3, 1 / 3, 1 / 3],
  bt601: [0.299, 0.587, 0.114],
  bt709: [0.2126, 0.7152, 0.0722],
} as const;

/** @throws EpsError `invalid-option`, or `invalid-kernel` for a sigma out of range. */
export function checkedReduction(reduction: Reduction | undefined): Reduction | undefined {
  if (reduction === undefined || reduction === 'blockMean' || reduction === 'bicubic')
    return reduction;
  const sigma: unknown = (reduction as { gaussian?: unknown } | null)?.gaussian;
  if (sigma === undefined)
    throw new EpsError(
      'invalid-option',
      `superResolve: reduction must be 'blockMean', 'bicubic' or { gaussian: sigma }, and is ${String(reduction)}.`,
    );
  if (typeof sigma === 'number' && sigma > 0 && sigma <= 30) return { gaussian: sigma };
  throw new EpsError(
    'invalid-kernel',
    `superResolve: the Gaussian's sigma must be above 0 and at most 30 pixels, and is ${String(sigma)}.`,
  );
}

/** @throws EpsError `invalid-option`. */
export function checkedWeights(weights: GreyWeights | undefined): GreyWeights | undefined {
  if (weights === undefined || (typeof weights === 'string' && Object.hasOwn(NAMED, weights)))
    return weights;
  const numbers: unknown[] = Array.isArray(weights) ? weights : [];
  const valid =
    numbers.length === 3 &&
    numbers.every((w) => typeof w === 'number' && w >= 0) &&
    Math.abs(sum(numbers as number[]) - 1) < 1e-3;
  if (valid) return weights;
  throw new EpsError(
    'invalid-option',
    `colorize: weights must be ${Object.keys(NAMED)
      .map((name) => `'${name}'`)
      .join(
        ', ',
      )} or three numbers of at least 0 whose sum is 1, and are ${JSON.stringify(weights)}.`,
  );
}

/** As three numbers. */
export function weightsOf(weights: GreyWeights): [number, number, number] {
  return [...(typeof weights === 'string' ? NAMED[weights] : weights)] as [number, number, number];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
