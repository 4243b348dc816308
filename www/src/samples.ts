// The sample photos. All are fetched once, right after the page has shown itself, so that choosing
// one later asks the network for nothing.

import { byId, element } from './dom';
import { prepare } from './prepare';
import { decode } from './photo';
import { fitWithin, reduce, show } from './pixels';
import { TASK_NAMES } from './tasks';
import type { Point } from './scratches';
import type { Photo, Settings, TaskId } from './state';

export interface Sample {
  readonly file: string;
  readonly title: string;
  readonly task: TaskId;
  readonly settings: Partial<Settings>;
  /** The centre of the simulated scratches, in units of the photo's sides. */
  readonly scratchedAt?: Point;
  readonly credit: {
    readonly author: string;
    readonly source: string;
    readonly licence: string;
    readonly link: string;
  };
}

const UNSPLASH = { licence: 'Unsplash Licence', link: 'https://unsplash.com/license' };
const CC0 = { licence: 'CC0 1.0', link: 'https://creativecommons.org/publicdomain/zero/1.0/' };

const SAMPLES: readonly Sample[] = [
  {
    file: 'spaniels.jpg',
    title: 'Two spaniels',
    task: 'fill',
    settings: {},
    scratchedAt: { x: 0.415, y: 0.27 },
    credit: {
      author: 'Aitzol Berasategi',
      source: '“Friends”, Lomiri wallpapers; cropped and reduced',
      licence: 'CC BY 4.0',
      link: 'https://creativecommons.org/licenses/by/4.0/',
    },
  },
  {
    file: 'portrait.jpg',
    title: 'Portrait',
    task: 'enlarge',
    settings: { factor: 4 },
    credit: { author: 'synthetic person', source: 'Faker’s person portraits', ...CC0 },
  },
  {
    file: 'aircraft.jpg',
    title: 'Aircraft',
    task: 'unblur',
    settings: { blur: 'motion', length: 11, angle: 0 },
    credit: { author: 'John Torcasio', source: 'Unsplash, fJDArEla6hU', ...UNSPLASH },
  },
  {
    file: 'station.jpg',
    title: 'Station',
    task: 'unblur',
    settings: { blur: 'gaussian', sigma: 2.2 },
    credit: { author: 'Kevin Grieve', source: 'Unsplash, 8_CMEX1Y7gg', ...UNSPLASH },
  },
  {
    file: 'peppers.jpg',
    title: 'Peppers',
    task: 'denoise',
    settings: { noiseLevel: 30 },
    credit: {
      author: 'Marcus Klasson',
      source: 'Grocery Store Dataset',
      licence: 'MIT',
      link: 'https://github.com/marcusklasson/GroceryStoreDataset',
    },
  },
  {
    file: 'young-man.jpg',
    title: 'Young man',
    task: 'fill',
    settings: {},
    scratchedAt: { x: 0.5, y: 0.5 },
    credit: { author: 'synthetic person', source: 'Faker’s person portraits', ...CC0 },
  },
  {
    file: 'hills.jpg',
    title: 'Hills',
    task: 'colourise',
    settings: {},
    credit: {
      author: 'unnamed photographer',
      source: 'Unsplash, through the CLIC 2025 image set',
      ...UNSPLASH,
    },
  },
];

const CARD_SIDE = 256;

export function showCredits(): void {
  byId('credits').append(
    ...SAMPLES.map(({ title, credit }) =>
      element(
        'li',
        {},
        `${title}: ${credit.author} (${credit.source}), `,
        element('a', { href: credit.link, rel: 'noreferrer license', textContent: credit.licence }),
      ),
    ),
  );
}

/** A card's picture: the simulated damage on the left, the clean photo on the right. */
function drawCard(canvas: HTMLCanvasElement, photo: Photo, sample: Sample, base: Settings): void {
  const { before, truth } = prepare(photo, sample.task, { ...base, ...sample.settings }, true);
  const card = fitWithin(before, 2 * CARD_SIDE);
  const damaged = reduce(before, card);
  const clean = reduce(truth ?? photo.pixels, card);
  const middle = sample.scratchedAt
    ? Math.round(sample.scratchedAt.x * card.width)
    : Math.round(card.width / 2);
  for (let y = 0; y < card.height; y++) {
    const row = 4 * y * card.width;
    damaged.data.set(clean.data.subarray(row + 4 * middle, row + 4 * card.width), row + 4 * middle);
    damaged.data.fill(255, row + 4 * (middle - 1), row + 4 * (middle + 1));
  }
  show(canvas, damaged);
}

export async function setUpSamples(
  base: Settings,
  choose: (photo: Photo) => void,
  failed: (message: string) => void,
): Promise<void> {
  const missing: string[] = [];
  await Promise.all(
    SAMPLES.map(async (sample) => {
      const picture = element('canvas', { width: 4, height: 3 });
      picture.setAttribute('aria-hidden', 'true');
      const card = element(
        'button',
        { type: 'button', className: 'card', disabled: true },
        picture,
        element('span', { className: 'card-title', textContent: sample.title }),
        element('span', { className: 'card-task', textContent: TASK_NAMES[sample.task] }),
      );
      byId('gallery').append(element('li', {}, card));
      try {
        const response = await fetch(`samples/${sample.file}`);
        if (!response.ok) throw new Error(String(response.status));
        const photo: Photo = { ...(await decode(await response.blob(), sample.file)), sample };
        drawCard(picture, photo, sample, base);
        card.addEventListener('click', () => choose(photo));
        card.disabled = false;
      } catch {
        missing.push(sample.title);
        card.parentElement?.remove();
      }
    }),
  );
  if (missing.length)
    failed(
      `These samples could not be loaded: ${missing.join(', ')}. Your own photos work all the same.`,
    );
}
