// The page's side of the worker that searches for scratches and dust.

import { askOnce } from '../worker/once.js';
import type { FoundScratches, Message } from './search-worker.js';

/**
 * The scratches and dust of a photo.
 *
 * @param onShare called with the share of the photo that is searched, 0 to 1.
 * @throws Error if the worker or its network cannot be loaded, and the signal's reason.
 */
export function findScratches(
  photo: ImageData,
  signal: AbortSignal,
  onShare: (share: number) => void = () => undefined,
): Promise<FoundScratches> {
  const worker = new Worker(
    /* webpackChunkName: "search-worker" */ new URL('./search-worker.ts', import.meta.url),
    { type: 'module', name: 'search-worker' },
  );
  const read = (data: unknown): FoundScratches | undefined => {
    const message = data as Message;
    if ('error' in message) throw new Error(message.error);
    if ('bits' in message) return message;
    onShare(message.searched);
    return undefined;
  };
  return askOnce(worker, photo, read, signal);
}
