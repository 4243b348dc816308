// The noise that is measured in a photo.

import { EpsError, type Restorer } from 'eps-restore';
import { ownFile, type Photo } from '../picture/photo.js';
import type { TaskId } from '../vocabulary.js';
import { noise as words } from '../words.js';
import { packageTask } from './package-task.js';
import { DEFAULT_SETTINGS } from './settings.js';

export interface NoiseQuestion {
  readonly restorer: Restorer;
  readonly input: ImageData;
  readonly task: TaskId;
  /** The file that it was decoded from, as it is. */
  readonly file: Blob | undefined;
}

/** The level in 8-bit levels, or why there is none. */
export type NoiseAnswer = number | 'too-small' | 'failed';

export interface MeasuredNoise {
  readonly level: number | undefined;
  readonly note: string;
}

export async function askNoise({
  restorer,
  input,
  task,
  file,
}: NoiseQuestion): Promise<NoiseAnswer> {
  try {
    // The level does not depend on the settings.
    const asked = packageTask(task, DEFAULT_SETTINGS, false, {});
    return await restorer.estimateNoise(input, asked, { file });
  } catch (error) {
    return error instanceof EpsError && error.code === 'invalid-noise' ? 'too-small' : 'failed';
  }
}

export function describeNoise(answer: NoiseAnswer, photo: Photo | undefined): MeasuredNoise {
  if (answer === 'failed') return { level: undefined, note: '' };
  if (answer === 'too-small') return { level: undefined, note: words.tooSmall };
  // Only what is measured in a file counts what compression lost.
  const isJpeg = photo !== undefined && ownFile(photo)?.type === 'image/jpeg';
  return { level: answer, note: words.measured(answer, isJpeg) };
}
