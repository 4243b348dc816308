import type { DeviceKind } from '../shared/device.js';
import { EpsError, reading } from '../shared/errors.js';
import type { FinishedRun } from '../shared/protocol.js';
import type { Grain, PageTask } from '../shared/requests.js';
import type { BlurEstimate } from './blur.js';
import { imageDataOf } from './image-data.js';
import { familyOf, type IntervalFamily } from './interval-family.js';
import { kindOf, requireNumber, requireOneOf, shown } from './validation.js';

/**
 * The result of a restoration. It can be posted and stored: a structured clone has everything but
 * the method {@link Result.toBlob}, for which the function {@link toBlob} stands in.
 */
export interface Result {
  /**
   * E[x | y], the posterior mean: the least-squares best answer, smooth where little is known. It,
   * the samples and the estimate are in the photo's colour space.
   */
  readonly mean: ImageData;
  /**
   * Independent samples of x | y: each a possible original, with the detail that the mean averages
   * away.
   */
  readonly samples: readonly ImageData[];
  /**
   * Standard deviation of the samples at each pixel and channel, in 8-bit levels, with alpha 255: a
   * measure of how uncertain the mean is there. Undefined with fewer than two samples. `interval`
   * makes an interval of it that holds the true value nine times in ten.
   */
  readonly deviation: ImageData | undefined;
  /** The linear estimate, without the network: the posterior mean under a Gaussian prior. */
  readonly estimate: ImageData;
  /** Width of all these images, in pixels. */
  readonly width: number;
  /** Height of all these images, in pixels. */
  readonly height: number;
  /** Evaluations of the network. */
  readonly evaluations: number;
  /**
   * The measurements that calibrate the intervals of this result: see `interval`. Undefined with
   * weights of your own, for `compose` and `linearOperator`, for factors other than 2, 4 and 8, and
   * where texture from elsewhere in the photo fills a hole.
   */
  readonly family: IntervalFamily | undefined;
  /** Wall time of the run. */
  readonly milliseconds: number;
  /**
   * The standard deviation of the measurement's noise that was assumed, in 8-bit levels: as stated,
   * the task's default, or as estimated.
   */
  readonly noise: number;
  /** The blur that was found and removed, with `deblur('auto')`; of kind `none`: nothing was. */
  readonly blur: BlurEstimate | undefined;
  /**
   * With `inpaint` by `fill: 'auto'`, its default: how many holes were filled by what. Missing
   * pixels with up to 4 known ones between them are one hole. Otherwise undefined.
   */
  readonly fill: FilledHoles | undefined;
  /**
   * Where that noise follows brightness, as `denoise` and `inpaint` take it with `noise: 'auto'`:
   * its curve and its spectrum. Otherwise undefined.
   */
  readonly grain: Grain | undefined;
  /**
   * Of the task `jpeg` at the photo's own size, answered from the file's coefficients: the share of
   * them, 0 to 1, that the mean compresses back to at the file's own tables. Otherwise undefined.
   */
  readonly consistency: number | undefined;
  /**
   * χ² of the mean: (y − A x)² over the variance of the noise, averaged over what was measured.
   * Near 1 or below where the task and the assumed noise explain the photo, far above 1 where they
   * do not: too low a noise, a wrong kernel. Undefined where known pixels are kept as they are, and
   * for photos restored in windows.
   */
  readonly chiSquare: number | undefined;
  /**
   * Bytes of memory that the core holds after the run. WebAssembly memory never shrinks, so this is
   * also its peak. The GPU's memory is not counted.
   */
  readonly memoryBytes: number;
  /** The device that ran it. `adapter` is empty on the CPU. */
  readonly device: { readonly kind: DeviceKind; readonly adapter: string };
  /** The same seed with the same photo and options gives the same samples. */
  readonly seed: number;
  /**
   * Encodes the first sample, or the mean if there is none, as a file: see {@link toBlob}.
   *
   * @example
   * ```ts
   * const blob = await result.toBlob('image/webp', 0.9);
   * ```
   */
  toBlob(type?: ImageType, quality?: number): Promise<Blob>;
}

/** Holes by what filled them. */
export interface FilledHoles {
  /** Narrow holes, filled by the network from what surrounds them. */
  readonly network: number;
  /** Wide holes, filled with texture from elsewhere in the photo. */
  readonly photo: number;
}

/** File formats that a browser can write. */
export type ImageType = 'image/png' | 'image/jpeg' | 'image/webp';

const IMAGE_TYPES = ['image/png', 'image/jpeg', 'image/webp'] as const satisfies ImageType[];

