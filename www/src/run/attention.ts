// A run goes on while nobody looks: the tab's title tells how far it is, the screen stays awake,
// and leaving the page asks first.

import { effect, type ReadonlySignal } from '@preact/signals-core';
import type { AppState } from '../state/app-state.js';
import { watch } from '../state/watch.js';
import { page, run as words } from '../words.js';

/** @param hasUnsaved whether there is more that leaving would lose. */
export function setUpAttention(state: AppState, hasUnsaved: ReadonlySignal<boolean>): void {
  setUpTitle(state);
  setUpWakeLock(state);
  window.addEventListener('beforeunload', (event) => {
    if (state.isRunning.peek() || hasUnsaved.peek()) event.preventDefault();
  });
}

function setUpTitle(state: AppState): void {
  const tell = (text: string): void => {
    document.title = text ? `${text} · ${page.title}` : page.title;
  };
  effect(() => {
    const progress = state.progress.value;
    if (progress) tell(words.title(progress.fraction));
    else tell(state.latestOutcome.value?.isComplete ? words.doneTitle : '');
  });
  // Whoever is back has seen it.
  for (const type of ['pointerdown', 'keydown'])
    window.addEventListener(type, () => {
      if (!state.isRunning.peek()) tell('');
    });
}

function setUpWakeLock(state: AppState): void {
  let lock: Promise<WakeLockSentinel> | undefined;
  const update = (): void => {
    const isWanted = state.isRunning.peek() && document.visibilityState === 'visible';
    if (isWanted) {
      if (!('wakeLock' in navigator)) return;
      lock ??= navigator.wakeLock.request('screen');
      lock.catch(() => undefined); // the battery is low, or the system does not allow it
    } else {
      lock?.then(
        (held) => held.release(),
        () => undefined,
      );
      lock = undefined;
    }
  };
  watch(() => state.isRunning.value, update);
  // The browser takes the lock from a hidden page.
  document.addEventListener('visibilitychange', update);
}
