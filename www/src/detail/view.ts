// The detail in the panel: before and after, side by side.

import { effect } from '@preact/signals-core';
import { element } from '../dom.js';
import { clear, display } from '../picture/display.js';
import { cut } from '../picture/pixels.js';
import type { AppState } from '../state/app-state.js';
import type { Box } from '../vocabulary.js';
import type { Detail } from './detail.js';

/** What the view shows the restoration of. */
interface Shown {
  readonly input: ImageData;
  readonly box: Box;
}

export function setUpDetailView(state: AppState, detail: Detail): void {
  const figure = element('detail');
  const before = element('detail-before', HTMLCanvasElement);
  const after = element('detail-after', HTMLCanvasElement);
  let shown: Shown | undefined;
  effect(() => {
    const input = detail.input.value;
    const box = detail.window.value?.inner;
    // The other views show what a run has made of it.
    const isCompared = detail.alternatives.value !== undefined;
    figure.hidden = !input || !box || isCompared || state.view.value !== 'photo';
    before.classList.toggle('grey', state.task.value === 'colourise');
    if (!input || !box || (shown?.input === input && isSame(shown.box, box))) return;
    shown = { input, box };
    display(before, cut(input, box));
    // What was restored of another part is no answer here.
    clear(after);
  });
  effect(() => {
    const answer = detail.answer.value;
    figure.ariaBusy = String(detail.isBusy.value);
    if (answer instanceof ImageData) display(after, answer);
  });
  effect(() => {
    element('detail-note').textContent = detail.note.value;
    figure.classList.toggle('without', detail.obstacle.value !== '');
  });
}

const isSame = (a: Box, b: Box): boolean =>
  a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height;
