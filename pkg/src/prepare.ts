import type { EnginePixels, EngineTask } from './engine.js';
import { decodeMask } from './mask.js';
import { weightsOf } from './operator-options.js';
import { decodePhoto, type PhotoSource, type PixelImage } from './photo.js';
import type { Task } from './tasks.js';

/** The size of a photo, where there is no photo yet. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** A task as the core takes it: its masks decoded, each of the size of what it masks. */
export async function prepareTask(task: Task, photo: ImageSize): Promise<EngineTask> {
  switch (task.kind) {
    case 'inpaint':
      return { kind: 'inpaint', mask: await decodeMask(task.mask, photo) };
    case 'superResolve':
      return {
        kind: 'superResolve',
        factor: task.factor,
        ...(task.reduction === undefined ? {} : { reduction: task.reduction }),
      };
    case 'deblur': {
      const { data, width, height } = task.kernel;
      return {
        kind: 'deblur',
        kernel: { data: Array.from(data), width, height },
        ...(task.borders === undefined ? {} : { borders: task.borders }),
      };
    }
    case 'denoise':
      return { kind: 'denoise' };
    case 'colorize':
      return {
        kind: 'colorize',
        ...(task.weights === undefined ? {} : { weights: weightsOf(task.weights) }),
      };
    case 'demosaic':
      return { kind: 'demosaic', pattern: task.pattern };
    case 'compose': {
      const factor = enlargement(task.second);
      const between = { width: factor * photo.width, height: factor * photo.height };
      return {
        kind: 'compose',
        first: await prepareTask(task.first, between),
        second: await prepareTask(task.second, photo),
      };
    }
    case 'operator':
      return { kind: 'operator', module: task.module };
  }
}

/** How many times as large as the photo the result is. */
function enlargement(task: Task): number {
  switch (task.kind) {
    case 'superResolve':
      return task.factor;
    case 'compose':
      return enlargement(task.first) * enlargement(task.second);
    default:
      return 1;
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
  if (
    typeof value !== 'object' ||
    value === null ||
    Object.getPrototypeOf(value) !== Object.prototype ||
    'data' in value
  )
    return false;
  const { width, height } = value as ImageSize;
  return Number.isInteger(width) && Number.isInteger(height) && width >= 1 && height >= 1;
}
