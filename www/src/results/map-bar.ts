// The legend of the map, in 8-bit levels, and the reading at the pointer.

import { computed, effect, signal } from '@preact/signals-core';
import { create, element } from '../dom.js';
import type { AppState } from '../state/app-state.js';
import type { Point } from '../vocabulary.js';
import { results as words } from '../words.js';
import { COLOURS } from './colour-map.js';
import { levelAt } from './disagreement.js';

const TICKS = [0, 1, 2, 3, 4];

export function setUpMapBar(state: AppState): void {
  drawLegend();
  /** The pointer on the picture, in units of its sides. */
  const pointer = signal<Point | undefined>(undefined);
  const frame = element('frame');
  frame.addEventListener('pointermove', (event) => {
    const box = frame.getBoundingClientRect();
    pointer.value = {
      x: (event.clientX - box.left) / box.width,
      y: (event.clientY - box.top) / box.height,
    };
  });
  frame.addEventListener('pointerleave', () => {
    pointer.value = undefined;
  });

  const outcome = computed(() => (state.view.value === 'map' ? state.outcome.value : undefined));
  effect(() => {
    element('map-bar').hidden = !outcome.value;
  });
  effect(() => {
    const end = state.map.value?.end;
    if (end === undefined) return;
    const last = TICKS.length - 1;
    const ticks = TICKS.map((i) => words.mapTick((end * i) / last, i === last));
    element('legend-ticks').replaceChildren(
      ...ticks.map((textContent) => create('span', { textContent })),
    );
  });
  effect(() => {
    if (!outcome.value) return;
    const { calibration, samples } = outcome.value;
    const levels = state.map.value?.levels;
    element('map-text').textContent =
      pointer.value && levels
        ? readingText(levels, pointer.value, calibration !== undefined)
        : words.mapText(samples, calibration !== undefined);
  });
}

function drawLegend(): void {
  const canvas = element('legend', HTMLCanvasElement);
  const strip = new ImageData(canvas.width, 1);
  new Uint32Array(strip.data.buffer).set(COLOURS);
  canvas.getContext('2d')?.putImageData(strip, 0, 0);
}

function readingText(levels: ImageData, { x, y }: Point, isCalibrated: boolean): string {
  const { data, width, height } = levels;
  const pixel = (share: number, length: number): number =>
    Math.min(length - 1, Math.max(0, Math.floor(share * length)));
  const column = pixel(x, width);
  const row = pixel(y, height);
  return words.mapReading(column, row, levelAt(data, row * width + column), isCalibrated);
}
