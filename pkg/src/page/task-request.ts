import type { ImageSize, TaskRequest } from '../shared/requests.js';
import { greyTriple } from './grey-weights.js';
import { decodeMask } from './mask.js';
import { decodePhoto, type PhotoSource } from './photo.js';
import type { Task } from './task-types.js';
import { isObject, isSide } from './validation.js';

/**
 * A task as the core takes it, with its masks decoded.
 *
 * @param photo the size of the photo. Each mask must have the size of what it masks.
 */
export async function taskRequest(task: Task, photo: ImageSize): Promise<TaskRequest> {
  switch (task.kind) {
    case 'inpaint':
      return { kind: 'inpaint', mask: await decodeMask(task.mask, photo) };
    case 'superResolve': {
      const { kind, factor, reduction } = task;
      return { kind, factor, ...(reduction && { reduction }) };
    }
    case 'deblur': {
      const { kind, kernel, borders } = task;
      const data = Array.from(kernel.data);
      return { kind, kernel: { ...kernel, data }, ...(borders && { borders }) };
    }
    case 'denoise':
      return { kind: 'denoise' };
    case 'colorize': {
      const { kind, weights } = task;
      return { kind, ...(weights && { weights: greyTriple(weights) }) };
    }
    case 'demosaic':
      return { kind: 'demosaic', pattern: task.pattern };
    case 'compose': {
      const factor = enlargement(task.second);
      const between = { width: factor * photo.width, height: factor * photo.height };
      return {
        kind: 'compose',
        first: await taskRequest(task.first, between),
        second: await taskRequest(task.second, photo),
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

/** The size of a photo, or the size that was given in its place. */
export async function sizeOf(photo: PhotoSource | ImageSize): Promise<ImageSize> {
  if (isBareSize(photo)) return { width: photo.width, height: photo.height };
  const { width, height } = await decodePhoto(photo, 'The photo');
  return { width, height };
}

function isBareSize(value: unknown): value is ImageSize {
  return (
    isObject(value) &&
    Object.getPrototypeOf(value) === Object.prototype &&
    !('data' in value) &&
    isSide(value.width) &&
    isSide(value.height)
  );
}
