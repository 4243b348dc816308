import { EpsError, reading } from '../shared/errors.js';
import { LIMITS } from '../shared/limits.js';
import { BAYER_PATTERNS, BORDERS, type BayerPattern, type Reduction } from '../shared/requests.js';
import { checkedHints } from './colour-hints.js';
import { checkedGreyWeights } from './grey-weights.js';
import { checkedKernel } from './kernels.js';
import type { MaskSource } from './mask.js';
import type {
  ColorizeTask,
  ComposedTask,
  DeblurTask,
  DemosaicTask,
  DenoiseTask,
  InpaintTask,
  JpegTask,
  NoiseOption,
  OperatorTask,
  SuperResolveTask,
  Task,
} from './task-types.js';
import {
  invalidOption,
  isObject,
  requireKnownNames,
  requireNoise,
  requireOneOf,
  shown,
} from './validation.js';

const KINDS = [
  'inpaint',
  'superResolve',
  'deblur',
  'denoise',
  'jpeg',
  'colorize',
  'demosaic',
  'compose',
  'operator',
] as const satisfies Task['kind'][];

/** What fills missing pixels. */
const FILLS = ['auto', 'network', 'photo'] as const;

/** How a photo may have been reduced before it was compressed. */
const JPEG_REDUCTIONS = ['blockMean', 'bicubic'] as const;

/** How deep compositions may be nested. */
const MAX_DEPTH = 16;

/**
 * y = c ⊙ x: fills the pixels that the mask paints. What is narrow, up to 16 pixels, is filled by
 * the network from what surrounds it; wider holes with texture from elsewhere in the photo. The
 * option `fill` states one of the two for all holes; `result.fill` counts them.
 *
 * Without `noise` the known pixels come back bit for bit. A mask that paints nothing gives the
 * photo back; one that paints everything invents an image. The cost depends on the painted area,
 * not on the photo's size. With `noise` the known pixels are a noisy measurement too, and the whole
 * photo is restored.
 *
 * @param mask where the photo is missing: an image of the photo's size, white (or any bright
 *   colour) on black or on transparent, or one byte a pixel.
 * @param options `noise`: see {@link NoiseOption}. Default: 1.275 on unpainted pixels. `fill`,
 *   `avoid`: see {@link InpaintTask}.
 * @throws EpsError `invalid-mask`, `invalid-noise` or `invalid-option`.
 * @example
 * ```ts
 * const result = await restorer.restore(photo, inpaint(maskCanvas));
 * ```
 */
export function inpaint(
  mask: MaskSource,
  options: NoiseOption & Pick<InpaintTask, 'fill' | 'avoid'> = {},
): InpaintTask {
  requireMask(mask);
  const checked = optionsOf('inpaint', options, ['fill', 'avoid']);
  const { fill, avoid, ...noise } = checked;
  if (fill !== undefined) requireOneOf('inpaint: fill', fill, FILLS);
  if (avoid !== undefined) requireMask(avoid);
  return {
    kind: 'inpaint',
    mask,
    ...(fill !== undefined && { fill }),
    ...(avoid !== undefined && { avoid }),
    ...noise,
  };
}

/**
 * y = means of x around factor × factor blocks: a photo `factor` times as wide and high, whose
 * reduction is the given photo.
 *
 * @param factor 2, 4 or 8; also 3 and 16 if the reduction is not the block mean.
 * @param options `reduction`: how the photo was reduced. `'blockMean'` (the default, and what the
 *   network was trained on), `'bicubic'` (antialiased, as image editors do it), or `{ gaussian:
 *   sigma }` with sigma above 0 and at most 30 pixels of the result. `noise`: see
 *   {@link NoiseOption}, default `'auto'` for a JPEG file, else 2.
 * @throws EpsError `invalid-factor`, `invalid-kernel`, `invalid-noise` or `invalid-option`.
 * @example
 * ```ts
 * const result = await restorer.restore(small, superResolve(4, { reduction: 'bicubic' }));
 * ```
 */
