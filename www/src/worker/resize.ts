// Another size of a picture, by the browser's best scaling.

import type { Size } from '../vocabulary.js';

export async function resize(image: ImageData, { width, height }: Size): Promise<ImageData> {
  if (width === image.width && height === image.height) return image;
  const bitmap = await createImageBitmap(image, {
    resizeWidth: width,
    resizeHeight: height,
    resizeQuality: 'high',
  });
  const { colorSpace } = image;
  const settings = { colorSpace, willReadFrequently: true };
  const context = new OffscreenCanvas(width, height).getContext('2d', settings);
  if (!context) throw new Error('This browser has no more room for a canvas.');
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return context.getImageData(0, 0, width, height);
}
