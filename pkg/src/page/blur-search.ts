// The search for a photo's blur in a worker.

import { reading, throwIfAborted } from '../shared/errors.js';
import { LIMITS } from '../shared/limits.js';
import type { BlurRequest } from '../shared/requests.js';
import type { BlurEstimate, BlurOptions } from './blur.js';
import { jpegBytes, requireOptionalFile } from './jpeg-file.js';
import { openFile } from './photo-file.js';
import { decodePhoto, spaceOf, type PhotoSource } from './photo.js';
import { untilAborted } from './turns.js';
import {
  invalidOption,
  requireInteger,
  requireKnownNames,
  requireOptionalFunction,
  requireOptionalSignal,
} from './validation.js';
import { errorOf } from './worker-link.js';
import type { WorkerPool } from './worker-pool.js';

/** How a search is watched and ended. */
type Watch = Pick<BlurOptions, 'signal' | 'onProgress'>;

/**
 * The blurs that a photo may have, the most probable first.
 *
 * @throws EpsError as `Restorer.estimateBlur` does, and what `onProgress` throws.
 */
export async function blursOfPhoto(
  pool: WorkerPool,
  photo: PhotoSource,
  options: BlurOptions,
): Promise<BlurEstimate[]> {
  const { file: source, kernelSide, ...watch } = checkedOptions(options);
  throwIfAborted(watch.signal);
  const opened = openFile(photo, 'The photo');
  const read = Promise.all([
    decodePhoto(opened, 'The photo', spaceOf(photo)),
    jpegBytes(source ?? opened),
  ]);
  const [image, file] = await untilAborted(read, watch.signal);
  return findBlurs(
    pool,
    { image, ...(file && { file }), ...(kernelSide && { kernelSide }) },
    watch,
  );
}

/** The same for pixels. */
export async function findBlurs(
  pool: WorkerPool,
  request: BlurRequest,
  { signal, onProgress }: Watch,
): Promise<BlurEstimate[]> {
  const lead = await untilAborted(pool.lead(), signal);
  let thrown: { readonly error: unknown } | undefined;
  const search = lead.begin('blur', request, {
    onEvent: (fraction) => {
      if (thrown || signal?.aborted) return;
      try {
        onProgress?.(fraction);
      } catch (error) {
        thrown = { error };
        search.cancel();
      }
    },
  });
  signal?.addEventListener('abort', search.cancel, { once: true });
  try {
    const outcome = await untilAborted(search.outcome, signal);
    pool.throwIfDisposed();
    if (thrown) throw thrown.error;
    if (!outcome.ok) throw errorOf(outcome.failure);
    return outcome.answer;
  } finally {
    signal?.removeEventListener('abort', search.cancel);
  }
}

/** @throws EpsError `invalid-option` that names the option, its value and what is valid. */
function checkedOptions(options: BlurOptions): BlurOptions {
  return reading('invalid-option', 'The options', () => {
    requireKnownNames('estimateBlur', options, [
      'file',
      'kernelSide',
      'onProgress',
      'signal',
    ] satisfies (keyof BlurOptions)[]);
    const { file, kernelSide, onProgress, signal } = options;
    requireOptionalFile(file);
    if (kernelSide !== undefined) requireKernelSide(kernelSide);
    requireOptionalFunction('onProgress', onProgress);
    requireOptionalSignal(signal);
    return { file, kernelSide, onProgress, signal };
  });
}

function requireKernelSide(side: number): void {
  const [least, most] = LIMITS.kernelSide;
  requireInteger('kernelSide', side, least, most);
  if (side % 2 === 0) throw invalidOption('kernelSide', 'odd', side);
}
