import type { Pixels, TaskRequest } from '../shared/requests.js';
import { jpegBytes } from './jpeg-file.js';
import { decodePhoto, type PhotoSource } from './photo.js';
import { requireFitting, taskRequest } from './task-request.js';
import type { NoiseOption, Task } from './task-types.js';
import { checkedTask } from './tasks.js';

/** What a run takes, read when it was asked for. */
export interface RunInput extends NoiseOption {
  readonly image: Pixels;
  /** Of a JPEG whose noise is to be estimated. */
  readonly file?: Uint8Array<ArrayBuffer> | undefined;
  readonly task: TaskRequest;
}

/** Reads the photo and the task. What can be read at once is read before the call returns. */
export async function readInput(photo: PhotoSource, task: Task, source?: Blob): Promise<RunInput> {
  const checked = checkedTask(task);
  const { noise } = checked;
  const isEstimated = noise === 'auto' || (noise === undefined && checked.kind === 'denoise');
  const [image, request, file] = await Promise.all([
    decodePhoto(photo, 'The photo'),
    taskRequest(checked),
    isEstimated ? jpegBytes(source ?? photo) : undefined,
  ]);
  requireFitting(request, image);
  return { image, file, task: request, noise };
}
