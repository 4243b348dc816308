import { EpsError } from './errors.js';
import { checkedKernel, type Kernel } from './kernels.js';
import type { MaskSource } from './mask.js';
import { checkNames } from './names.js';
import {
  checkedReduction,
  checkedWeights,
  type GreyWeights,
  type Reduction,
} from './operator-options.js';

/** The measurement noise that a task assumes. */
export interface NoiseOption {
  /**
   * Standard deviation of the photo's noise in 8-bit levels, above 0 and at most 255, or `'auto'`:
   * estimated from the photo. Default: 1.275 to inpaint, 2 to superResolve, colorize, demosaic and
   * for an operator of one's own, 2.5 to deblur, `'auto'` to denoise; of a composition the greater
   * of its two.
   */
  readonly noise?: number | 'auto' | undefined;
}

/** Missing pixels are filled in. */
export interface InpaintTask extends NoiseOption {
  readonly kind: 'inpaint';
  readonly mask: MaskSource;
}
/** Each pixel of the photo is a mean of the result around a factor × factor block. */
export interface SuperResolveTask extends NoiseOption {
  readonly kind: 'superResolve';
  readonly factor: 2 | 3 | 4 | 8 | 16;
  readonly reduction?: Reduction | undefined;
}
/** The photo is the result blurred by a known kernel. */
export interface DeblurTask extends NoiseOption {
  readonly kind: 'deblur';
  readonly kernel: Kernel;
  readonly borders?: Borders | undefined;
}
/** The photo is the result plus white noise. */
export interface DenoiseTask extends NoiseOption {
  readonly kind: 'denoise';
}
/** The photo is a mix of the result's three channels. */
export interface ColorizeTask extends NoiseOption {
  readonly kind: 'colorize';
  readonly weights?: GreyWeights | undefined;
}
/** Each pixel of the photo is one channel of the result. */
export interface DemosaicTask extends NoiseOption {
  readonly kind: 'demosaic';
  readonly pattern: BayerPattern;
}
/**
 * The photo is what the second task's operator makes of what the first one's makes of the result.
 */
export interface ComposedTask extends NoiseOption {
  readonly kind: 'compose';
  readonly first: Task;
  readonly second: Task;
}
/** The photo is the result under a linear operator of one's own. */
export interface OperatorTask extends NoiseOption {
  readonly kind: 'operator';
  /** The address of a module, absolute. */
  readonly module: string;
}

/**
 * What lies beyond the borders of a blurred photo: something that was not photographed, or the
 * photo again.
 */
export type Borders = 'unknown' | 'circular';
/** The colours of the 2 × 2 block at a sensor's upper left, row by row. */
export type BayerPattern = 'rggb' | 'grbg' | 'bggr' | 'gbrg';

/** What was done to the photo, and so what is undone: made by the function of that name. */
export type Task =
  | InpaintTask
  | SuperResolveTask
  | DeblurTask
  | DenoiseTask
  | ColorizeTask
  | DemosaicTask
  | ComposedTask
  | OperatorTask;

const KINDS = [
  'inpaint',
  'superResolve',
  'deblur',
  'denoise',
  'colorize',
  'demosaic',
  'compose',
  'operator',
] as const;
const FACTORS = { blockMean: [2, 4, 8], other: [2, 3, 4, 8, 16] } as const;
const PATTERNS: readonly unknown[] = ['rggb', 'grbg', 'bggr', 'gbrg'] satisfies BayerPattern[];

/**
 * y = c ⊙ x: fills in the pixels that the mask paints, however many there are, from what surrounds
 * them.
 *
 * Without `noise` the known pixels come back bit for bit. A mask that paints nothing gives the
 * photo back; one that paints everything invents an image, there being nothing to go by. What it
 * costs goes by what is painted, not by the photo's size. With `noise` the known pixels are a noisy
 * measurement too, and the whole photo is restored.
 *
 * @param mask where the photo is missing: an image of the photo's size, white (or any bright
 *   colour) on black or on transparent, or one byte a pixel.
 * @throws EpsError `invalid-mask`, `invalid-noise` or `invalid-option`.
 */
export function inpaint(mask: MaskSource, options: NoiseOption = {}): InpaintTask {
  if (typeof mask !== 'object' || mask === null) {
    throw new EpsError(
      'invalid-mask',
      `inpaint needs a mask: an image of the photo's size that is white where the photo is missing, or { data, width, height } with one byte a pixel. It was given ${String(mask)}.`,
    );
  }
  return { kind: 'inpaint', mask, ...noiseOf('inpaint', options) };
}

