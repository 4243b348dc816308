// The slider between before and after: dragged anywhere on the picture, or moved with the keyboard.

import { effect, signal, type ReadonlySignal } from '@preact/signals-core';
import { element } from '../dom.js';
import type { AppState } from '../state/app-state.js';
import { watch } from '../state/watch.js';
import { results as words } from '../words.js';

/** The positions that keys move to, in percent. */
const KEYS: Readonly<Record<string, (position: number) => number>> = {
  ArrowLeft: (position) => position - 2,
  ArrowRight: (position) => position + 2,
  ArrowDown: (position) => position - 2,
  ArrowUp: (position) => position + 2,
  PageDown: (position) => position - 10,
  PageUp: (position) => position + 10,
  Home: () => 0,
  End: () => 100,
};

export function setUpCompare(state: AppState, isPinching: ReadonlySignal<boolean>): void {
  const frame = element('frame');
  const divider = element('divider');
  const after = element('canvas-over');
  /** Of the divider, in percent of the picture's width. */
  const position = signal(50);
  const move = (to: number): void => {
    position.value = Math.min(100, Math.max(0, to));
  };
  const moveToPointer = (event: PointerEvent): void => {
    const box = frame.getBoundingClientRect();
    move((100 * (event.clientX - box.left)) / box.width);
  };

  frame.addEventListener('pointerdown', (event) => {
    if (divider.hidden || event.button !== 0 || isPinching.peek()) return;
    event.preventDefault();
    divider.focus({ preventScroll: true });
    frame.setPointerCapture(event.pointerId);
    moveToPointer(event);
  });
  frame.addEventListener('pointermove', (event) => {
    const isDragging = !divider.hidden && frame.hasPointerCapture(event.pointerId);
    if (isDragging && !isPinching.peek()) moveToPointer(event);
  });
  divider.addEventListener('keydown', (event) => {
    const target = KEYS[event.key];
    if (!target) return;
    event.preventDefault();
    move(target(position.peek()));
  });

  // The divider starts in the middle of the restored part.
  watch(
    () => state.outcome.value?.before,
    (before) => {
      const focus = state.outcome.peek()?.focus;
      move(before && focus ? (100 * (focus.x + focus.width / 2)) / before.width : 50);
    },
  );
  effect(() => {
    const percent = Math.round(position.value);
    divider.style.left = `${position.value}%`;
    after.style.clipPath = `inset(0 0 0 ${position.value}%)`;
    divider.setAttribute('aria-valuenow', String(percent));
    divider.setAttribute('aria-valuetext', words.divider(percent));
  });
}
