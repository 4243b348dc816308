// Between two pictures of one colour space, or beyond the second.

import { blank } from '../picture/pixels.js';

/** from + amount (to - from): the first picture at 0, the second at 1. */
export function blend(from: ImageData, to: ImageData, amount: number): ImageData {
  const output = blank(to, to);
  const { data } = output;
  for (let i = 0; i < data.length; i++) {
    const start = from.data[i] ?? 0;
    data[i] = start + amount * ((to.data[i] ?? 0) - start);
  }
  return output;
}

/**
 * Lets the fill of a picture begin softly: a painted pixel that lies less deep in the mask than the
 * rim is wide counts by its share of that way, and the photo by the rest. Changes the picture.
 */
export function soften(
  { data }: ImageData,
  photo: ImageData,
  depth: Float32Array,
  rim: number,
): void {
  for (let pixel = 0; pixel < depth.length; pixel++) {
    const deep = depth[pixel] ?? 0;
    if (deep === 0 || deep > rim) continue;
    const share = deep / (rim + 1);
    for (let i = 4 * pixel; i < 4 * pixel + 4; i++) {
      const start = photo.data[i] ?? 0;
      data[i] = start + share * ((data[i] ?? 0) - start);
    }
  }
}

/** The mean of the three colours, in all three: what Colourise starts from. */
export function grey(image: ImageData): ImageData {
  const { data } = image;
  const output = blank(image, image);
  for (let i = 0; i < data.length; i += 4) {
    const mean = ((data[i] ?? 0) + (data[i + 1] ?? 0) + (data[i + 2] ?? 0)) / 3;
    output.data.fill(mean, i, i + 3);
    output.data[i + 3] = data[i + 3] ?? 0;
  }
  return output;
}
