import type { Pixels, TaskRequest } from '../shared/requests.js';
import { jpegBytes } from './jpeg-file.js';
import { openFile } from './photo-file.js';
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
export async function readInput(given: PhotoSource, task: Task, source?: Blob): Promise<RunInput> {
  const photo = openFile(given, 'The photo');
  const checked = checkedTask(task);
  const { noise } = checked;
  const isEstimated = noise === 'auto' || (noise === undefined && checked.kind === 'denoise');
  const needsFile = isEstimated || checked.kind === 'jpeg';
  const file = needsFile ? jpegBytes(source ?? photo) : undefined;
  const [image, request, bytes] = await Promise.all([
    decodePhoto(photo, 'The photo'),
    taskRequest(checked, file),
    file,
  ]);
  requireFitting(request, image);
  return { image, file: isEstimated ? bytes : undefined, task: request, noise };
}
