// The gallery of sample photos. All are loaded right after the page has appeared: choosing one
// later makes no request.

import { create, element } from '../dom.js';
import { decodePhoto, type Photo } from '../picture/photo.js';
import { fitWithin, reduce, show } from '../picture/pixels.js';
import { prepare } from '../state/prepare.js';
import { DEFAULT_SETTINGS } from '../state/settings.js';
import { TASK_TEXTS } from '../vocabulary.js';
import { SAMPLES, type Sample } from './sample-list.js';

const CARD_SIDE = 512;

export function showCredits(): void {
  element('credits').append(
    ...SAMPLES.map(({ title, credit }) =>
      create(
        'li',
        {},
        `${title}: ${credit.author} (${credit.source}), `,
        create('a', { href: credit.link, rel: 'noreferrer license', textContent: credit.licence }),
      ),
    ),
  );
}

/** Shows the gallery, and enables each card once its photo is loaded. */
export async function setUpSamples(
  choose: (photo: Photo, sample: Sample) => void,
  failed: (message: string) => void,
): Promise<void> {
  const loads = SAMPLES.map(async (sample) => {
    const card = createCard(sample);
    element('gallery').append(card.item);
    try {
      const photo = await loadSample(sample);
      drawCard(card.picture, photo, sample);
      card.button.addEventListener('click', () => choose(photo, sample));
      card.button.disabled = false;
      return undefined;
    } catch {
      card.item.remove();
      return sample.title;
    }
  });
  const missing = (await Promise.all(loads)).filter((title) => title !== undefined);
  if (missing.length > 0)
    failed(`These samples could not be loaded: ${missing.join(', ')}. Your own photos still work.`);
}

async function loadSample({ file, scratchCentre }: Sample): Promise<Photo> {
  const response = await fetch(`samples/${file}`);
  if (!response.ok) throw new Error(`${file}: ${response.status}`);
  const photo = await decodePhoto(await response.blob(), file);
  return scratchCentre ? { ...photo, scratchCentre } : photo;
}

function createCard({ title, task }: Sample): {
  item: HTMLLIElement;
  button: HTMLButtonElement;
  picture: HTMLCanvasElement;
} {
  const picture = create('canvas', { width: 4, height: 3 });
  picture.setAttribute('aria-hidden', 'true');
  const button = create(
    'button',
    { type: 'button', className: 'card', disabled: true },
    picture,
    create('span', { className: 'card-title', textContent: title }),
    create('span', { className: 'card-task', textContent: TASK_TEXTS[task].name }),
  );
  return { item: create('li', {}, button), button, picture };
}

/** A card's picture: the simulated damage on the left, the clean photo on the right. */
function drawCard(canvas: HTMLCanvasElement, photo: Photo, sample: Sample): void {
  const settings = { ...DEFAULT_SETTINGS, ...sample.settings };
  const { before, truth } = prepare(photo, sample.task, settings, true);
  const size = fitWithin(before, CARD_SIDE);
  const card = reduce(before, size);
  const clean = reduce(truth ?? photo.pixels, size);
  const middle = Math.round((sample.scratchCentre?.x ?? 0.5) * size.width);
  for (let y = 0; y < size.height; y++) {
    const row = 4 * y * size.width;
    const right = clean.data.subarray(row + 4 * middle, row + 4 * size.width);
    card.data.set(right, row + 4 * middle);
    card.data.fill(255, row + 4 * (middle - 1), row + 4 * (middle + 1));
  }
  show(canvas, card);
}
