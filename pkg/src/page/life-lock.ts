/**
 * Calls `onReleased` once nobody holds a lock any more: its worker has ended. Where pages have no
 * locks, that is never called.
 */
export function whenReleased(name: string, onReleased: () => void): void {
  const browser: { readonly locks?: LockManager } = navigator;
  const released = browser.locks?.request(name, () => onReleased());
  // Refused, as in a frame of an opaque origin.
  released?.catch(() => undefined);
}
