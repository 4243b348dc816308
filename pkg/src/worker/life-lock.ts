/**
 * Holds a lock as long as this worker lives. The browser releases it when the worker ends, however
 * it ends, and even if its thread is busy.
 *
 * @returns whether the lock is held. Pages of some contexts have no locks.
 */
export function holdLock(name: string): Promise<boolean> {
  const browser: { readonly locks?: LockManager } = navigator;
  return new Promise<boolean>((resolve) => {
    const ended = browser.locks?.request(name, () => {
      resolve(true);
      return new Promise<never>(() => undefined);
    });
    // Refused, as in a frame of an opaque origin.
    ended?.catch(() => resolve(false));
    if (!ended) resolve(false);
  });
}