export function superResolve(
  factor: SuperResolveTask['factor'],
  options: NoiseOption & Pick<SuperResolveTask, 'reduction'> = {},
): SuperResolveTask {
  const { reduction: stated, ...noise } = optionsOf('superResolve', options, ['reduction']);
  const reduction = stated === undefined ? undefined : checkedReduction(stated);
  requireFactor('superResolve', factor, reduction ?? 'blockMean');
  return { kind: 'superResolve', factor, ...(reduction && { reduction }), ...noise };
}

/**
 * y = k * x: removes a blur.
 *
 * @param kernel from {@link gaussianKernel}, {@link motionKernel}, {@link diskKernel}, or your own.
 *   `'auto'`: the most probable blur of {@link Restorer.estimateBlur}, kernels of any shape of up
 *   to 31 pixels included, which `result.blur` then names; finding it takes 3 to 5 seconds. Where
 *   that is none, is less than twice as probable as all others together, or the photo
 *   does not show its blur, the photo comes back as it is.
 * @param options `borders`: `'unknown'` (the default) if the scenery beyond the borders was blurred
 *   into the photo; it is restored too and cut away, on the CPU. `'circular'` if the photo wraps
 *   around, as after a blur by a program; faster, but photos from cameras ring. `noise`: see
 *   {@link NoiseOption}, default `'auto'` for a JPEG file, else 2.5.
 * @throws EpsError `invalid-kernel`, `invalid-noise` or `invalid-option`.
 * @example
 * ```ts
 * const result = await restorer.restore(photo, deblur(motionKernel(9, 30), { noise: 3 }));
 * ```
 */
export function deblur(
  kernel: DeblurTask['kernel'],
  options: NoiseOption & Pick<DeblurTask, 'borders'> = {},
): DeblurTask {
  const { borders, ...noise } = optionsOf('deblur', options, ['borders']);
  if (borders !== undefined) requireOneOf('deblur: borders', borders, BORDERS);
  const checked = kernel === 'auto' ? kernel : checkedKernel(kernel);
  return { kind: 'deblur', kernel: checked, ...(borders && { borders }), ...noise };
}

/**
 * y = x + noise: removes white Gaussian noise.
 *
 * @param options the noise's standard deviation in 8-bit levels, above 0 and at most 255, by itself
 *   or as `{ noise }`. Default `'auto'`: it is estimated from the photo.
 * @throws EpsError `invalid-noise` or `invalid-option`.
 * @example
 * ```ts
 * const result = await restorer.restore(photo, denoise(25));
 * ```
 */
export function denoise(options: number | 'auto' | NoiseOption = {}): DenoiseTask {
  const isLevel = typeof options === 'number' || options === 'auto';
  return { kind: 'denoise', ...optionsOf('denoise', isLevel ? { noise: options } : options) };
}

/**
 * y = the coefficients of a JPEG file, each known up to its rounding: removes the traces of
 * compression, and enlarges what was reduced before it was compressed.
 *
 * The photo must be the file itself (a Blob or a File), or the option `file` must state it. JPEGs
 * of 8 bits, grey or YCbCr with 4:4:4, 4:2:2 or 4:2:0, are read; `invalid-image` for others, whose
 * pixels `denoise` restores.
 *
 * @param options `factor`: 2, 4 or 8, by which the photo was reduced before; also 3 and 16 for
 *   `reduction: 'bicubic'`. Default: it was not. `noise`: the standard deviation, in 8-bit levels,
 *   of the noise before compression. Default: none.
 * @throws EpsError `invalid-factor`, `invalid-noise` or `invalid-option`.
 * @example
 * ```ts
 * const { mean } = await restorer.restore(file, jpeg());
 * const large = await restorer.restore(thumbnail, jpeg({ factor: 2, reduction: 'bicubic' }));
 * ```
 */
