import type { EnginePixels, EngineTask } from './engine.js';
import { decodeMask } from './mask.js';
import { decodePhoto, type PhotoSource, type PixelImage } from './photo.js';
import type { Task } from './tasks.js';

/** The size of a photo, where there is no photo yet. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** A task as the core takes it: its mask, where it has one, decoded and of the photo's size. */
export async function prepareTask(task: Task, photo: ImageSize): Promise<EngineTask> {
  switch (task.kind) {
    case 'inpaint': return { kind: 'inpaint', mask: await decodeMask(task.mask, photo) };
    case 'superResolve': return { kind: 'superResolve', factor: task.factor };
    case 'deblur': {
      const { data, width, height } = task.kernel;
      return { kind: 'deblur', kernel: { data: Array.from(data), width, height } };
    }
    case 'denoise': return { kind: 'denoise' };
    case 'colorize': return { kind: 'colorize' };
  }
}

/** The photo's size, or the size that was given in its place. */
export async function sizeOf(photo: PhotoSource | ImageSize): Promise<ImageSize> {
  if (isSize(photo)) return photo;
  const { width, height } = await decodePhoto(photo as PhotoSource, 'The photo');
  return { width, height };
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
