// The map of where the samples disagree: the deviation between them at each pixel, coloured, with
// its legend in 8-bit levels.

import { byId, canvas, element } from './dom';
import { putColour } from './colour-map';
import { plural } from './text';
import type { App } from './state';

/** The ends a legend may have, in 8-bit levels. */
const ENDS = [4, 8, 16, 32, 64, 128];

interface Disagreement {
  readonly levels: Float32Array;
  readonly end: number;
  readonly image: ImageData;
}

const known = new WeakMap<ImageData, Disagreement>();

export function disagreementOf(deviation: ImageData): Disagreement {
  const found = known.get(deviation);
  if (found) return found;
  const { data, width, height } = deviation;
  // One number a pixel: the root mean square of the three channels' deviations.
  const levels = Float32Array.from({ length: width * height }, (_, i) =>
    Math.sqrt((data[4 * i]! ** 2 + data[4 * i + 1]! ** 2 + data[4 * i + 2]! ** 2) / 3),
  );
  const sorted = levels.filter((level) => level > 0).sort();
  const high = sorted[Math.floor(0.99 * (sorted.length - 1))] ?? 0;
  const end = ENDS.find((candidate) => candidate >= high) ?? ENDS.at(-1)!;
  const image = new ImageData(width, height);
  levels.forEach((level, i) => putColour(image.data, i, level / end));
  const made = { levels, end, image };
  known.set(deviation, made);
  return made;
}

export function setUpDisagreement(app: App): void {
  const frame = byId('frame');
  const legend = canvas('legend');
  const strip = new ImageData(legend.width, 1);
  for (let x = 0; x < legend.width; x++) putColour(strip.data, x, x / (legend.width - 1));
  legend.getContext('2d')?.putImageData(strip, 0, 0);

  const words = (): string =>
    `Standard deviation between the ${plural(app.value.outcome?.samples ?? 0, 'sample')}, in levels of 255. Bright: guesswork. Point at the picture to read it.`;

  app.on(['view', 'outcome'], () => {
    const { view, outcome } = app.value;
    const shown = view === 'map' && outcome?.deviation !== undefined;
    byId('map-bar').hidden = !shown;
    if (!shown) return;
    const { end } = disagreementOf(outcome.deviation);
    byId('legend-ticks').replaceChildren(
      ...[0, 1, 2, 3, 4].map((i) =>
        element('span', { textContent: `${(end * i) / 4}${i === 4 ? '+' : ''}` }),
      ),
    );
    byId('map-text').textContent = words();
  });

  frame.addEventListener('pointermove', (event) => {
    const { view, outcome } = app.value;
    if (view !== 'map' || !outcome?.deviation) return;
    const { width, height } = outcome.deviation;
    const box = frame.getBoundingClientRect();
    const x = Math.min(
      width - 1,
      Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * width)),
    );
    const y = Math.min(
      height - 1,
      Math.max(0, Math.floor(((event.clientY - box.top) / box.height) * height)),
    );
    const level = disagreementOf(outcome.deviation).levels[y * width + x]!;
    byId('map-text').textContent =
      `At ${x}, ${y} the samples differ by ${level.toFixed(0)} of 255 (standard deviation).`;
  });
  frame.addEventListener('pointerleave', () => {
    if (app.value.view === 'map') byId('map-text').textContent = words();
  });
}
