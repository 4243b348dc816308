// The strip of results: the estimate, the mean, each sample, and the original if it is known.

import { batch, effect } from '@preact/signals-core';
import { create, element } from '../dom.js';
import { display } from '../picture/display.js';
import { middleSquare, thumbnail } from '../picture/pixels.js';
import type { AppState } from '../state/app-state.js';
import type { Entry } from '../state/outcome.js';
import type { Box } from '../vocabulary.js';
import { results as words } from '../words.js';

/** Of a tile's picture, in pixels. */
const SIDE = 112;

export function setUpStrip(state: AppState): void {
  const strip = element('strip');
  const tiles = new Map<string, Tile>();
  const choose = (id: string): void => {
    batch(() => {
      state.chosenEntryId.value = id;
      if (state.chosenView.peek() !== 'compare') state.chosenView.value = 'result';
    });
  };

  effect(() => {
    const outcome = state.outcome.value;
    element('results').hidden = !outcome?.entries.length;
    const facts = element('facts');
    facts.hidden = !outcome?.facts;
    facts.textContent = outcome?.facts ?? '';
  });
  effect(() => {
    const outcome = state.outcome.value;
    if (!outcome) return;
    for (const [id, tile] of tiles) {
      if (outcome.entries.some((entry) => entry.id === id)) continue;
      tile.label.remove();
      tiles.delete(id);
    }
    outcome.entries.forEach((entry, i) => {
      const tile = tiles.get(entry.id) ?? new Tile(entry.id, choose);
      tiles.set(entry.id, tile);
      // The legend is the first child. A tile that is moved would lose the focus.
      const next = strip.children.item(i + 1);
      if (next !== tile.label) strip.insertBefore(tile.label, next);
      tile.show(entry, entry === state.pickedEntry.value, outcome.focus);
    });
  });
}

class Tile {
  readonly label: HTMLLabelElement;
  private readonly radio: HTMLInputElement;
  private readonly picture = create('canvas', { width: SIDE, height: SIDE });
  private readonly name = create('b');
  private readonly figure = create('small');
  private drawn: ImageData | undefined;

  constructor(id: string, choose: (id: string) => void) {
    this.radio = create('input', { type: 'radio', name: 'shown', value: id });
    this.radio.addEventListener('change', () => choose(id));
    this.picture.setAttribute('aria-hidden', 'true');
    this.label = create(
      'label',
      { className: 'tile' },
      this.radio,
      this.picture,
      create('span', {}, this.name, this.figure),
    );
  }

  show(entry: Entry, isChosen: boolean, focus: Box | undefined): void {
    this.radio.checked = isChosen;
    this.name.textContent = entry.label;
    this.figure.textContent = entry.psnr === undefined ? '' : words.closeness(entry.psnr);
    this.label.classList.toggle('unfinished', entry.unfinished ?? false);
    if (this.drawn !== entry.image) this.draw(entry.image, focus);
  }

  /** Draws a square of the image: the restored part, or the middle. */
  private draw(image: ImageData, focus: Box | undefined): void {
    this.drawn = image;
    display(this.picture, thumbnail(image, focus ?? middleSquare(image), SIDE));
  }
}
