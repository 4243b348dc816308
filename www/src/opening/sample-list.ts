// The sample photos: their tasks, settings and credits.

import type { Preset } from '../state/session.js';
import type { Point } from '../vocabulary.js';

export interface Sample extends Omit<Preset, 'simulate'> {
  readonly file: string;
  readonly title: string;
  /** Of simulated scratches, in units of the photo's sides. */
  readonly scratchCentre?: Point;
  readonly credit: {
    readonly author: string;
    readonly source: string;
    readonly licence: string;
    readonly link: string;
  };
}

const UNSPLASH = { licence: 'Unsplash Licence', link: 'https://unsplash.com/license' };
const CC0 = { licence: 'CC0 1.0', link: 'https://creativecommons.org/publicdomain/zero/1.0/' };

export const SAMPLES: readonly Sample[] = [
  {
    file: 'spaniels.jpg',
    title: 'Two spaniels',
    task: 'fill',
    settings: {},
    scratchCentre: { x: 0.415, y: 0.27 },
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
    scratchCentre: { x: 0.5, y: 0.5 },
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