export function jpeg(options: Omit<JpegTask, 'kind'> = {}): JpegTask {
  const { factor, reduction, noise } = optionsOf('jpeg', options, ['factor', 'reduction']);
  if ((noise as unknown) === 'auto')
    throw new EpsError(
      'invalid-noise',
      "jpeg: the noise before compression can't be estimated; state its level, or none.",
    );
  if (reduction !== undefined) requireOneOf('jpeg: reduction', reduction, JPEG_REDUCTIONS);
  if (factor !== undefined) requireFactor('jpeg', factor, reduction ?? 'blockMean');
  return {
    kind: 'jpeg',
    ...(factor !== undefined && { factor }),
    ...(reduction !== undefined && { reduction }),
    ...(noise !== undefined && { noise }),
  };
}

/**
 * y = w · (R, G, B): gives a grey photo the colours of a natural one. A colour photo is converted
 * to grey first.
 *
 * @param options `weights`: `'mean'` (the default: a third each, what the network was trained on),
 *   `'bt601'`, `'bt709'`, or three numbers of at least 0 whose sum is 1. `hints`: colours that some
 *   pixels should have, see {@link ColourHints}; the rest of the photo follows them. `noise`: see
 *   {@link NoiseOption}, default `'auto'` for a JPEG file, else 2.
 * @throws EpsError `invalid-noise`, `invalid-image` or `invalid-option`.
 * @example
 * ```ts
 * const result = await restorer.restore(greyPhoto, colorize({ weights: 'bt709' }));
 * // A canvas of the photo's size, with a few strokes of colour:
 * const hinted = await restorer.restore(greyPhoto, colorize({ hints: { colours: canvas } }));
 * ```
 */
export function colorize(
  options: NoiseOption & Pick<ColorizeTask, 'weights' | 'hints'> = {},
): ColorizeTask {
  const { weights, hints, ...noise } = optionsOf('colorize', options, ['weights', 'hints']);
  return {
    kind: 'colorize',
    ...(weights !== undefined && { weights: checkedGreyWeights(weights) }),
    ...(hints !== undefined && { hints: checkedHints(hints, weights) }),
    ...noise,
  };
}

/**
 * y = one channel of x at each pixel: reconstructs the colours that a sensor's filters left out.
 * The photo is the mosaic, grey or with each pixel in its own channel.
 *
 * @param pattern `'rggb'`, `'grbg'`, `'bggr'` or `'gbrg'`: the colours of the upper left 2 × 2
 *   pixels, row by row.
 * @param options `noise`: see {@link NoiseOption}. Default 2.
 * @throws EpsError `invalid-noise` or `invalid-option`.
 * @example
 * ```ts
 * const result = await restorer.restore(mosaic, demosaic('rggb'));
 * ```
 */
export function demosaic(pattern: BayerPattern, options: NoiseOption = {}): DemosaicTask {
  requireOneOf('demosaic: the pattern', pattern, BAYER_PATTERNS);
  return { kind: 'demosaic', pattern, ...optionsOf('demosaic', options) };
}

/**
 * y = B A x: undoes two degradations, one applied after the other.
 *
 * A mask must have the size of what it masks. Blurs wrap around. The noise is that of the photo: it
 * is stated here, not in the parts. A mask after a block mean and a reduction after a blur cost as
 * much as their parts. Anything else is solved iteratively, on the CPU, after seconds of
 * preparation.
 *
 * @param first the task of A, what was done first.
 * @param second the task of B, what was done to the outcome.
 * @param options `noise`: see {@link NoiseOption}. Default: the greater of the parts' defaults.
 * @throws EpsError `invalid-noise`, `invalid-option`, `invalid-operator`, and as the parts do.
 * @example
 * ```ts
 * // Scratches on a photo that had been reduced:
 * const task = compose(superResolve(2), inpaint(mask));
 * const result = await restorer.restore(photo, task);
 * ```
 */
