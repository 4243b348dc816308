// The button that draws one more sample of the same photo.

import { effect } from '@preact/signals-core';
import { element } from '../dom.js';
import type { AppState } from '../state/app-state.js';

export function setUpAnother(state: AppState, draw: () => void): void {
  const button = element('another', HTMLButtonElement);
  button.addEventListener('click', draw);
  effect(() => {
    button.hidden = !state.outcome.value?.isComplete;
    button.disabled = state.isRunning.value;
  });
}
