// The before/after slider: dragged anywhere on the picture, or moved with the keyboard.

import { byId, canvas } from './dom';
import type { App } from './state';

const KEYS: Readonly<Record<string, (at: number) => number>> = {
  ArrowLeft: (at) => at - 2,
  ArrowRight: (at) => at + 2,
  ArrowDown: (at) => at - 2,
  ArrowUp: (at) => at + 2,
  PageDown: (at) => at - 10,
  PageUp: (at) => at + 10,
  Home: () => 0,
  End: () => 100,
};

export function setUpCompare(app: App): void {
  const frame = byId('frame');
  const divider = byId('divider');
  const over = canvas('canvas-over');
  let at = 50;

  const move = (to: number): void => {
    at = Math.min(100, Math.max(0, to));
    divider.style.left = `${at}%`;
    over.style.clipPath = `inset(0 0 0 ${at}%)`;
    divider.setAttribute('aria-valuenow', String(Math.round(at)));
    divider.setAttribute(
      'aria-valuetext',
      `${Math.round(at)} % before, ${100 - Math.round(at)} % after`,
    );
  };
  const follow = (event: PointerEvent): void => {
    const box = frame.getBoundingClientRect();
    move((100 * (event.clientX - box.left)) / box.width);
  };

  frame.addEventListener('pointerdown', (event) => {
    if (divider.hidden || event.button !== 0) return;
    event.preventDefault();
    divider.focus({ preventScroll: true });
    frame.setPointerCapture(event.pointerId);
    follow(event);
  });
  frame.addEventListener('pointermove', (event) => {
    if (!divider.hidden && frame.hasPointerCapture(event.pointerId)) follow(event);
  });
  divider.addEventListener('keydown', (event) => {
    const key = KEYS[event.key];
    if (!key) return;
    event.preventDefault();
    move(key(at));
  });

  // A new run starts in the middle of what it works on.
  let before: ImageData | undefined;
  app.on(['outcome'], () => {
    const { outcome } = app.value;
    if (outcome?.before === before) return;
    before = outcome?.before;
    const { focus } = outcome ?? {};
    move(outcome && focus ? (100 * (focus.x + focus.width / 2)) / outcome.before.width : 50);
  });
}
