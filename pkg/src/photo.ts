import { EpsError } from './errors.js';

/** Raw pixels: RGBA, four bytes a pixel, rows from the top, sRGB, alpha not multiplied in. */
export interface PixelImage {
  readonly data: Uint8ClampedArray | Uint8Array;
  readonly width: number;
  readonly height: number;
}

/**
 * Anything a page has that is a picture. It is copied when the call is made, and never changed,
 * closed or kept.
 *
 * A photo reaches the core as 8-bit sRGB, upright (EXIF), with its transparency: see {@link
 * readPhoto}.
 */
export type PhotoSource =
  | ImageData
  | ImageBitmap
  | HTMLCanvasElement
  | OffscreenCanvas
  | HTMLImageElement
  | Blob
  | VideoFrame
  | PixelImage;

const ACCEPTED =
  'ImageData, ImageBitmap, a canvas, an image element, a Blob or File, VideoFrame, or { data, width, height } with RGBA bytes';

/**
 * The pixels of a picture as {@link Restorer.restore} takes them: 8-bit sRGB, alpha not multiplied
 * in.
 *
 * Files are turned as their EXIF orientation says, and their colours converted from their own
 * profile to sRGB. Of a 16-bit file the upper 8 bits are left; of an animated one, the first frame.
 * Colours of half-transparent pixels are exact where the browser has canvases of 16-bit floats,
 * else rounded.
 *
 * @throws EpsError `invalid-image` where it is no picture or has no pixels, `undecodable-image`
 *   where its bytes are none that the browser can read, or are not all there.
 */
export async function readPhoto(source: PhotoSource): Promise<ImageData> {
  const { data, width, height } = await decodePhoto(source, 'The photo');
  return new ImageData(
    new Uint8ClampedArray(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength),
    width,
    height,
  );
}

/**
 * The pixels of a picture.
 *
 * @param what how to call it in messages, with a capital: “The photo”.
 * @throws EpsError `invalid-image` where it is no picture or has no pixels, `undecodable-image`
 *   where its bytes are none that the browser can read.
 */
export async function decodePhoto(source: PhotoSource, what: string): Promise<PixelImage> {
  switch (tagOf(source)) {
    case 'ImageData':
      return fromImageData(source as ImageData, what);
    case 'ImageBitmap': {
      const bitmap = source as ImageBitmap;
      return drawn(bitmap, bitmap.width, bitmap.height, what);
    }
    case 'HTMLCanvasElement':
    case 'OffscreenCanvas': {
      const canvas = source as HTMLCanvasElement | OffscreenCanvas;
      return drawn(canvas, canvas.width, canvas.height, what);
    }
    case 'HTMLImageElement':
      return fromElement(source as HTMLImageElement, what);
    case 'VideoFrame': {
      const frame = source as VideoFrame;
      return drawn(frame, frame.displayWidth, frame.displayHeight, what);
    }
    case 'Blob':
    case 'File':
      return fromBlob(source as Blob, what);
    default:
      return fromPixels(source as PixelImage, what);
  }
}

/** Whether a value is a bare `{ data, width, height }`, and no picture of the platform's. */
export function isBare(value: object): value is { data: unknown; width: unknown; height: unknown } {
  return tagOf(value) === 'Object' && 'data' in value;
}

/**
 * The platform's name of an object's kind; the same for objects of another window, where
 * `instanceof` would fail.
 */
function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

function fromImageData(image: ImageData, what: string): PixelImage {
  requireSize(image.width, image.height, what);
  const plain =
    image.data instanceof Uint8ClampedArray || tagOf(image.data) === 'Uint8ClampedArray';
  if (plain && (image.colorSpace ?? 'srgb') === 'srgb')
    return { data: image.data.slice(), width: image.width, height: image.height };
  // Another colour space, or floating-point pixels: a canvas converts.
  return read(image.width, image.height, what, (context) => context.putImageData(image, 0, 0));
}

async function fromElement(element: HTMLImageElement, what: string): Promise<PixelImage> {
  try {
    await element.decode();
  } catch (cause) {
    throw new EpsError(
      'undecodable-image',
      `${what} is an image element whose image could not be loaded.`,
      { cause },
    );
  }
  return drawn(element, element.naturalWidth, element.naturalHeight, what);
}