export function compose(first: Task, second: Task, options: NoiseOption = {}): ComposedTask {
  return reading('invalid-option', 'compose', () => composition(first, second, options, 1));
}

/** @param depth 1 for the outermost composition. */
function composition(
  first: unknown,
  second: unknown,
  options: NoiseOption,
  depth: number,
): ComposedTask {
  if (depth > MAX_DEPTH)
    throw new EpsError(
      'invalid-option',
      `compose: compositions may be nested ${MAX_DEPTH} deep. ` +
        'These are deeper, or one contains itself.',
    );
  return {
    kind: 'compose',
    first: checkedPart('first', first, depth),
    second: checkedPart('second', second, depth),
    ...optionsOf('compose', options),
  };
}

/**
 * y = A x for a linear A of your own, on three channels. The worker imports the module, which
 * exports plain functions:
 *
 *     // A x: three planes, row by row, in [-1, 1]; size: the image's
 *     apply(x: Float32Array, size: { width, height }): Float32Array
 *     // Aᵀ y; size: the measurement's, which is the photo's
 *     adjoint(y: Float32Array, size: { width, height }): Float32Array
 *     // the image's size for a measurement's; without it they are the same
 *     imageSize?(size: { width, height }): { width, height }
 *
 * The first call checks to 1e-3 that the functions are adjoint. The task is solved iteratively, on
 * the CPU, after seconds of preparation.
 *
 * @param module the module's address, relative to the page's.
 * @param options `noise`: see {@link NoiseOption}. Default 2.
 * @throws EpsError `invalid-operator`, `invalid-noise` or `invalid-option`.
 * @example
 * ```ts
 * const result = await restorer.restore(photo, linearOperator('./operator.js'));
 * ```
 */
export function linearOperator(module: string | URL, options: NoiseOption = {}): OperatorTask {
  const noise = optionsOf('linearOperator', options);
  // Outside a page there is no document.
  const scope: { readonly document?: Document } = globalThis;
  try {
    return { kind: 'operator', module: new URL(module, scope.document?.baseURI).href, ...noise };
  } catch (cause) {
    throw new EpsError(
      'invalid-operator',
      `linearOperator needs the address of a module; got ${shown(module)}.`,
      { cause },
    );
  }
}

/**
 * A checked copy of a task. A task is a plain object and may have been written or altered by hand.
 *
 * @throws EpsError that says what is wrong with it.
 */
export function checkedTask(task: unknown): Task {
  return reading('invalid-option', 'The task', () => taskOf(task, 0));
}

/** @param depth of the compositions around the task. */
function taskOf(task: unknown, depth: number): Task {
  if (!isTask(task)) {
    const kind = isObject(task) ? task.kind : undefined;
    throw new EpsError(
      'invalid-option',
      `A task must be one of ${KINDS.join(', ')}, made by the function of that name; ` +
        `got ${kind === undefined ? shown(task) : `the kind ${shown(kind)}`}.`,
    );
  }
  const options: NoiseOption = task.noise === undefined ? {} : { noise: task.noise };
  switch (task.kind) {
    case 'inpaint':
      return inpaint(task.mask, { ...options, fill: task.fill, avoid: task.avoid });
    case 'superResolve':
      return superResolve(task.factor, { ...options, reduction: task.reduction });
    case 'deblur':
      return deblur(task.kernel, { ...options, borders: task.borders });
    case 'denoise':
      return denoise(options);
    case 'jpeg':
      return jpeg({ noise: task.noise, factor: task.factor, reduction: task.reduction });
    case 'colorize':
      return colorize({ ...options, weights: task.weights, hints: task.hints });
    case 'demosaic':
      return demosaic(task.pattern, options);
    case 'compose':
      return composition(task.first, task.second, options, depth + 1);
    case 'operator':
      return linearOperator(task.module, options);
  }
}

