import type { DeviceKind } from './device.js';
import { EpsError } from './errors.js';

/** What a restoration gives. */
export interface Result {
  /** E[x | y], the posterior mean: the least-squares best answer, smooth where little is known. */
  readonly mean: ImageData;
  /**
   * Independent samples of x | y: each one a possible original, with the detail that the mean
   * averages away.
   */
  readonly samples: readonly ImageData[];
  /**
   * Standard deviation between the samples at each pixel and channel, in 8-bit levels, alpha 255:
   * how far the mean can be trusted there. Undefined with fewer than two samples.
   */
  readonly deviation: ImageData | undefined;
  /** The linear estimate that needs no network: the best answer of a Gaussian prior. */
  readonly estimate: ImageData;
  /** Pixels of every image above. */
  readonly width: number;
  readonly height: number;
  /** Evaluations of the network. */
  readonly evaluations: number;
  /** Wall time from the start to the end of the run. */
  readonly milliseconds: number;
  /**
   * The standard deviation of the measurement's noise that was assumed, in 8-bit levels: as stated,
   * the task's default, or as estimated.
   */
  readonly noise: number;
  /**
   * The memory that the core holds after the run, in bytes. WebAssembly never gives any back, so it
   * is also the most that it has held. What a GPU holds is not counted.
   */
  readonly memoryBytes: number;
  /** What ran it; `adapter` is empty on the CPU. */
  readonly device: { readonly kind: DeviceKind; readonly adapter: string };
  /** Give it again, with the same photo and options, and the samples come out the same. */
  readonly seed: number;
  /** The first sample, or the mean where there is none, as a file: {@link toBlob}. */
  toBlob(type?: ImageType, quality?: number): Promise<Blob>;
}

/** File formats that a browser can write. */
export type ImageType = 'image/png' | 'image/jpeg' | 'image/webp';

/**
 * An image as a file.
 *
 * @param type default `'image/png'`, which keeps every pixel (half-transparent ones up to the
 *   rounding of a canvas). JPEG has no transparency: on white.
 * @param quality 0 to 1, for JPEG and WebP; default: the browser's.
 * @throws EpsError `invalid-option` where the browser cannot write that format.
 */
export async function toBlob(
  image: ImageData,
  type: ImageType = 'image/png',
  quality?: number,
): Promise<Blob> {
  const canvas = new OffscreenCanvas(image.width, image.height);
  const context = canvas.getContext('2d');
  if (!context)
    throw new EpsError(
      'image-too-large',
      `An image of ${image.width} × ${image.height} pixels is larger than a canvas can be in this browser.`,
    );
  context.putImageData(image, 0, 0);
  if (type === 'image/jpeg') {
    context.globalCompositeOperation = 'destination-over';
    context.fillStyle = '#fff';
    context.fillRect(0, 0, image.width, image.height);
  }
  const blob = await canvas.convertToBlob(quality === undefined ? { type } : { type, quality });
  // The platform's own answer to a format that it cannot write is a PNG.
  if (blob.type !== type)
    throw new EpsError(
      'invalid-option',
      `This browser cannot write ${String(type)}. It can write image/png.`,
    );
  return blob;
}

/** ImageData around bytes, without a copy. */
export function imageDataOf(bytes: Uint8Array, width: number, height: number): ImageData {
  return new ImageData(
    new Uint8ClampedArray(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength),
    width,
    height,
  );
}
