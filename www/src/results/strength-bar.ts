// The sliders of a result's strength, and of the rim of a fill.

import { effect } from '@preact/signals-core';
import { element } from '../dom.js';
import type { AppState } from '../state/app-state.js';
import { watch } from '../state/watch.js';
import { page, results as words } from '../words.js';
import { canSoften, FULL, strengthKind, type Strengths } from './strength.js';

/** In percent. */
const MOST: Omit<Strengths, 'rim'> = { mean: 100, sample: 150 };

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
  setUpRim(state);
  // Each run's results are shown as they are first.
  watch(
    () => state.latestOutcome.value?.before,
    () => {
      state.strengths.value = FULL;
    },
  );
}

function setUpRim(state: AppState): void {
  const slider = element('rim', HTMLInputElement);
  slider.addEventListener('input', () => {
    state.strengths.value = { ...state.strengths.peek(), rim: slider.valueAsNumber };
  });
  effect(() => {
    const { rim } = state.strengths.value;
    element('rim-field').hidden = !canSoften(state.outcome.value);
    slider.value = String(rim);
    element('rim-text').textContent = page.brushSize(rim);
  });
}
