import type { PageTask, Pixels } from '../shared/requests.js';
import { isBlurUnknown } from './blur.js';
import { jpegBytes } from './jpeg-file.js';
import { openFile } from './photo-file.js';
import { decodePhoto, spaceOf, type PhotoSource } from './photo.js';
import { requireFitting, taskRequest } from './task-request.js';
import type { NoiseOption, Task } from './task-types.js';
import { checkedTask } from './tasks.js';

/** What a run takes, read when it was asked for. */
export interface RunInput extends NoiseOption {
  readonly image: Pixels;
  /** Of the image, and so of the results. */
  readonly colorSpace: PredefinedColorSpace;
  /** Of a JPEG whose noise or blur is to be estimated. */
  readonly file?: Uint8Array<ArrayBuffer> | undefined;
  readonly task: PageTask;
  /** Whether the blur that the task removes is to be found first. */
  readonly isBlurUnknown: boolean;
}

/** Reads the photo and the task. What can be read at once is read before the call returns. */
export async function readInput(given: PhotoSource, task: Task, source?: Blob): Promise<RunInput> {
  const photo = openFile(given, 'The photo');
  const checked = checkedTask(task);
  const { noise } = checked;
  const unknownBlur = isBlurUnknown(checked);
  const isEstimated = isNoiseUnknown(checked.kind, noise, true) || unknownBlur;
  const needsFile = isEstimated || checked.kind === 'jpeg';
  const file = needsFile ? jpegBytes(source ?? photo) : undefined;
  const colorSpace = spaceOf(photo);
  const [image, request, bytes] = await Promise.all([
    decodePhoto(photo, 'The photo', colorSpace),
    taskRequest(checked, file, colorSpace),
    file,
  ]);
  requireFitting(request, image);
  const known = { image, colorSpace, task: request, noise, isBlurUnknown: unknownBlur };
  return { ...known, file: isEstimated ? bytes : undefined };
}

/** Tasks whose noise is estimated, unless it is stated, where the photo is a JPEG file. */
const TAKE_FILE_NOISE = new Set<PageTask['kind']>(['superResolve', 'deblur', 'colorize']);

/** Whether the noise of a task is to be estimated; `hasFile`: from a JPEG file. */
export function isNoiseUnknown(kind: PageTask['kind'], noise: unknown, hasFile: boolean): boolean {
  if (noise !== undefined) return noise === 'auto';
  return kind === 'denoise' || (hasFile && TAKE_FILE_NOISE.has(kind));
}