/** Whether a value is an object of a task's kind. Its other properties may be wrong. */
function isTask(value: unknown): value is Task {
  return isObject(value) && KINDS.some((kind) => kind === value.kind);
}

function checkedPart(position: 'first' | 'second', task: unknown, depth: number): Task {
  const part = taskOf(task, depth);
  if (part.noise !== undefined)
    throw new EpsError(
      'invalid-noise',
      "compose: the noise is the photo's. State it as compose's own option, " +
        `not in the ${position} task.`,
    );
  if (part.kind === 'inpaint' && (part.fill === 'photo' || part.fill === 'auto'))
    throw new EpsError(
      'invalid-option',
      `compose: inpaint with fill: '${part.fill}' cannot be a part: it copies from the photo ` +
        'itself. In a composition the network fills the mask.',
    );
  if (part.kind === 'colorize' && part.hints)
    throw new EpsError(
      'invalid-option',
      'compose: colorize with hints cannot be a part; hints are colours of the photo itself.',
    );
  if (part.kind === 'jpeg')
    throw new EpsError(
      'invalid-operator',
      'compose: jpeg cannot be a part; it measures a whole file. Enlarge by its own factor.',
    );
  if (part.kind === 'deblur' && part.kernel === 'auto')
    throw new EpsError(
      'invalid-kernel',
      "compose: deblur('auto') cannot be a part: find the blur by estimateBlur, and state its " +
        'kernel.',
    );
  if (part.kind === 'operator')
    throw new EpsError(
      'invalid-operator',
      'compose: a linearOperator cannot be a part. Compose it with others in its own module.',
    );
  return part;
}

function requireMask(mask: unknown): void {
  if (!isObject(mask))
    throw new EpsError(
      'invalid-mask',
      "inpaint needs a mask: an image of the photo's size that is white where the photo is " +
        'missing, or { data, width, height } with one byte a pixel; ' +
        `got ${shown(mask)}.`,
    );
}

/** @throws EpsError `invalid-factor`. */
function requireFactor(task: string, factor: unknown, reduction: Reduction): void {
  const factors = LIMITS.factors[reduction === 'blockMean' ? 'blockMean' : 'filtered'];
  if (factors.some((valid) => valid === factor)) return;
  throw new EpsError(
    'invalid-factor',
    `${task}: the factor must be one of ${factors.join(', ')} for this reduction; ` +
      `got ${shown(factor)}.`,
  );
}

/** @throws EpsError `invalid-option`, or `invalid-kernel` for a sigma out of range. */
function checkedReduction(reduction: unknown): Reduction {
  if (reduction === 'blockMean' || reduction === 'bicubic') return reduction;
  const sigma = reading('invalid-option', 'superResolve: reduction', () =>
    isObject(reduction) ? reduction.gaussian : undefined,
  );
  if (sigma === undefined)
    throw invalidOption(
      'superResolve: reduction',
      "'blockMean', 'bicubic' or { gaussian: sigma }",
      reduction,
    );
  if (typeof sigma === 'number' && sigma > 0 && sigma <= LIMITS.gaussianSigma)
    return { gaussian: sigma };
  throw new EpsError(
    'invalid-kernel',
    `superResolve: the Gaussian's sigma must be above 0 and at most ${LIMITS.gaussianSigma} ` +
      `pixels; got ${shown(sigma)}.`,
  );
}

/** A checked copy of a task's options: the noise, and these other names. */
function optionsOf<T extends NoiseOption>(
  task: string,
  options: T,
  otherNames: readonly string[] = [],
): T {
  const subject = `${task}'s options`;
  const { noise, ...others } = reading('invalid-option', subject, () => {
    requireKnownNames(subject, options, ['noise', ...otherNames]);
    return { ...options };
  });
  if (noise === undefined) return others as T;
  requireNoise(task, noise);
  return { noise, ...others } as T;
}
