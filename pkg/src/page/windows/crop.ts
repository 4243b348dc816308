import type { Area, Pixels } from '../../shared/requests.js';

/** The RGBA pixels of an area. */
export function cropped(
  { data, width: across }: Pixels,
  { left, top, width, height }: Area,
): Pixels & { readonly data: Uint8Array<ArrayBuffer> } {
  const pixels = new Uint8Array(4 * width * height);
  for (let y = 0; y < height; y++) {
    const from = 4 * ((top + y) * across + left);
    pixels.set(data.subarray(from, from + 4 * width), 4 * y * width);
  }
  return { data: pixels, width, height };
}