/**
 * Encodes an image as a file.
 *
 * The file is in the image's colour space, and has its profile.
 *
 * @param type default `'image/png'`, which keeps every pixel (half-transparent ones up to the
 *   rounding of a canvas). JPEG has no transparency: the image is drawn on white.
 * @param quality 0 to 1, for JPEG and WebP. Default: the browser's.
 * @throws EpsError `invalid-image` if the image is none, `invalid-option` if the browser cannot
 *   write the format or the quality is out of range, `image-too-large` if a canvas of the image's
 *   size is not possible.
 * @example
 * ```ts
 * const blob = await toBlob(result.mean, 'image/jpeg', 0.9);
 * ```
 */
export async function toBlob(
  image: ImageData,
  type: ImageType = 'image/png',
  quality?: number,
): Promise<Blob> {
  if (kindOf(image) !== 'ImageData')
    throw new EpsError('invalid-image', `toBlob needs ImageData; got ${shown(image)}.`);
  requireOneOf('The type', type, IMAGE_TYPES);
  if (quality !== undefined) requireNumber('The quality', quality, 0, 1);
  const canvas = reading('invalid-image', 'The image', () => painted(image, type));
  let blob: Blob;
  try {
    blob = await canvas.convertToBlob({ type, ...(quality !== undefined && { quality }) });
  } catch (cause) {
    throw tooLargeToWrite(image, cause);
  }
  // The platform writes a PNG if it does not know the format.
  if (blob.type !== type)
    throw new EpsError(
      'invalid-option',
      `This browser cannot write ${type}. It can write image/png.`,
    );
  return blob;
}

function painted(image: ImageData, type: ImageType): OffscreenCanvas {
  const { width, height, colorSpace } = image;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { colorSpace });
  if (!context) throw tooLargeToWrite(image);
  context.putImageData(image, 0, 0);
  if (type === 'image/jpeg') {
    context.globalCompositeOperation = 'destination-over';
    context.fillStyle = '#fff';
    context.fillRect(0, 0, width, height);
  }
  return canvas;
}

function tooLargeToWrite({ width, height }: ImageData, cause?: unknown): EpsError {
  return new EpsError(
    'image-too-large',
    `An image of ${width} × ${height} pixels is larger than this browser's canvases can be.`,
    { cause },
  );
}

/**
 * The result of a finished run.
 *
 * @param calibrated its task, if intervals are calibrated for the weights.
 * @param colorSpace of the photo. Default: sRGB.
 */
export function resultOf(
  run: FinishedRun,
  {
    seed,
    device,
    blur,
    fill,
    calibrated,
    colorSpace,
  }: Pick<Result, 'seed' | 'device' | 'blur' | 'fill'> & {
    readonly calibrated: PageTask | undefined;
    readonly colorSpace?: PredefinedColorSpace;
  },
): Result {
  const { width, height, evaluations, noise, grain, consistency, chiSquare } = run.images;
  const { deviation, estimate } = run.images;
  const image = (bytes: Uint8Array<ArrayBuffer>): ImageData =>
    imageDataOf(bytes, width, height, colorSpace);
  return new FinishedResult({
    mean: image(run.images.mean),
    samples: run.samples.map(image),
    deviation: deviation && imageDataOf(deviation, width, height),
    estimate: image(estimate),
    width,
    height,
    evaluations,
    milliseconds: run.milliseconds,
    memoryBytes: run.memoryBytes,
    seed,
    family: calibrated && familyOf(calibrated, run, fill?.photo ?? 0),
    noise,
    grain,
    blur,
    fill,
    consistency,
    chiSquare,
    device,
  });
}

/** Its method is the prototype's: a function among its own properties could not be cloned. */
class FinishedResult implements Result {
  declare readonly mean: ImageData;
  declare readonly samples: readonly ImageData[];
  declare readonly deviation: ImageData | undefined;
  declare readonly estimate: ImageData;
  declare readonly width: number;
  declare readonly height: number;
  declare readonly evaluations: number;
  declare readonly family: IntervalFamily | undefined;
  declare readonly milliseconds: number;
  declare readonly noise: number;
  declare readonly fill: FilledHoles | undefined;
  declare readonly grain: Grain | undefined;
  declare readonly blur: BlurEstimate | undefined;
  declare readonly consistency: number | undefined;
  declare readonly chiSquare: number | undefined;
  declare readonly memoryBytes: number;
  declare readonly device: Result['device'];
  declare readonly seed: number;

  constructor(values: Omit<Result, 'toBlob'>) {
    Object.assign(this, values);
  }

  toBlob(type?: ImageType, quality?: number): Promise<Blob> {
    return toBlob(this.samples[0] ?? this.mean, type, quality);
  }
}
