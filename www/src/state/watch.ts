// Acting on changes of signals.

import { computed, effect, untracked } from '@preact/signals-core';

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
