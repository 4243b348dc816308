// One step of a run, as it can be looked at: a part of its pictures at full size.

import type { RestoreStep } from 'eps-restore';
import { partAround } from '../detail/window.js';
import { cut } from '../picture/pixels.js';
import { drawMap } from '../results/disagreement.js';
import type { Box, Point, Size } from '../vocabulary.js';

const SIDE = 160;

export interface Insight {
  readonly stage: 'mean' | 'sample';
  /** The noise of the state, in 8-bit levels. */
  readonly noise: number;
  readonly state: ImageData;
  readonly pivot: ImageData;
  /** How far the step's answer is from what it began with, in colour. */
  readonly difference: ImageData;
  /** The level of its brightest colour. */
  readonly end: number;
}

/** Follows the steps of one run after the other. */
export class Insights {
  /** The answers that the mean and the variants began with. */
  private estimate: ImageData | undefined;
  private mean: ImageData | undefined;

  /**
   * @param centre what to look at, in units of the picture's sides.
   * @returns undefined for a step that asked the network nothing.
   */
  of({ stage, tau, preview, query }: RestoreStep, centre: Point): Insight | undefined {
    const box = around(centre, preview);
    const answer = cut(preview, box);
    if (stage === 'estimate') this.estimate = answer;
    if (stage === 'mean') this.mean = answer;
    const began = stage === 'mean' ? this.estimate : this.mean;
    if (stage === 'estimate' || !query || !began) return undefined;
    const { image, end } = drawMap(distance(answer, began), undefined);
    return {
      stage,
      noise: 127.5 * tau,
      state: cut(query.state, box),
      pivot: cut(query.pivot, box),
      difference: image,
      end,
    };
  }
}

/** A square around a point, within the picture. */
function around(centre: Point, size: Size): Box {
  const [x, width] = partAround(size.width, centre.x, SIDE);
  const [y, height] = partAround(size.height, centre.y, SIDE);
  return { x, y, width, height };
}

/** |a - b| of every channel. */
function distance(a: ImageData, b: ImageData): ImageData {
  const difference = new ImageData(a.width, a.height);
  for (const [i, value] of a.data.entries())
    difference.data[i] = i % 4 === 3 ? 255 : Math.abs(value - (b.data[i] ?? 0));
  return difference;
}
