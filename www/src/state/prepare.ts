// From the photo to the core's input: the photo itself, or a damaged copy if the visitor asks for
// a simulation.

import type { Damaged } from '../damage/damage.js';
import type { Photo } from '../picture/photo.js';
import { fitWithin } from '../picture/pixels.js';
import type { Size, TaskId } from '../vocabulary.js';
import { inWorker } from '../worker/client.js';
import { planSizes, SIMULATION_SIDE } from './plan.js';
import type { Settings } from './settings.js';

/** What a run starts from. */
export type Prepared = Pick<Damaged, 'input'> & Partial<Damaged>;

/** What to damage, and how. */
export interface DamageQuestion {
  readonly photo: Photo;
  readonly task: TaskId;
  readonly settings: Settings;
}

/** Damages a photo, in the picture worker. */
export async function askDamage({ photo, task, settings }: DamageQuestion): Promise<Damaged> {
  const { pixels, scratchCentre } = photo;
  const { work } = planSizes(pixels, task, settings, true);
  const clean =
    task === 'fill' ? pixels : await reduced(pixels, fitWithin(pixels, SIMULATION_SIDE));
  const centre = scratchCentre ?? { x: 0.5, y: 0.5 };
  return inWorker('damage', clean, work, task, settings, centre);
}

/** The latest picture that was reduced: sliders ask for the same one at every step. */
let latest: { readonly from: ImageData; readonly size: Size; readonly to: ImageData } | undefined;

async function reduced(from: ImageData, size: Size): Promise<ImageData> {
  const isSame = latest?.size.width === size.width && latest.size.height === size.height;
  if (latest?.from === from && isSame) return latest.to;
  const to = await inWorker('reduce', from, size);
  latest = { from, size, to };
  return to;
}
