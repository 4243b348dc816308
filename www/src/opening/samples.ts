// The gallery of sample photos. All are loaded right after the page has appeared: choosing one
// later makes no request.

import { create, element } from '../dom.js';
import { decodePhoto, type Photo } from '../picture/photo.js';
import type { Preset } from '../state/session.js';
import { opening as words, samples as sampleWords, TASKS } from '../words.js';
import { SAMPLES, type Sample } from './sample-list.js';

interface GalleryEvents {
  readonly choose: (photo: Photo, preset: Preset) => void;
  readonly missing: (message: string) => void;
  readonly failed: (error: unknown) => void;
}

export function showCredits(): void {
  element('credits').append(
    ...SAMPLES.map(({ name, credit }) =>
      create(
        'li',
        {},
        `${sampleWords.titles[name]}: ${credit.author()} (${credit.source()}), `,
        create('a', {
          href: credit.link,
          rel: 'noreferrer license',
          textContent: credit.licence(),
        }),
      ),
    ),
  );
}

/** Shows the gallery, and enables each card once its photo is loaded. */
export async function setUpSamples({ choose, missing, failed }: GalleryEvents): Promise<void> {
  const loads = SAMPLES.map(async (sample) => {
    const card = createCard(sample);
    element('gallery').append(card.item);
    try {
      const file = await loadSample(sample);
      const open = async (): Promise<void> =>
        choose(await decodeSample(file, sample), { ...sample, simulate: true });
      card.button.addEventListener('click', () => void open().catch(failed));
      card.button.disabled = false;
      return undefined;
    } catch {
      card.item.remove();
      return sampleWords.titles[sample.name];
    }
  });
  const titles = (await Promise.all(loads)).filter((title) => title !== undefined);
  if (titles.length > 0) missing(words.samplesMissing(titles));
}

async function loadSample({ name }: Sample): Promise<Blob> {
  const response = await fetch(`samples/${name}.jpg`);
  if (!response.ok) throw new Error(`${name}: ${response.status}`);
  return response.blob();
}

async function decodeSample(blob: Blob, { name, scratchCentre }: Sample): Promise<Photo> {
  const photo = await decodePhoto(blob, `${name}.jpg`);
  return scratchCentre ? { ...photo, scratchCentre } : photo;
}

/** A card's picture shows the damaged photo on the left and what this page makes of it. */
function createCard({ name, task }: Sample): {
  item: HTMLLIElement;
  button: HTMLButtonElement;
} {
  const picture = create('img', {
    src: `samples/cards/${name}.jpg`,
    alt: '',
    width: 400,
    height: 400,
    decoding: 'async',
  });
  const button = create(
    'button',
    { type: 'button', className: 'card', disabled: true },
    picture,
    create('span', { className: 'card-title', textContent: sampleWords.titles[name] }),
    create('span', { className: 'card-task', textContent: TASKS[task].name }),
  );
  return { item: create('li', {}, button), button };
}
