// The foot of the panel: the expected time and Restore; during a run the progress bar, the time
// left and Cancel.

import { effect } from '@preact/signals-core';
import { element } from '../dom.js';
import type { AppState } from '../state/app-state.js';
import type { Cost } from '../state/cost.js';
import { formatExpectedDuration, plural } from '../vocabulary.js';

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
    const progress = state.progress.value;
    if (!progress) return;
    const { stage, fraction, secondsLeft, cancelling } = progress;
    cancel.disabled = cancelling;
    element('progress-bar', HTMLProgressElement).value = fraction;
    element('progress-stage').textContent = stage;
    element('progress-left').textContent =
      secondsLeft === undefined ? '' : `${formatExpectedDuration(secondsLeft)} left`;
  });
  effect(() => {
    const estimate = element('estimate');
    estimate.textContent = state.plan.value?.todo ?? estimateText(state);
    estimate.hidden = state.isRunning.value;
    restore.classList.toggle('waiting', state.plan.value?.todo !== undefined);
  });
}

function estimateText(state: AppState): string {
  if (state.cost.value) return costText(state.cost.value);
  const isLoading = state.engine.value.status === 'loading';
  return isLoading ? 'The time estimate appears when the engine is ready.' : '';
}

function costText({ evaluations, tiles, seconds }: Cost): string {
  const scope = tiles > 1 ? ` of ${plural(tiles, 'tile')}` : '';
  return `${plural(evaluations, 'evaluation')}${scope}, ${formatExpectedDuration(seconds)}`;
}

/** Tells screen readers. */
export function announce(text: string): void {
  element('announcer').textContent = text;
}
