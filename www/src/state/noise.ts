// The measured noise of a noisy photo.

import { denoise, EpsError, type Restorer } from 'eps-restore';
import { ownFile, type Photo } from '../picture/photo.js';
import { noise as words } from '../words.js';

export interface NoiseQuestion {
  readonly restorer: Restorer;
  readonly input: ImageData;
  /** The file that it was decoded from, as it is. */
  readonly file: Blob | undefined;
}

/** The level in 8-bit levels, or why there is none. */
export type NoiseAnswer = number | 'too-small' | 'failed';

export interface MeasuredNoise {
  readonly level: number | undefined;
  readonly note: string;
}

export async function askNoise({ restorer, input, file }: NoiseQuestion): Promise<NoiseAnswer> {
  try {
    return await restorer.estimateNoise(input, denoise(), { file });
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
