import { DEFAULT_STALL_MS, withinStall } from '../shared/stall.js';

/** The name of the cache in which browsers keep the weights. */
export const WEIGHTS_CACHE = 'eps-restore-weights';

/**
 * Undefined outside secure contexts, and in frames of an opaque origin, which have caches and may
 * not use them.
 */
export function availableCaches(): CacheStorage | undefined {
  try {
    const { caches }: { caches?: CacheStorage } = globalThis;
    return caches;
  } catch {
    return undefined;
  }
}

/**
 * Removes the weights that the browser keeps for the next visit: 7 MB. Restorers that are loaded
 * stay usable.
 *
 * @returns whether there were any. It never rejects: where there is no cache, nothing is kept.
 * @example
 * ```ts
 * clearButton.onclick = () => clearCache();
 * ```
 */
export async function clearCache(): Promise<boolean> {
  const cleared = availableCaches()?.delete(WEIGHTS_CACHE) ?? false;
  const work = Promise.resolve(cleared);
  return withinStall(DEFAULT_STALL_MS, work, () => new Error('stalled')).catch(() => false);
}
