// The sample photos: their tasks, settings and credits.

import type { Preset } from '../state/session.js';
import type { Point, SampleName } from '../vocabulary.js';
import { samples as words } from '../words.js';

export interface Sample extends Omit<Preset, 'simulate'> {
  readonly name: SampleName;
  /** Of simulated scratches, in units of the photo's sides. */
  readonly scratchCentre?: Point;
  readonly credit: Credit;
}

interface Credit {
  readonly author: () => string;
  readonly source: () => string;
  readonly licence: () => string;
  readonly link: string;
}

const UNSPLASH = { licence: () => words.licence('Unsplash'), link: 'https://unsplash.com/license' };
const CC0 = {
  licence: () => 'CC0 1.0',
  link: 'https://creativecommons.org/publicdomain/zero/1.0/',
};

export const SAMPLES: readonly Sample[] = [
  {
    name: 'spaniels',
    task: 'fill',
    settings: {},
    scratchCentre: { x: 0.415, y: 0.27 },
    credit: {
      author: () => 'Aitzol Berasategi',
      source: () => words.reduced('“Friends”, Lomiri wallpapers'),
      licence: () => 'CC BY 4.0',
      link: 'https://creativecommons.org/licenses/by/4.0/',
    },
  },
  {
    name: 'portrait',
    task: 'enlarge',
    settings: { factor: 4 },
    credit: { author: () => words.synthetic, source: () => 'Faker’s person portraits', ...CC0 },
  },
  {
    name: 'aircraft',
    task: 'unblur',
    settings: { blur: 'motion', length: 11, angle: 0 },
    credit: { author: () => 'John Torcasio', source: () => 'Unsplash, fJDArEla6hU', ...UNSPLASH },
  },
  {
    name: 'station',
    task: 'unblur',
    settings: { blur: 'gaussian', sigma: 2.2 },
    credit: { author: () => 'Kevin Grieve', source: () => 'Unsplash, 8_CMEX1Y7gg', ...UNSPLASH },
  },
  {
    name: 'peppers',
    task: 'denoise',
    settings: { noiseLevel: 30 },
    credit: {
      author: () => 'Marcus Klasson',
      source: () => 'Grocery Store Dataset',
      licence: () => 'MIT',
      link: 'https://github.com/marcusklasson/GroceryStoreDataset',
    },
  },
  {
    name: 'young-man',
    task: 'fill',
    settings: {},
    scratchCentre: { x: 0.5, y: 0.5 },
    credit: { author: () => words.synthetic, source: () => 'Faker’s person portraits', ...CC0 },
  },
  {
    name: 'hills',
    task: 'colourise',
    settings: {},
    credit: {
      author: () => words.unnamed,
      source: () => words.through('Unsplash', 'CLIC 2025'),
      ...UNSPLASH,
    },
  },
];
