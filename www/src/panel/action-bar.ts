// The foot of the panel: the expected time and Restore; during a run the progress bar, the time
// left and Cancel.

import { effect } from '@preact/signals-core';
import { element } from '../dom.js';
import type { AppState } from '../state/app-state.js';
import { cost as costWords, improve as improveWords, run as words } from '../words.js';

export function setUpActionBar(
  state: AppState,
  actions: { readonly start: () => void; readonly cancel: () => void },
): void {
  const restore = element('restore', HTMLButtonElement);
  const cancel = element('cancel', HTMLButtonElement);
  element('panel').addEventListener('submit', (event) => {
    event.preventDefault();
    actions.start();
  });
  cancel.addEventListener('click', actions.cancel);
  window.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && state.isRunning.peek()) actions.cancel();
  });

  effect(() => {
    const isRunning = state.isRunning.value;
    const focused = document.activeElement;
    element('progress').hidden = !isRunning;
    restore.hidden = isRunning;
    cancel.hidden = !isRunning;
    // A button that is hidden passes the focus to the other.
    if (isRunning && focused === restore) cancel.focus();
    if (!isRunning && focused === cancel) restore.focus();
  });
  effect(() => {
    restore.textContent = state.isImproving.value ? improveWords.button : words.restore;
  });
  effect(() => {
    const progress = state.progress.value;
    if (!progress) return;
    const { stage, fraction, secondsLeft, cancelling } = progress;
    cancel.disabled = cancelling;
    element('progress-bar', HTMLProgressElement).value = fraction;
    element('progress-stage').textContent = stage;
    element('progress-left').textContent = secondsLeft === undefined ? '' : words.left(secondsLeft);
  });
  effect(() => {
    const estimate = element('estimate');
    estimate.textContent = state.plan.value?.todo ?? estimateText(state);
    estimate.hidden = state.isRunning.value;
    const isWaiting = state.plan.value?.todo !== undefined || state.isTooLarge.value;
    restore.classList.toggle('waiting', isWaiting);
  });
}

function estimateText(state: AppState): string {
  const cost = state.cost.value;
  if (cost) return state.isTooLarge.value ? '' : costWords.time(cost.seconds);
  return state.engine.value.status === 'loading' ? costWords.pending : '';
}

/** Tells screen readers. */
export function announce(text: string): void {
  element('announcer').textContent = text;
}
