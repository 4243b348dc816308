// The strip of results: the estimate, the mean, each sample, and the original where it is known.

import { byId, element } from './dom';
import { shownEntry } from './stage';
import type { App, Entry, Outcome } from './state';

const SIDE = 112;

interface Tile {
  readonly field: HTMLLabelElement;
  readonly radio: HTMLInputElement;
  readonly picture: HTMLCanvasElement;
  readonly figure: HTMLElement;
  drawn: ImageData | undefined;
}

/** A square cut of the picture: the part that was worked on, or its middle. */
function drawTile(
  tile: Tile,
  { image }: Entry,
  { focus }: Outcome,
  whole: HTMLCanvasElement,
): void {
  if (tile.drawn === image) return;
  tile.drawn = image;
  whole.width = image.width;
  whole.height = image.height;
  whole.getContext('2d')?.putImageData(image, 0, 0);
  const side = Math.min(image.width, image.height);
  const cut = focus ?? {
    x: (image.width - side) / 2,
    y: (image.height - side) / 2,
    width: side,
    height: side,
  };
  const target = tile.picture.getContext('2d');
  if (!target) return;
  target.imageSmoothingQuality = 'high';
  target.clearRect(0, 0, SIDE, SIDE);
  target.drawImage(whole, cut.x, cut.y, cut.width, cut.height, 0, 0, SIDE, SIDE);
}

export function setUpResults(app: App): void {
  const strip = byId('strip');
  const tiles = new Map<string, Tile>();
  const whole = document.createElement('canvas');

  const make = (id: string): Tile => {
    const radio = element('input', { type: 'radio', name: 'shown', value: id });
    radio.addEventListener('change', () => {
      const { view } = app.value;
      app.set({ shown: id, view: view === 'compare' ? 'compare' : 'result' });
    });
    const picture = element('canvas', { width: SIDE, height: SIDE });
    picture.setAttribute('aria-hidden', 'true');
    const figure = element('small');
    const field = element(
      'label',
      { className: 'tile' },
      radio,
      picture,
      element('span', {}, element('b'), figure),
    );
    return { field, radio, picture, figure, drawn: undefined };
  };

  app.on(['outcome', 'shown'], () => {
    const { outcome } = app.value;
    byId('results').hidden = !outcome?.entries.length;
    const facts = byId('facts');
    facts.hidden = !outcome?.facts;
    facts.textContent = outcome?.facts ?? '';
    if (!outcome) return;
    const shown = shownEntry(app.value);
    for (const [id, tile] of tiles) {
      if (outcome.entries.some((entry) => entry.id === id)) continue;
      tile.field.remove();
      tiles.delete(id);
    }
    let before: Element = strip.querySelector('legend')!;
    for (const entry of outcome.entries) {
      const tile = tiles.get(entry.id) ?? make(entry.id);
      tiles.set(entry.id, tile);
      // one that is moved would lose the focus
      if (before.nextElementSibling !== tile.field) before.after(tile.field);
      before = tile.field;
      tile.radio.checked = entry === shown;
      tile.field.querySelector('b')!.textContent = entry.label;
      tile.figure.textContent = entry.psnr === undefined ? '' : `${entry.psnr.toFixed(1)} dB`;
      tile.field.classList.toggle('unfinished', entry.unfinished ?? false);
      drawTile(tile, entry, outcome, whole);
    }
  });
}
