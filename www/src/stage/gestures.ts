// Two fingers zoom and pan the picture, not the page; the mouse pans it, and keys zoom it.

import { signal, type ReadonlySignal } from '@preact/signals-core';
import { element } from '../dom.js';
import type { Point } from '../vocabulary.js';
import { STEP, type Zoom } from './zoom.js';

const MIDDLE_BUTTON = 1;

/** @returns whether two fingers are on the picture: they paint nothing, and move no slider. */
export function setUpGestures(zoom: Zoom): ReadonlySignal<boolean> {
  setUpKeys(zoom);
  setUpMousePan(zoom);
  return setUpPinch(zoom);
}

function setUpKeys(zoom: Zoom): void {
  const actions: Readonly<Record<string, () => void>> = {
    '+': () => zoom.zoomBy(STEP),
    '=': () => zoom.zoomBy(STEP),
    '-': () => zoom.zoomBy(1 / STEP),
    '0': () => zoom.reset(),
  };
  element('stage').addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    actions[event.key]?.();
  });
}

/** The left button pans where it does nothing else; the middle button always does. */
function setUpMousePan(zoom: Zoom): void {
  const scroller = element('scroller');
  let last: Point | undefined;
  scroller.addEventListener('pointerdown', (event) => {
    const isFree = element('canvas-mask').hidden && element('divider').hidden;
    const pans = event.button === MIDDLE_BUTTON || (event.button === 0 && isFree);
    if (event.pointerType !== 'mouse' || !pans) return;
    if (event.button === MIDDLE_BUTTON) event.preventDefault();
    last = pointOf(event);
    scroller.setPointerCapture(event.pointerId);
    scroller.classList.add('panning');
  });
  scroller.addEventListener('pointermove', (event) => {
    if (!last) return;
    const point = pointOf(event);
    zoom.panBy(point.x - last.x, point.y - last.y);
    last = point;
  });
  scroller.addEventListener('lostpointercapture', () => {
    last = undefined;
    scroller.classList.remove('panning');
  });
}

function setUpPinch(zoom: Zoom): ReadonlySignal<boolean> {
  const scroller = element('scroller');
  const isPinching = signal(false);
  const fingers = new Map<number, Point>();
  const lift = (event: PointerEvent): void => {
    fingers.delete(event.pointerId);
    if (fingers.size === 0) isPinching.value = false;
  };
  const follow = (event: PointerEvent): void => {
    if (!fingers.has(event.pointerId)) return;
    const before = [...fingers.values()];
    fingers.set(event.pointerId, pointOf(event));
    if (fingers.size === 2) pinch(zoom, before, [...fingers.values()]);
  };
  // Captured: before the picture's own tools see the second finger.
  scroller.addEventListener(
    'pointerdown',
    (event) => {
      if (event.pointerType !== 'touch') return;
      fingers.set(event.pointerId, pointOf(event));
      if (fingers.size > 1) isPinching.value = true;
    },
    { capture: true },
  );
  scroller.addEventListener('pointermove', follow, { capture: true });
  scroller.addEventListener('pointerup', lift, { capture: true });
  scroller.addEventListener('pointercancel', lift, { capture: true });
  // The browser would pan the page along.
  for (const type of ['touchstart', 'touchmove'] as const)
    scroller.addEventListener(
      type,
      (event) => {
        if (event.touches.length > 1 && event.cancelable) event.preventDefault();
      },
      { passive: false },
    );
  return isPinching;
}

function pinch(zoom: Zoom, before: readonly Point[], after: readonly Point[]): void {
  const from = middleOf(before);
  const to = middleOf(after);
  const ratio = distanceOf(after) / Math.max(1, distanceOf(before));
  zoom.zoomBy(ratio, zoom.pointAt({ clientX: from.x, clientY: from.y }));
  zoom.panBy(to.x - from.x, to.y - from.y);
}

const pointOf = ({ clientX, clientY }: PointerEvent): Point => ({ x: clientX, y: clientY });

function middleOf([a, b]: readonly Point[]): Point {
  return a && b ? { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 } : { x: 0, y: 0 };
}

const distanceOf = ([a, b]: readonly Point[]): number =>
  a && b ? Math.hypot(a.x - b.x, a.y - b.y) : 0;