async function fromBlob(blob: Blob, what: string): Promise<PixelImage> {
  if (blob.size === 0) throw new EpsError('undecodable-image', `${what} is an empty file.`);
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(blob, {
      imageOrientation: 'from-image',
      premultiplyAlpha: 'none',
      colorSpaceConversion: 'default',
    });
  } catch (cause) {
    const kind = blob.type === '' ? '' : ` of type ${blob.type}`;
    throw new EpsError(
      'undecodable-image',
      `${what} is a file${kind} (${blob.size} bytes) that this browser cannot decode as an image: it is something else, damaged or cut short, or holds more pixels than the browser can.`,
      { cause },
    );
  }
  try {
    return drawn(bitmap, bitmap.width, bitmap.height, what);
  } finally {
    bitmap.close();
  }
}

function fromPixels(source: PixelImage, what: string): PixelImage {
  if (typeof source !== 'object' || source === null || !isBare(source)) {
    throw new EpsError('invalid-image', `${what} must be ${ACCEPTED}, and is ${describe(source)}.`);
  }
  const { data, width, height } = source;
  requireSize(width, height, what);
  const bytes = tagOf(data);
  if (bytes !== 'Uint8ClampedArray' && bytes !== 'Uint8Array') {
    throw new EpsError(
      'invalid-image',
      `${what}'s data must be a Uint8ClampedArray or Uint8Array, and is ${describe(data)}.`,
    );
  }
  if (data.length !== 4 * width * height) {
    throw new EpsError(
      'invalid-image',
      `${what} of ${width} × ${height} pixels must have ${4 * width * height} bytes (RGBA), and has ${data.length}.`,
    );
  }
  return { data: data.slice(), width, height };
}

function drawn(source: CanvasImageSource, width: number, height: number, what: string): PixelImage {
  requireSize(width, height, what);
  return read(width, height, what, (context) => context.drawImage(source, 0, 0, width, height));
}

/** Draws on a canvas of the given size and reads it back as 8-bit sRGB. */
function read(
  width: number,
  height: number,
  what: string,
  draw: (context: OffscreenCanvasRenderingContext2D) => void,
): PixelImage {
  const image = readOn({}, width, height, what, draw);
  if (!isHalfTransparent(image.data)) return image;
  // A canvas holds colours multiplied by alpha, and 8 bits of them are too few to divide again.
  return readOn({ colorType: 'float16' }, width, height, what, draw);
}

function isHalfTransparent(rgba: Uint8ClampedArray | Uint8Array): boolean {
  for (let i = 3; i < rgba.length; i += 4) if (rgba[i] !== 255 && rgba[i] !== 0) return true;
  return false;
}

/** `colorType`, where a browser does not know it, is passed over by that browser. */
function readOn(
  settings: { readonly colorType?: 'float16' },
  width: number,
  height: number,
  what: string,
  draw: (context: OffscreenCanvasRenderingContext2D) => void,
): PixelImage {
  const context = new OffscreenCanvas(width, height).getContext('2d', {
    willReadFrequently: true,
    ...settings,
  });
  if (!context)
    throw new EpsError(
      'image-too-large',
      `${what} of ${width} × ${height} pixels is larger than a canvas can be in this browser.`,
    );
  try {
    draw(context);
    return { data: context.getImageData(0, 0, width, height).data, width, height };
  } catch (cause) {
    if ((cause as Partial<DOMException>).name === 'SecurityError') {
      throw new EpsError(
        'undecodable-image',
        `${what} comes from another site that does not allow its pixels to be read (CORS). Load it with crossorigin="anonymous" from a server that allows it, or open it as a file.`,
        { cause },
      );
    }
    if ((cause as Partial<Error>).name === 'RangeError') {
      throw new EpsError(
        'image-too-large',
        `${what} of ${width} × ${height} pixels does not fit into this browser's memory.`,
        { cause },
      );
    }
    throw new EpsError('invalid-image', `${what} cannot be read: ${(cause as Error).message}`, {
      cause,
    });
  }
}

function requireSize(width: unknown, height: unknown, what: string): void {
  if (
    Number.isInteger(width) &&
    Number.isInteger(height) &&
    (width as number) >= 1 &&
    (height as number) >= 1
  )
    return;
  throw new EpsError(
    'invalid-image',
    `${what} has no pixels: its size is ${String(width)} × ${String(height)}. (A closed ImageBitmap or VideoFrame has size 0.)`,
  );
}

function describe(value: unknown): string {
  return typeof value === 'object' && value !== null
    ? `an object of kind ${tagOf(value)}`
    : String(value);
}
