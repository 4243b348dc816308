// Shows pictures on canvases, in their own colour space. A large one is made into a bitmap by the
// picture worker: drawing it here would hold up the page.

import { inWorker } from '../worker/client.js';

/** The pixels up to which a picture is drawn here. */
const SMALL_AREA = 2e6;

/** Bitmaps that were made along with a picture, for the first time that it is shown. */
const ready = new WeakMap<ImageData, ImageBitmap>();

/** What each canvas shows, or is about to show. */
const shown = new WeakMap<HTMLCanvasElement, ImageData>();

/** Keeps the bitmap of a picture until it is shown. */
export function keepBitmap(image: ImageData, bitmap: ImageBitmap): void {
  ready.set(image, bitmap);
}

/** Shows a picture on a canvas at the picture's own size, unless it shows it already. */
export function display(canvas: HTMLCanvasElement, image: ImageData): void {
  if (shown.get(canvas) === image) return;
  shown.set(canvas, image);
  void bitmapOf(image).then((bitmap) => {
    // Another picture may have come meanwhile.
    if (shown.get(canvas) === image) put(canvas, bitmap);
    else bitmap.close();
  });
}

/** Shows nothing on a canvas. */
export function clear(canvas: HTMLCanvasElement): void {
  shown.delete(canvas);
  canvas.getContext('bitmaprenderer')?.transferFromImageBitmap(null);
}

function put(canvas: HTMLCanvasElement, bitmap: ImageBitmap): void {
  const { width, height } = bitmap;
  Object.assign(canvas, { width, height });
  canvas.getContext('bitmaprenderer')?.transferFromImageBitmap(bitmap);
}

async function bitmapOf(image: ImageData): Promise<ImageBitmap> {
  const made = ready.get(image);
  ready.delete(image);
  if (made) return made;
  const isSmall = image.width * image.height <= SMALL_AREA;
  return isSmall ? createImageBitmap(image) : inWorker('bitmap', image);
}
