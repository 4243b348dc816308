// Reads a photo without a canvas, by the browser's ImageDecoder.

import { blank, spaceOf } from '../picture/pixels.js';

type Turn = 0 | 90 | 180 | 270;

/** What TypeScript's library does not know yet. */
interface TurnedFrame {
  /** Clockwise, in degrees. */
  readonly rotation?: Turn;
  /** Whether to mirror it from left to right, after the turn. */
  readonly flip?: boolean;
}

/**
 * The first picture of a file, upright; undefined if this browser cannot read it so.
 *
 * @param space of the pixels; sRGB where this browser does not know it.
 */
export async function decodeFrame(
  file: Blob,
  space: PredefinedColorSpace,
): Promise<ImageData | undefined> {
  if (!('ImageDecoder' in self)) return undefined;
  let frame: VideoFrame | undefined;
  const decoder = await createDecoder(file);
  try {
    frame = (await decoder?.decode())?.image;
    return frame && (await pixelsOf(frame, space));
  } catch {
    return undefined; // an unknown format, or one that it cannot convert
  } finally {
    frame?.close();
    decoder?.close();
  }
}

async function createDecoder(file: Blob): Promise<ImageDecoder | undefined> {
  if (!(await ImageDecoder.isTypeSupported(file.type))) return undefined;
  return new ImageDecoder({ data: file.stream(), type: file.type });
}

async function pixelsOf(frame: VideoFrame, space: PredefinedColorSpace): Promise<ImageData> {
  const { width, height } = frame.visibleRect ?? { width: 0, height: 0 };
  const image = new ImageData(width, height, { colorSpace: space });
  await frame.copyTo(image.data, { format: 'RGBA', colorSpace: spaceOf(image) });
  const { rotation = 0, flip = false } = frame as TurnedFrame;
  return turned(image, rotation, flip);
}

/** Turns clockwise, then mirrors. */
function turned(image: ImageData, turn: Turn, isMirrored: boolean): ImageData {
  if (turn === 0 && !isMirrored) return image;
  const { width: w, height: h } = image;
  const isLying = turn === 90 || turn === 270;
  const output = blank(image, isLying ? { width: h, height: w } : { width: w, height: h });
  const from = new Uint32Array(image.data.buffer);
  const to = new Uint32Array(output.data.buffer);
  const sourceOf: Readonly<Record<Turn, (x: number, y: number) => number>> = {
    0: (x, y) => y * w + x,
    90: (x, y) => (h - 1 - x) * w + y,
    180: (x, y) => (h - 1 - y) * w + (w - 1 - x),
    270: (x, y) => x * w + (w - 1 - y),
  };
  for (let y = 0, at = 0; y < output.height; y++) {
    for (let x = 0; x < output.width; x++, at++) {
      const column = isMirrored ? output.width - 1 - x : x;
      to[at] = from[sourceOf[turn](column, y)] ?? 0;
    }
  }
  return output;
}
