import type { ImageSize } from '../../shared/requests.js';
import {
  areaOf,
  resultSize,
  startOf,
  type Layout,
  type SideLayout,
  type WindowIndex,
} from './layout.js';

export type Allocate = (size: ImageSize) => Uint8Array<ArrayBuffer>;

/**
 * An image that windows are put into, row by row. Where two overlap, one passes into the other
 * over the middle half of the overlap; the outer quarter of each, which sees least of the photo,
 * does not count.
 */
export class Assembly {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #layout: Layout;
  readonly #width: number;

  /** @param allocate gives the RGBA bytes of an image of this size, and may throw. */
  constructor(layout: Layout, allocate: Allocate) {
    this.#layout = layout;
    const size = resultSize(layout);
    this.#width = size.width;
    this.bytes = allocate(size);
  }

  /** @param window the RGBA bytes of the window's result. */
  add(window: Uint8Array, index: WindowIndex): void {
    const { columns, rows, factor } = this.#layout;
    const { left, top } = areaOf(this.#layout, index);
    const across = weights(columns, index.column, factor);
    const down = weights(rows, index.row, factor);
    const shared = across.findIndex((weight) => weight === 1);
    for (let y = 0; y < down.length; y++) {
      const from = 4 * y * across.length;
      const to = 4 * ((factor * top + y) * this.#width + factor * left);
      const row = window.subarray(from, from + 4 * across.length);
      const weight = down[y] ?? 1;
      // Most pixels lie in one window: these are copied at once.
      const blended = weight < 1 ? across.length : shared;
      this.#blend(row, to, across.subarray(0, blended), weight);
      this.bytes.set(row.subarray(4 * blended), to + 4 * blended);
    }
  }

  #blend(pixels: Uint8Array, to: number, across: Float32Array, down: number): void {
    const { bytes } = this;
    for (let x = 0; x < across.length; x++) {
      const weight = (across[x] ?? 1) * down;
      for (let i = 4 * x; i < 4 * x + 4; i++) {
        const before = bytes[to + i] ?? 0;
        bytes[to + i] = Math.round(before + weight * ((pixels[i] ?? 0) - before));
      }
    }
  }
}

/**
 * What each pixel of a window counts along one side of the result, against what lies there: 0 to 1,
 * rising over its overlap with the window before.
 */
function weights(side: SideLayout, index: number, factor: number): Float32Array {
  const weights = new Float32Array(factor * side.length).fill(1);
  if (index === 0) return weights;
  const overlap = factor * (startOf(side, index - 1) + side.length - startOf(side, index));
  for (let i = 0; i < overlap; i++)
    weights[i] = Math.min(1, Math.max(0, (i + 0.5 - overlap / 4) / (overlap / 2)));
  return weights;
}
