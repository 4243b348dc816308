// The painting tools: what a stroke draws, size, undo, redo, clear; and their keys.

import { batch, effect } from '@preact/signals-core';
import { element } from '../dom.js';
import type { AppState } from '../state/app-state.js';
import { watch } from '../state/watch.js';
import { page, painting as words } from '../words.js';
import { TOOLS, type Brush, type ToolName } from './painter.js';

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
    element('paint-bar').hidden = !state.isPainting.value || !state.photo.value;
  });
  setUpTools(brush);
  setUpColour(state);
  setUpHistory(state);
  setUpKeys(state, brush, resize);
}

function setUpTools(brush: Brush): void {
  for (const tool of TOOLS) {
    const button = element(`tool-${tool}`);
    button.addEventListener('click', () => choose(brush, tool));
    effect(() => {
      const isChosen = brush.tool.value === tool;
      // The brush that erases is the eraser.
      const isEraser = tool === 'brush' && brush.isErasing.value;
      button.setAttribute('aria-pressed', String(isChosen && !isEraser));
    });
  }
  const eraser = element('tool-eraser');
  eraser.addEventListener('click', () => {
    brush.isErasing.value = true;
  });
  effect(() => eraser.setAttribute('aria-pressed', String(brush.isErasing.value)));
  effect(() => {
    element('brush-size-field').hidden = brush.tool.value !== 'brush';
    element('tolerance-field').hidden = brush.tool.value !== 'colour';
  });
  const tolerance = element('tolerance', HTMLInputElement);
  tolerance.addEventListener('input', () => {
    brush.tolerance.value = tolerance.valueAsNumber;
  });
  effect(() => {
    element('tolerance-text').textContent = words.levels(brush.tolerance.value);
  });
}

/** A tool paints when it is chosen; the eraser makes it erase. */
function choose(brush: Brush, tool: ToolName): void {
  batch(() => {
    brush.tool.value = tool;
    brush.isErasing.value = false;
  });
}

/** The colour well of hints, in place of the menu of masks. */
function setUpColour(state: AppState): void {
  const well = element('hint-colour', HTMLInputElement);
  well.addEventListener('change', () => {
    const hints = state.hints.peek();
    if (hints) hints.colour = well.value;
  });
  effect(() => {
    const hints = state.hints.value;
    const isHinting = hints !== undefined && state.layer.value === hints;
    element('hint-colour-field').hidden = !isHinting;
    element('mask-menu').hidden = isHinting;
    if (hints) well.value = hints.colour;
  });
}

function setUpHistory(state: AppState): void {
  const undo = element('tool-undo', HTMLButtonElement);
  const redo = element('tool-redo', HTMLButtonElement);
  const clear = element('tool-clear', HTMLButtonElement);
  undo.addEventListener('click', () => state.layer.peek()?.undo());
  redo.addEventListener('click', () => state.layer.peek()?.redo());
  clear.addEventListener('click', () => state.layer.peek()?.clear());
  effect(() => {
    const mask = state.layer.value;
    undo.disabled = !mask?.canUndo.value;
    redo.disabled = !mask?.canRedo.value;
    clear.disabled = !mask?.bounds.value;
  });
}

function setUpKeys(state: AppState, brush: Brush, resize: (diameter: number) => void): void {
  const undo = (): void => state.layer.peek()?.undo();
  const redo = (): void => state.layer.peek()?.redo();
  const plainKeys: Readonly<Record<string, Action>> = {
    '[': () => resize(Math.min(brush.diameter.peek() - 1, brush.diameter.peek() / 1.2)),
    ']': () => resize(Math.max(brush.diameter.peek() + 1, brush.diameter.peek() * 1.2)),
    b: () => choose(brush, 'brush'),
    r: () => choose(brush, 'rectangle'),
    l: () => choose(brush, 'lasso'),
    c: () => choose(brush, 'colour'),
    e: () => {
      brush.isErasing.value = true;
    },
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
