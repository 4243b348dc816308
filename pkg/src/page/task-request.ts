import { EpsError, reading } from '../shared/errors.js';
import type {
  ImageSize,
  KernelRequest,
  MeasurementTask,
  PageTask,
  TaskRequest,
} from '../shared/requests.js';
import { decodeHints, requireHintSize } from './colour-hints.js';
import { kernelRequest } from './kernels.js';
import { decodeMask, requireMaskSize } from './mask.js';
import { decodePhoto, isPlainImage } from './photo.js';
import type { JpegTask, Task } from './task-types.js';
import { isObject, isSide, kindOf, shown } from './validation.js';

/**
 * Four times the area of the largest canvas that browsers have. Results up to here are estimated,
 * so that a page can say what a run would take; the core refuses those that do not fit into memory.
 */
const MAX_PIXELS = 2 ** 30;

/** It stands for a blur until that is found. */
const UNKNOWN_KERNEL: KernelRequest = { data: [1], width: 1, height: 1 };

/**
 * A task as the core takes it, with its masks decoded. What can be read at once is read before the
 * call returns.
 *
 * @param file of the task `jpeg`: the bytes of the photo's file; undefined if it is no JPEG.
 * @param space of the photo.
 * @throws EpsError `invalid-image` for the task `jpeg` without a file.
 */
export async function taskRequest(
  task: Task,
  file?: Promise<Uint8Array<ArrayBuffer> | undefined>,
  space: PredefinedColorSpace = 'srgb',
): Promise<PageTask> {
  switch (task.kind) {
    case 'inpaint': {
      const { avoid, fill = 'auto' } = task;
      if (fill === 'network') return { kind: 'inpaint', mask: await decodeMask(task.mask) };
      const avoiding = avoid === undefined ? Promise.resolve(undefined) : decodeMask(avoid);
      const [mask, avoided] = await Promise.all([decodeMask(task.mask), avoiding]);
      const kind = fill === 'photo' ? 'copy' : 'fill';
      return { kind, mask, ...(avoided && { avoid: avoided }) };
    }
    case 'superResolve': {
      const { kind, factor, reduction } = task;
      return { kind, factor, ...(reduction && { reduction }) };
    }
    case 'deblur': {
      const { kind, kernel, borders } = task;
      const request = kernel === 'auto' ? UNKNOWN_KERNEL : kernelRequest(kernel);
      return { kind, kernel: request, ...(borders && { borders }) };
    }
    case 'denoise':
      return { kind: 'denoise' };
    case 'jpeg':
      return jpegRequest(task, await file);
    case 'colorize': {
      const { kind, weights, hints } = task;
      const decoded = hints && (await decodeHints(hints, space));
      return { kind, ...(weights && { weights }), ...(decoded && { hints: decoded }) };
    }
    case 'demosaic':
      return { kind: 'demosaic', pattern: task.pattern };
    case 'compose': {
      const parts = [partRequest(task.first), partRequest(task.second)] as const;
      const [first, second] = await Promise.all(parts);
      return { kind: 'compose', first, second };
    }
    case 'operator':
      return { kind: 'operator', module: task.module };
  }
}

function jpegRequest(task: JpegTask, file: Uint8Array<ArrayBuffer> | undefined): TaskRequest {
  if (file === undefined)
    throw new EpsError(
      'invalid-image',
      'jpeg: the photo must be a JPEG file, as a Blob or a File; for its pixels, state the file ' +
        'as the option `file`.',
    );
  const { kind, factor, reduction } = task;
  if (factor === undefined) return { kind, file };
  return { kind, file, reduced: { factor, ...(reduction && { reduction }) } };
}

/** A part of a composition, which is checked to be a measurement. The network fills its holes. */
async function partRequest(task: Task): Promise<MeasurementTask> {
  const part = await taskRequest(task);
  if (part.kind === 'copy')
    throw new EpsError('internal', 'A fill from the photo is no part of a composition.');
  return part.kind === 'fill' ? { kind: 'inpaint', mask: part.mask } : part;
}

/**
 * Refuses at once what does not fit a photo of this size. The core finds some of it only after long
 * preparation.
 *
 * @throws EpsError `invalid-mask`, `invalid-kernel` or `image-too-large`.
 */
export function requireFitting(task: PageTask, photo: ImageSize): void {
  const { width, height } = enlarged(photo, task);
  if (width * height > MAX_PIXELS)
    throw new EpsError(
      'image-too-large',
      `The result would have ${width} × ${height} pixels. ` +
        `At most ${MAX_PIXELS} pixels are counted, and no browser has as many.`,
    );
  switch (task.kind) {
    case 'inpaint':
      requireMaskSize(task.mask, photo);
      break;
    case 'copy':
    case 'fill':
      requireMaskSize(task.mask, photo);
      if (task.avoid) requireMaskSize(task.avoid, photo);
      break;
    case 'deblur':
      requireKernelSize(task.kernel, photo);
      break;
    case 'colorize':
      if (task.hints) requireHintSize(task.hints, photo);
      break;
    case 'compose':
      requireFitting(task.second, photo);
      requireFitting(task.first, enlarged(photo, task.second));
      break;
  }
}

function requireKernelSize(kernel: ImageSize, photo: ImageSize): void {
  if (kernel.width <= photo.width && kernel.height <= photo.height) return;
  throw new EpsError(
    'invalid-kernel',
    `A kernel of ${kernel.width} × ${kernel.height} is larger than what it blurs, ` +
      `${photo.width} × ${photo.height} pixels.`,
  );
}

/** The size of the image whose measurement has this size. */
function enlarged(size: ImageSize, task: PageTask): ImageSize {
  switch (task.kind) {
    case 'jpeg': {
      const factor = task.reduced?.factor ?? 1;
      return { width: factor * size.width, height: factor * size.height };
    }
    case 'superResolve':
      return { width: task.factor * size.width, height: task.factor * size.height };
    case 'compose':
      return enlarged(enlarged(size, task.second), task.first);
    default:
      return size;
  }
}

/**
 * The size of a photo, or the size that was given in its place.
 *
 * @throws EpsError `invalid-image`.
 */
export async function sizeOf(photo: unknown): Promise<ImageSize> {
  const stated = reading('invalid-image', 'The photo', () => statedSize(photo));
  if (stated) return stated;
  const { width, height } = await decodePhoto(photo, 'The photo');
  return { width, height };
}

/** The size that was given in place of a photo; undefined for a photo. */
function statedSize(photo: unknown): ImageSize | undefined {
  if (!isBareSize(photo)) return undefined;
  const { width, height } = photo;
  if (isSide(width) && isSide(height)) return { width, height };
  throw new EpsError(
    'invalid-image',
    'The size must be { width, height } in whole pixels of at least 1; ' +
      `got ${shown(width)} × ${shown(height)}.`,
  );
}

/** Whether a value is a plain object that states a size, right or wrong, and no pixels. */
function isBareSize(
  value: unknown,
): value is { readonly width: unknown; readonly height: unknown } {
  return (
    isObject(value) &&
    kindOf(value) === 'Object' &&
    !isPlainImage(value) &&
    ('width' in value || 'height' in value)
  );
}
