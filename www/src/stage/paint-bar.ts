// The painting tools: brush, eraser, size, undo, redo, clear; and their keys.

import { effect } from '@preact/signals-core';
import { element } from '../dom.js';
import type { AppState } from '../state/app-state.js';
import { watch } from '../state/watch.js';
import { page } from '../words.js';
import type { Brush } from './painter.js';

/** The range of the brush's diameter, in pixels of the photo. */
const SMALLEST_MAX = 16;
const LARGEST_MAX = 200;

type Action = () => void;

export function setUpPaintBar(state: AppState, brush: Brush): void {
  const slider = element('brush-size', HTMLInputElement);
  const resize = (diameter: number): void => {
    const { min, max } = slider;
    brush.diameter.value = Math.min(Number(max), Math.max(Number(min), Math.round(diameter)));
  };
  slider.addEventListener('input', () => resize(slider.valueAsNumber));
  watch(
    () => state.photo.value,
    (photo) => {
      if (!photo) return;
      const side = Math.max(photo.pixels.width, photo.pixels.height);
      slider.max = String(Math.min(LARGEST_MAX, Math.max(SMALLEST_MAX, Math.round(side / 4))));
      resize(Math.max(3, Math.min(40, side / 32)));
    },
  );
  effect(() => {
    slider.value = String(brush.diameter.value);
    element('brush-size-text').textContent = page.brushSize(brush.diameter.value);
  });
  effect(() => {
    const isPainting = state.view.value === 'photo' && state.task.value === 'fill';
    element('paint-bar').hidden = !isPainting || !state.photo.value;
  });
  setUpTools(brush);
  setUpHistory(state);
  setUpKeys(state, brush, resize);
}

function setUpTools(brush: Brush): void {
  for (const [id, isErasing] of [
    ['tool-brush', false],
    ['tool-eraser', true],
  ] as const) {
    const button = element(id);
    button.addEventListener('click', () => {
      brush.isErasing.value = isErasing;
    });
    effect(() => button.setAttribute('aria-pressed', String(brush.isErasing.value === isErasing)));
  }
}

function setUpHistory(state: AppState): void {
  const undo = element('tool-undo', HTMLButtonElement);
  const redo = element('tool-redo', HTMLButtonElement);
  const clear = element('tool-clear', HTMLButtonElement);
  undo.addEventListener('click', () => state.mask.peek()?.undo());
  redo.addEventListener('click', () => state.mask.peek()?.redo());
  clear.addEventListener('click', () => state.mask.peek()?.clear());
  effect(() => {
    const mask = state.mask.value;
    undo.disabled = !mask?.canUndo.value;
    redo.disabled = !mask?.canRedo.value;
    clear.disabled = !mask?.bounds.value;
  });
}

function setUpKeys(state: AppState, brush: Brush, resize: (diameter: number) => void): void {
  const undo = (): void => state.mask.peek()?.undo();
  const redo = (): void => state.mask.peek()?.redo();
  const erase = (isErasing: boolean) => (): void => {
    brush.isErasing.value = isErasing;
  };
  const plainKeys: Readonly<Record<string, Action>> = {
    '[': () => resize(Math.min(brush.diameter.peek() - 1, brush.diameter.peek() / 1.2)),
    ']': () => resize(Math.max(brush.diameter.peek() + 1, brush.diameter.peek() * 1.2)),
    b: erase(false),
    e: erase(true),
  };
  // Keys without Ctrl act on the picture alone: they would get in the way of dictation elsewhere.
  element('canvas-mask').addEventListener('keydown', (event) => {
    if (!event.altKey && !event.ctrlKey && !event.metaKey) act(plainKeys, event);
  });
  window.addEventListener('keydown', (event) => {
    const { target } = event;
    const isTyping = target instanceof HTMLInputElement && target.type === 'number';
    if (element('paint-bar').hidden || isTyping || event.altKey) return;
    if (event.ctrlKey || event.metaKey) act({ z: event.shiftKey ? redo : undo, y: redo }, event);
  });
}

function act(actions: Readonly<Record<string, Action>>, event: KeyboardEvent): void {
  const action = actions[event.key.toLowerCase()];
  if (!action) return;
  event.preventDefault();
  action();
}