/**
 * y = means of x around factor × factor blocks: a photo `factor` times as wide and high, whose
 * reduction is the photo given.
 *
 * @param factor 2, 4 or 8; 3 and 16 too where the reduction is not the block mean.
 * @param options `reduction`: how the photo was made small. `'blockMean'` (the default, and what
 *   the network was trained on), `'bicubic'` (antialiased, as image programs do
 *   it), or `{ gaussian: sigma }`, sigma above 0 and at most 30 pixels of the result.
 * @throws EpsError `invalid-factor`, `invalid-kernel`, `invalid-noise` or `invalid-option`.
 */
export function superResolve(
  factor: SuperResolveTask['factor'],
  options: NoiseOption & Pick<SuperResolveTask, 'reduction'> = {},
): SuperResolveTask {
  const noise = noiseOf('superResolve', options, ['reduction']);
  const reduction = checkedReduction(options.reduction);
  const possible: readonly unknown[] =
    reduction === undefined || reduction === 'blockMean' ? FACTORS.blockMean : FACTORS.other;
  if (!possible.includes(factor))
    throw new EpsError(
      'invalid-factor',
      `superResolve: the factor must be one of ${possible.join(', ')} for this reduction, and is ${String(factor)}.`,
    );
  return {
    kind: 'superResolve',
    factor,
    ...(reduction === undefined ? {} : { reduction }),
    ...noise,
  };
}

/**
 * y = k * x: undoes a blur whose kernel is known.
 *
 * @param kernel from {@link gaussianKernel}, {@link motionKernel}, {@link diskKernel}, or one's
 *   own.
 * @param options `borders`: `'unknown'` (the default): what lies beyond a photo's borders was
 *   blurred into it and is not known, so it is restored too, and cut away; this runs on the
 *   CPU. `'circular'`: what leaves the photo on one side comes in on the other, as where a program has blurred it; faster, and ringing on photos as cameras make them.
 * @throws EpsError `invalid-kernel`, `invalid-noise` or `invalid-option`.
 */
export function deblur(
  kernel: Kernel,
  options: NoiseOption & Pick<DeblurTask, 'borders'> = {},
): DeblurTask {
  const noise = noiseOf('deblur', options, ['borders']);
  const { borders } = options;
  if (borders !== undefined && borders !== 'unknown' && borders !== 'circular')
    throw new EpsError(
      'invalid-option',
      `deblur: borders must be 'unknown' or 'circular', and is ${String(borders)}.`,
    );
  return {
    kind: 'deblur',
    kernel: checkedKernel(kernel),
    ...(borders === undefined ? {} : { borders }),
    ...noise,
  };
}

/**
 * y = x + noise: removes white Gaussian noise.
 *
 * @param options the noise's standard deviation in 8-bit levels, by itself or as `{ noise }`; by
 *   default it is estimated from the photo.
 * @throws EpsError `invalid-noise` or `invalid-option`.
 */
export function denoise(options: number | 'auto' | NoiseOption = {}): DenoiseTask {
  return {
    kind: 'denoise',
    ...noiseOf(
      'denoise',
      typeof options === 'number' || options === 'auto' ? { noise: options } : options,
    ),
  };
}

/**
 * y = w · (R, G, B): gives a grey photo colours that natural photos have. A coloured photo is first
 * turned grey.
 *
 * @param options `weights`: `'mean'` (the default: a third each, what the network was trained on),
 *   `'bt601'`, `'bt709'`, or three numbers of at least 0 whose sum is 1.
 * @throws EpsError `invalid-noise` or `invalid-option`.
 */
export function colorize(options: NoiseOption & Pick<ColorizeTask, 'weights'> = {}): ColorizeTask {
  const noise = noiseOf('colorize', options, ['weights']);
  const weights = checkedWeights(options.weights);
  return { kind: 'colorize', ...(weights === undefined ? {} : { weights }), ...noise };
}

/**
 * y = one channel of x at each pixel: fills in the colours that a sensor's filters left out. The
 * photo is the mosaic, grey or with each pixel in its own channel.
 *
 * @param pattern `'rggb'`, `'grbg'`, `'bggr'` or `'gbrg'`: the colours of the upper left 2 × 2
 *   pixels, row by row.
 * @throws EpsError `invalid-noise` or `invalid-option`.
 */
export function demosaic(pattern: BayerPattern, options: NoiseOption = {}): DemosaicTask {
  if (!PATTERNS.includes(pattern))
    throw new EpsError(
      'invalid-option',
      `demosaic: the pattern must be one of ${PATTERNS.join(', ')}, and is ${String(pattern)}.`,
    );
  return { kind: 'demosaic', pattern, ...noiseOf('demosaic', options) };
}

