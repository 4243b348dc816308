// The frame on the photo that marks the detail: moved by its grip and by arrow keys, or put where
// the visitor clicks.

import { effect, type ReadonlySignal } from '@preact/signals-core';
import { element } from '../dom.js';
import type { AppState } from '../state/app-state.js';
import type { Point } from '../vocabulary.js';
import { detail as words } from '../words.js';
import type { Zoom } from '../stage/zoom.js';
import type { Detail } from './detail.js';

/** A pointer that moves farther drags, in CSS pixels. */
const CLICK_REACH = 5;
/** The share of the photo's height that the grip needs above the frame. */
const GRIP_ROOM = 0.08;
/** The share of the window that a key moves it by; with Shift, the whole. */
const KEY_SHARE = 1 / 8;

const KEYS: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

export function setUpDetailMarker(
  state: AppState,
  detail: Detail,
  zoom: Zoom,
  isPinching: ReadonlySignal<boolean>,
): void {
  const marker = element('marker');
  effect(() => {
    const input = detail.input.value;
    const box = detail.window.value?.inner;
    // There is nowhere to move a frame around the whole photo.
    const isWhole = box && input && box.width === input.width && box.height === input.height;
    marker.hidden = !input || !box || isWhole || state.view.value !== 'photo';
    if (!input || !box) return;
    const isAtTop = box.y < GRIP_ROOM * input.height;
    const isAtBottom = box.y + box.height > (1 - GRIP_ROOM) * input.height;
    marker.classList.toggle('at-top', isAtTop && !isAtBottom);
    marker.classList.toggle('full-height', isAtTop && isAtBottom);
    const percent = (part: number, whole: number): string => `${(100 * part) / whole}%`;
    marker.style.left = percent(box.x, input.width);
    marker.style.top = percent(box.y, input.height);
    marker.style.width = percent(box.width, input.width);
    marker.style.height = percent(box.height, input.height);
    marker.ariaLabel = words.marker(
      Math.round((100 * (box.x + box.width / 2)) / input.width),
      Math.round((100 * (box.y + box.height / 2)) / input.height),
    );
  });
  setUpKeys(marker, detail);
  setUpDrag(marker, detail, isPinching);
  setUpClick(state, detail, zoom, isPinching);
}

function setUpKeys(marker: HTMLElement, detail: Detail): void {
  marker.addEventListener('keydown', (event) => {
    const direction = KEYS[event.key];
    const inner = detail.window.peek()?.inner;
    if (!direction || !inner) return;
    event.preventDefault();
    const step = Math.max(1, (event.shiftKey ? 1 : KEY_SHARE) * inner.width);
    detail.moveBy(direction.x * step, direction.y * step);
  });
}

function setUpDrag(marker: HTMLElement, detail: Detail, isPinching: ReadonlySignal<boolean>): void {
  let last: Point | undefined;
  marker.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    event.stopPropagation(); // neither pans nor paints
    marker.focus({ preventScroll: true });
    marker.setPointerCapture(event.pointerId);
    last = { x: event.clientX, y: event.clientY };
  });
  marker.addEventListener('pointermove', (event) => {
    const input = detail.input.peek();
    if (!last || !input || isPinching.peek()) return;
    const scale = element('frame').getBoundingClientRect().width / input.width;
    detail.moveBy((event.clientX - last.x) / scale, (event.clientY - last.y) / scale);
    last = { x: event.clientX, y: event.clientY };
  });
  marker.addEventListener('lostpointercapture', () => {
    last = undefined;
  });
}

/** A click puts the window there, where a click does nothing else. */
function setUpClick(
  state: AppState,
  detail: Detail,
  zoom: Zoom,
  isPinching: ReadonlySignal<boolean>,
): void {
  const scroller = element('scroller');
  let start: Point | undefined;
  scroller.addEventListener('pointerdown', (event) => {
    const isFree = state.view.peek() === 'photo' && !state.isPainting.peek();
    start = event.button === 0 && isFree ? { x: event.clientX, y: event.clientY } : undefined;
  });
  scroller.addEventListener('pointerup', (event) => {
    const from = start;
    start = undefined;
    if (!from || isPinching.peek()) return;
    if (Math.hypot(event.clientX - from.x, event.clientY - from.y) > CLICK_REACH) return;
    const point = zoom.pointAt(event);
    const isInside = Math.min(point.x, point.y) >= 0 && Math.max(point.x, point.y) <= 1;
    if (isInside) detail.moveTo(point);
  });
  scroller.addEventListener('pointercancel', () => {
    start = undefined;
  });
}
