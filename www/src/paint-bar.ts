// The painting tools: brush, eraser, size, undo, redo, clear; and their keys.

import { byId, button, input } from './dom';
import type { Brush } from './painter';
import type { App } from './state';

export function setUpPaintBar(app: App, brush: Brush, changed: () => void): void {
  const bar = byId('paint-bar');
  const slider = input('brush-size');
  const brushButton = button('tool-brush');
  const eraserButton = button('tool-eraser');
  const undo = button('tool-undo');
  const redo = button('tool-redo');
  const clear = button('tool-clear');

  const resize = (diameter: number): void => {
    brush.diameter = Math.min(
      Number(slider.max),
      Math.max(Number(slider.min), Math.round(diameter)),
    );
    slider.value = String(brush.diameter);
    byId('brush-size-text').textContent = `${brush.diameter} px`;
    changed();
  };
  const pick = (erasing: boolean): void => {
    brush.erasing = erasing;
    brushButton.setAttribute('aria-pressed', String(!erasing));
    eraserButton.setAttribute('aria-pressed', String(erasing));
    changed();
  };
  const act = (what: 'undo' | 'redo' | 'clear'): void => {
    app.value.mask?.[what]();
    app.set({ maskVersion: app.value.maskVersion + 1 });
  };

  slider.addEventListener('input', () => resize(slider.valueAsNumber));
  brushButton.addEventListener('click', () => pick(false));
  eraserButton.addEventListener('click', () => pick(true));
  undo.addEventListener('click', () => act('undo'));
  redo.addEventListener('click', () => act('redo'));
  clear.addEventListener('click', () => act('clear'));

  window.addEventListener('keydown', (event) => {
    const { target } = event;
    const typing = target instanceof HTMLInputElement && target.type === 'number';
    if (bar.hidden || typing || event.altKey) return;
    const command = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    const actions: Record<string, () => void> = command
      ? { z: () => act(event.shiftKey ? 'redo' : 'undo'), y: () => act('redo') }
      : {
          '[': () => resize(Math.min(brush.diameter - 1, brush.diameter / 1.2)),
          ']': () => resize(Math.max(brush.diameter + 1, brush.diameter * 1.2)),
          b: () => pick(false),
          e: () => pick(true),
        };
    const action = actions[key];
    if (!action) return;
    event.preventDefault();
    action();
  });

  app.on(['task', 'view', 'photo'], () => {
    const { task, view, photo } = app.value;
    bar.hidden = !(photo && task === 'fill' && view === 'photo');
  });
  app.on(['photo'], () => {
    const { photo } = app.value;
    if (!photo) return;
    const longest = Math.max(photo.pixels.width, photo.pixels.height);
    slider.max = String(Math.min(200, Math.max(16, Math.round(longest / 4))));
    resize(Math.max(3, Math.min(40, longest / 32)));
  });
  app.on(['mask', 'maskVersion'], () => {
    const { mask } = app.value;
    undo.disabled = !mask?.canUndo;
    redo.disabled = !mask?.canRedo;
    clear.disabled = !mask?.bits.includes(1);
  });
}
