// What works where a run would take too much memory, and what is quicker where it would take long.

import { LIMITS } from 'eps-restore';

import type { Size } from '../vocabulary.js';
import { coreFactor, FACTORS, type Factor, type TaskId } from '../vocabulary.js';
import type { Cost } from './cost.js';

/** The share of the device's memory that a run may take. */
const MEMORY_SHARE = 0.75;
/** Leaves room where an offer is a run at the limit. */
const EASE = 0.9;
/** Runs of more seconds than this come with the offer to reduce the photo. */
const LONG_RUN = 120;
/** The seconds that a run of the reduced photo should take. */
const SHORT_RUN = 45;
/** A photo is not reduced to less than this longest side just to save time. */
const LEAST_SIDE = 1024;
/** A reduction that saves less of each side is not worth a button. */
const LEAST_REDUCTION = 0.85;

export interface Offers {
  /** A smaller size of the photo, and the time that it would take. */
  readonly reduction?: { readonly size: Size; readonly seconds: number };
  /** A smaller factor. */
  readonly factor?: Factor;
}

interface Wish {
  readonly photo: Size;
  readonly task: TaskId;
  readonly factor: number;
}

/** Browsers report at most 8 GiB; one that does not tell counts as having enough. */
export function memoryLimit(): number {
  const { deviceMemory } = navigator as { readonly deviceMemory?: number };
  const share = deviceMemory ? MEMORY_SHARE * deviceMemory * 2 ** 30 : Infinity;
  return Math.min(LIMITS.pageBytes, share);
}

export const isTooLarge = ({ bytes }: Cost, limit = memoryLimit()): boolean => bytes > limit;

/** What to offer in place of a run; memory and time grow with the number of pixels. */
export function offersFor(wish: Wish, cost: Cost, limit = memoryLimit()): Offers {
  if (isTooLarge(cost, limit)) {
    const scale = Math.sqrt((EASE * limit) / cost.bytes);
    const factor = smallerFactor(wish, cost, limit);
    const reduction = reduce(wish, cost, Math.max(scale, leastForMemory(wish)));
    const fits = reduction && scale >= leastForMemory(wish);
    return { ...(fits && { reduction }), ...(factor && { factor }) };
  }
  if (cost.seconds <= LONG_RUN || wish.task === 'fill') return {};
  const scale = Math.max(Math.sqrt(SHORT_RUN / cost.seconds), leastForTime(wish));
  const reduction = scale <= LEAST_REDUCTION ? reduce(wish, cost, scale) : undefined;
  return reduction ? { reduction } : {};
}

/** An enlarged photo is never smaller than the one that came in. */
const leastForMemory = ({ task, factor }: Wish): number => (task === 'enlarge' ? 1 / factor : 0);

function leastForTime(wish: Wish): number {
  const longest = Math.max(wish.photo.width, wish.photo.height);
  return Math.max(leastForMemory(wish), Math.min(1, LEAST_SIDE / longest));
}

function reduce({ photo }: Wish, cost: Cost, scale: number): Offers['reduction'] {
  const size = {
    width: Math.max(1, Math.round(photo.width * scale)),
    height: Math.max(1, Math.round(photo.height * scale)),
  };
  return { size, seconds: cost.seconds * scale * scale };
}

/** The largest smaller factor that fits. */
function smallerFactor({ task, factor }: Wish, cost: Cost, limit: number): Factor | undefined {
  if (task !== 'enlarge') return undefined;
  const fits = (other: Factor): boolean =>
    cost.bytes * (other / coreFactor(factor)) ** 2 <= EASE * limit;
  return FACTORS.filter((other) => other < factor && fits(other)).at(-1);
}
