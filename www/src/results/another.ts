// The button that draws the first samples of the same photo, or one more.

import { effect } from '@preact/signals-core';
import { element } from '../dom.js';
import { variantsOf } from '../run/entries.js';
import type { AppState } from '../state/app-state.js';
import { results as words } from '../words.js';

export function setUpAnother(state: AppState, draw: () => void): void {
  const button = element('another', HTMLButtonElement);
  button.addEventListener('click', draw);
  effect(() => {
    const outcome = state.outcome.value;
    button.hidden = !outcome?.isComplete;
    const hasVariants = variantsOf(outcome?.entries ?? []) > 0;
    element('another-text').textContent = hasVariants ? words.another : words.showVariants;
    button.disabled = state.isRunning.value;
  });
}
