import { throwIfAborted } from '../shared/errors.js';
import { checkedLoadOptions, type LoadOptions } from './options.js';
import { importSession } from './session-import.js';
import { untilAborted } from './turns.js';

/**
 * Fetches what a restorer needs, and starts nothing: the weights go into the browser's cache, and
 * the compiled core stays with the page. A later {@link Restorer.load} with the same addresses
 * makes no request.
 *
 * @param options as of {@link Restorer.load}; `onProgress` has the stage `'weights'` alone.
 * @throws EpsError as {@link Restorer.load} does, without the errors of devices.
 * @example
 * ```ts
 * requestIdleCallback(() => preload().catch(() => undefined));
 * ```
 */
export async function preload(options: LoadOptions = {}): Promise<void> {
  const checked = checkedLoadOptions(options);
  throwIfAborted(checked.signal);
  const session = await untilAborted(importSession(), checked.signal);
  const stop = new AbortController();
  try {
    await untilAborted(session.preload(checked, stop), checked.signal);
  } catch (error) {
    stop.abort();
    throw error;
  }
}
