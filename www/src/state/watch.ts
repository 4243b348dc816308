// Acting on changes of signals.

import { computed, effect, untracked, type ReadonlySignal } from '@preact/signals-core';

/**
 * Calls `act` with the value of `read`, now and whenever it changes. Signals that only `act` uses
 * do not count.
 */
export function watch<T>(read: () => T, act: (value: T) => void): void {
  const source = computed(read);
  effect(() => {
    const { value } = source;
    untracked(() => act(value));
  });
}

/** The first value of a signal that is defined. */
export function whenDefined<T>(source: ReadonlySignal<T | undefined>): Promise<T> {
  return new Promise((resolve) => {
    const stop = effect(() => {
      const { value } = source;
      if (value === undefined) return;
      resolve(value);
      queueMicrotask(() => stop());
    });
  });
}
