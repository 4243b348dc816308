// The slider of a result's strength.

import { effect } from '@preact/signals-core';
import { element } from '../dom.js';
import type { AppState } from '../state/app-state.js';
import { watch } from '../state/watch.js';
import { results as words } from '../words.js';
import { FULL, strengthKind, type Strengths } from './strength.js';

/** In percent. */
const MOST: Strengths = { mean: 100, sample: 150 };

export function setUpStrengthBar(state: AppState): void {
  const slider = element('strength', HTMLInputElement);
  slider.addEventListener('input', () => {
    const kind = strengthKind(state.pickedEntry.peek());
    if (!kind) return;
    state.strengths.value = { ...state.strengths.peek(), [kind]: slider.valueAsNumber / 100 };
  });
  effect(() => {
    const kind = strengthKind(state.pickedEntry.value);
    const isShown = state.view.value === 'result' || state.view.value === 'compare';
    element('strength-bar').hidden = !kind || !isShown;
    if (!kind) return;
    const percent = Math.round(100 * state.strengths.value[kind]);
    slider.max = String(MOST[kind]);
    slider.value = String(percent);
    element('strength-text').textContent = words.percent(percent);
    element('strength-note').textContent = words.strengthNotes[kind];
  });
  // Each run's results are shown as they are first.
  watch(
    () => state.latestOutcome.value?.before,
    () => {
      state.strengths.value = FULL;
    },
  );
}
