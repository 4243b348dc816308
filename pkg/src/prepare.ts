import type { EnginePixels, EngineTask } from './engine.js';
import { decodeMask, maskBounds } from './mask.js';
import { decodePhoto, type PhotoSource, type PixelImage } from './photo.js';
import type { Task } from './tasks.js';

/** The window that the core inpaints in: the missing pixels and so much around them, up to this side. Only the estimate of the time depends on it here. */
const WINDOW = { context: 64, side: 256, multiple: 8 };

/** The size of a photo, where there is no photo yet. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** A task as the core takes it. */
export interface PreparedTask {
  readonly task: EngineTask;
  /** Pixels of the result. */
  readonly width: number;
  readonly height: number;
  /** Pixels that the network works on: what an evaluation's time depends on. */
  readonly networkPixels: number;
}

/** Decodes the mask, and says how large the result and the network's part of it are. */
export async function prepareTask(task: Task, photo: ImageSize): Promise<PreparedTask> {
  const { width, height } = photo;
  const same = { width, height, networkPixels: width * height };
  switch (task.kind) {
    case 'inpaint': {
      const mask = await decodeMask(task.mask, photo);
      const bounds = maskBounds(mask);
      const networkPixels = bounds ? windowSide(bounds.width, width) * windowSide(bounds.height, height) : 0;
      return { task: { kind: 'inpaint', mask }, width, height, networkPixels };
    }
    case 'superResolve': {
      const { factor } = task;
      return { task: { kind: 'superResolve', factor }, width: factor * width, height: factor * height, networkPixels: factor * factor * width * height };
    }
    case 'deblur': {
      const { kernel } = task;
      return { task: { kind: 'deblur', kernel: { data: Array.from(kernel.data), width: kernel.width, height: kernel.height } }, ...same };
    }
    case 'denoise': return { task: { kind: 'denoise' }, ...same };
    case 'colorize': return { task: { kind: 'colorize' }, ...same };
  }
}

/** The photo's size, or the size that was given in its place. */
export async function sizeOf(photo: PhotoSource | ImageSize): Promise<ImageSize> {
  if (isSize(photo)) return photo;
  const { width, height } = await decodePhoto(photo as PhotoSource, 'The photo');
  return { width, height };
}

function windowSide(missing: number, side: number): number {
  const wanted = Math.ceil((missing + 2 * WINDOW.context) / WINDOW.multiple) * WINDOW.multiple;
  return Math.min(wanted, WINDOW.side, side);
}

/** The same bytes as the core's type. */
export function enginePixels(image: PixelImage): EnginePixels {
  const { data, width, height } = image;
  return { data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength), width, height };
}

function isSize(value: PhotoSource | ImageSize): value is ImageSize {
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype || 'data' in value) return false;
  const { width, height } = value as ImageSize;
  return Number.isInteger(width) && Number.isInteger(height) && width >= 1 && height >= 1;
}
