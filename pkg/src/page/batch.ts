import { EpsError, reading } from '../shared/errors.js';
import { withDefaults, type RestoreOptions } from './options.js';
import type { PhotoSource } from './photo.js';
import type { Restorer } from './restorer.js';
import type { Result } from './result.js';
import type { Task } from './task-types.js';
import { requireOptionalFunction } from './validation.js';

/** One photo of a batch: its result, or why there is none. */
export interface BatchItem {
  /** The photo's place in the list, from 0. */
  readonly index: number;
  /** Undefined if the photo could not be restored. */
  readonly result: Result | undefined;
  /** Undefined if it could. */
  readonly error: EpsError | undefined;
}

/** How far a batch has come. */
export interface BatchProgress {
  /** The place of the photo that is being restored, from 0. */
  readonly index: number;
  /** The number of photos. */
  readonly count: number;
  /** 0 to 1 over the whole batch, each photo counting as much; never decreases. */
  readonly fraction: number;
}

/** {@link RestoreOptions} for every photo of a batch, with one progress for all. */
export interface BatchOptions extends Omit<RestoreOptions, 'onProgress' | 'file'> {
  /** Called after every tile and every photo. An error thrown here ends the batch. */
  readonly onProgress?: ((progress: BatchProgress) => void) | undefined;
}

/** Ends of a batch: the other errors are those of one photo. */
const FATAL: readonly string[] = ['aborted', 'disposed', 'invalid-option'];

/**
 * Restores photos one after another. A photo that cannot be restored does not stop the others.
 * Leaving the loop ends the batch, and no result is kept.
 *
 * @param photos read one at a time, when their turn comes.
 * @param task for all of them, or a function that gives each its own.
 * @param options `whenBusy` is `'wait'` by default.
 * @throws EpsError `aborted`, `disposed` or `invalid-option`, and what a callback throws.
 * @example
 * ```ts
 * for await (const { index, result, error } of restoreAll(restorer, files, denoise()))
 *   show(index, result?.mean ?? error.message);
 * ```
 */
export async function* restoreAll(
  restorer: Restorer,
  photos: Iterable<PhotoSource>,
  task: Task | ((index: number) => Task),
  options: BatchOptions = {},
): AsyncGenerator<BatchItem, void, void> {
  const { onProgress, ...own } = withDefaults(options, { whenBusy: 'wait' });
  requireOptionalFunction('onProgress', onProgress);
  const list = reading('invalid-option', 'The photos', () => [...photos]);
  const count = list.length;
  for (const [index, photo] of list.entries()) {
    const report = (fraction: number): void =>
      onProgress?.({ index, count, fraction: (index + fraction) / count });
    const restored = restorer.restore(photo, typeof task === 'function' ? task(index) : task, {
      ...own,
      onProgress: ({ fraction }) => report(fraction),
    });
    yield { index, ...(await settled(restored)) };
    report(1);
  }
}

/** A photo's own failure is an outcome; any other is thrown. */
async function settled(restored: Promise<Result>): Promise<Omit<BatchItem, 'index'>> {
  try {
    return { result: await restored, error: undefined };
  } catch (error) {
    if (!(error instanceof EpsError) || FATAL.includes(error.code)) throw error;
    return { result: undefined, error };
  }
}