/**
 * y = B A x: undoes two things that were done one after another, such as scratches on a photo that
 * had been made small: `compose(superResolve(2), inpaint(mask))`.
 *
 * A mask in it is of the size of what it masks. Blurs in it wrap around. The noise is that of the
 * photo, stated here, not in the parts. A mask after a block mean, and a reduction after a blur,
 * cost what their parts do; anything else is solved by iterations, on the CPU, after seconds of
 * preparation.
 *
 * @param first A's task, what was done first.
 * @param second B's, what was done to that.
 * @throws EpsError `invalid-noise`, `invalid-option`, and as the parts do.
 */
export function compose(first: Task, second: Task, options: NoiseOption = {}): ComposedTask {
  const parts = { first: part('first', first), second: part('second', second) };
  return { kind: 'compose', ...parts, ...noiseOf('compose', options) };
}

/**
 * y = A x for a linear A of one's own, on three channels. The module is imported by the worker and
 * exports plain functions:
 *
 *     apply(x: Float32Array, size: { width, height }): Float32Array       // A x: three planes, row by row, in [-1, 1]; size: the image's
 *     adjoint(y: Float32Array, size: { width, height }): Float32Array     // Aᵀ y; size: the measurement's, which is the photo's
 *     imageSize?(size: { width, height }): { width, height }              // the image's size for a measurement's; without it they are the same
 *
 * Adjointness is checked on the first call, to 1e-3. It is solved by iterations, on the CPU, after
 * seconds of preparation.
 *
 * @param module the module's address, relative to the page's.
 * @throws EpsError `invalid-operator`, `invalid-noise` or `invalid-option`.
 */
export function linearOperator(module: string | URL, options: NoiseOption = {}): OperatorTask {
  const noise = noiseOf('linearOperator', options);
  try {
    return {
      kind: 'operator',
      module: new URL(module, globalThis.document?.baseURI).href,
      ...noise,
    };
  } catch (cause) {
    throw new EpsError(
      'invalid-operator',
      `linearOperator needs the address of a module, and was given ${String(module)}.`,
      { cause },
    );
  }
}

function part(name: string, task: Task): Task {
  const checked = checkedTask(task);
  if (checked.noise !== undefined)
    throw new EpsError(
      'invalid-noise',
      `compose: the noise is that of the photo: state it as compose's own option, not in the ${name} task.`,
    );
  if (checked.kind === 'operator')
    throw new EpsError(
      'invalid-operator',
      "compose: an operator of one's own is composed with others in its own module.",
    );
  return checked;
}

/**
 * The same task, checked again: a task is a plain object, and may have been written or altered by
 * hand.
 *
 * @throws EpsError that says what is wrong with it.
 */
export function checkedTask(task: Task): Task {
  const kind: unknown = (task as Partial<Task> | null | undefined)?.kind;
  const noise = (task as Partial<Task> | null | undefined)?.noise;
  const options = noise === undefined ? {} : { noise };
  const given = <T extends Task>(): T => task as T;
  switch (kind) {
    case 'inpaint':
      return inpaint(given<InpaintTask>().mask, options);
    case 'superResolve':
      return superResolve(given<SuperResolveTask>().factor, {
        ...options,
        reduction: given<SuperResolveTask>().reduction,
      });
    case 'deblur':
      return deblur(given<DeblurTask>().kernel, {
        ...options,
        borders: given<DeblurTask>().borders,
      });
    case 'denoise':
      return denoise(options);
    case 'colorize':
      return colorize({ ...options, weights: given<ColorizeTask>().weights });
    case 'demosaic':
      return demosaic(given<DemosaicTask>().pattern, options);
    case 'compose':
      return compose(given<ComposedTask>().first, given<ComposedTask>().second, options);
    case 'operator':
      return linearOperator(given<OperatorTask>().module, options);
    default:
      throw new EpsError(
        'invalid-option',
        `A task is one of ${KINDS.join(', ')}, made by the function of that name; ${kind === undefined ? `${String(task)} is none` : `'${String(kind)}' is unknown`}.`,
      );
  }
}

function noiseOf(task: string, options: NoiseOption, others: readonly string[] = []): NoiseOption {
  checkNames(`${task}'s options`, options, ['noise', ...others]);
  const { noise } = options;
  if (noise === undefined) return {};
  if (noise !== 'auto' && (typeof noise !== 'number' || !(noise > 0 && noise <= 255))) {
    throw new EpsError(
      'invalid-noise',
      `${task}: noise is the standard deviation in 8-bit levels, above 0 and at most 255, or 'auto', and is ${String(noise)}.`,
    );
  }
  return { noise };
}
