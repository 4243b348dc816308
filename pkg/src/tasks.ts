import { EpsError } from './errors.js';
import { checkedKernel, type Kernel } from './kernels.js';
import type { MaskSource } from './mask.js';
import { checkNames } from './names.js';

/** The measurement noise that a task assumes. */
export interface NoiseOption {
  /**
   * Standard deviation of the photo's noise in 8-bit levels, above 0 and at most 255, or `'auto'`: estimated from the photo.
   * Default: 1.275 to inpaint, 2 to superResolve and colorize, 2.5 to deblur, `'auto'` to denoise.
   */
  readonly noise?: number | 'auto' | undefined;
}

/** Missing pixels are filled in. */
export interface InpaintTask extends NoiseOption {
  readonly kind: 'inpaint';
  readonly mask: MaskSource;
}
/** Each pixel of the photo is the mean of a factor × factor block of the result. */
export interface SuperResolveTask extends NoiseOption {
  readonly kind: 'superResolve';
  readonly factor: 2 | 4 | 8;
}
/** The photo is the result blurred by a known kernel. */
export interface DeblurTask extends NoiseOption {
  readonly kind: 'deblur';
  readonly kernel: Kernel;
}
/** The photo is the result plus white noise. */
export interface DenoiseTask extends NoiseOption {
  readonly kind: 'denoise';
}
/** The photo is the mean of the result's three channels. */
export interface ColorizeTask extends NoiseOption {
  readonly kind: 'colorize';
}

/** What was done to the photo, and so what is undone: make one with {@link inpaint}, {@link superResolve}, {@link deblur}, {@link denoise} or {@link colorize}. */
export type Task = InpaintTask | SuperResolveTask | DeblurTask | DenoiseTask | ColorizeTask;

const KINDS = ['inpaint', 'superResolve', 'deblur', 'denoise', 'colorize'] as const;

/**
 * y = c ⊙ x: fills in the pixels that the mask paints, however many there are, from what surrounds them.
 *
 * Without `noise` the known pixels come back bit for bit. A mask that paints nothing gives the photo back; one that paints everything
 * invents an image, there being nothing to go by. What it costs goes by what is painted, not by the photo's size. With `noise` the
 * known pixels are a noisy measurement too, and the whole photo is restored.
 *
 * @param mask where the photo is missing: an image of the photo's size, white (or any bright colour) on black or on transparent, or one byte a pixel.
 * @throws EpsError `invalid-mask`, `invalid-noise` or `invalid-option`.
 */
export function inpaint(mask: MaskSource, options: NoiseOption = {}): InpaintTask {
  if (typeof mask !== 'object' || mask === null) {
    throw new EpsError('invalid-mask', `inpaint needs a mask: an image of the photo's size that is white where the photo is missing, or { data, width, height } with one byte a pixel. It was given ${String(mask)}.`);
  }
  return { kind: 'inpaint', mask, ...noiseOf('inpaint', options) };
}

/**
 * y = mean of factor × factor blocks of x: a photo `factor` times as wide and high, whose block means are the photo given.
 *
 * @param factor 2, 4 or 8.
 * @throws EpsError `invalid-factor`, `invalid-noise` or `invalid-option`.
 */
export function superResolve(factor: 2 | 4 | 8, options: NoiseOption = {}): SuperResolveTask {
  if (factor !== 2 && factor !== 4 && factor !== 8) throw new EpsError('invalid-factor', `superResolve: the factor must be 2, 4 or 8, and is ${String(factor)}.`);
  return { kind: 'superResolve', factor, ...noiseOf('superResolve', options) };
}

/**
 * y = k * x (circular convolution: what leaves the photo on one side comes in on the other): undoes a blur whose kernel is known.
 *
 * @param kernel from {@link gaussianKernel}, {@link motionKernel}, {@link diskKernel}, or one's own.
 * @throws EpsError `invalid-kernel`, `invalid-noise` or `invalid-option`.
 */
export function deblur(kernel: Kernel, options: NoiseOption = {}): DeblurTask {
  return { kind: 'deblur', kernel: checkedKernel(kernel), ...noiseOf('deblur', options) };
}

/**
 * y = x + noise: removes white Gaussian noise.
 *
 * @param options the noise's standard deviation in 8-bit levels, by itself or as `{ noise }`; by default it is estimated from the photo.
 * @throws EpsError `invalid-noise` or `invalid-option`.
 */
export function denoise(options: number | 'auto' | NoiseOption = {}): DenoiseTask {
  return { kind: 'denoise', ...noiseOf('denoise', typeof options === 'number' || options === 'auto' ? { noise: options } : options) };
}

/**
 * y = (R + G + B) / 3: gives a grey photo colours that natural photos have. A coloured photo is first turned grey.
 *
 * @throws EpsError `invalid-noise` or `invalid-option`.
 */
export function colorize(options: NoiseOption = {}): ColorizeTask {
  return { kind: 'colorize', ...noiseOf('colorize', options) };
}

/**
 * The same task, checked again: a task is a plain object, and may have been written or altered by hand.
 *
 * @throws EpsError that says what is wrong with it.
 */
export function checkedTask(task: Task): Task {
  const kind: unknown = (task as Partial<Task> | null | undefined)?.kind;
  const noise = (task as Partial<Task> | null | undefined)?.noise;
  const options = noise === undefined ? {} : { noise };
  switch (kind) {
    case 'inpaint': return inpaint((task as InpaintTask).mask, options);
    case 'superResolve': return superResolve((task as SuperResolveTask).factor, options);
    case 'deblur': return deblur((task as DeblurTask).kernel, options);
    case 'denoise': return denoise(options);
    case 'colorize': return colorize(options);
    default:
      throw new EpsError('invalid-option', `A task is one of ${KINDS.join(', ')}, made by the function of that name; ${kind === undefined ? `${String(task)} is none` : `'${String(kind)}' is unknown`}.`);
  }
}

function noiseOf(task: string, options: NoiseOption): NoiseOption {
  checkNames(`${task}'s options`, options, ['noise']);
  const { noise } = options;
  if (noise === undefined) return {};
  if (noise !== 'auto' && (typeof noise !== 'number' || !(noise > 0 && noise <= 255))) {
    throw new EpsError('invalid-noise', `${task}: noise is the standard deviation in 8-bit levels, above 0 and at most 255, or 'auto', and is ${String(noise)}.`);
  }
  return { noise };
}
