import { EpsError, messageOf, reading } from '../shared/errors.js';
import type { ImageSize, Pixels } from '../shared/requests.js';
import { isCompleteFile } from './complete-file.js';
import { OpenedFile, openFile } from './photo-file.js';
import { isFile, isObject, isSide, kindOf, shown } from './validation.js';

/** Raw pixels: RGBA, four bytes a pixel, rows from the top, sRGB, alpha not premultiplied. */
export interface PixelImage {
  readonly data: Uint8ClampedArray | Uint8Array;
  readonly width: number;
  readonly height: number;
}

/**
 * Anything a page has that holds a picture. It is copied when the call is made (an image element
 * that is still loading: once it has loaded), and never changed, closed or kept. The body of a
 * `Response` is read.
 *
 * A string or URL is the address of a file, relative to the page, which is fetched; an ArrayBuffer
 * holds the bytes of a file. A video gives the frame that it shows.
 *
 * A photo reaches the core as 8-bit sRGB, upright (EXIF), with its transparency: see
 * {@link readPhoto}.
 */
export type PhotoSource =
  | ImageData
  | ImageBitmap
  | HTMLCanvasElement
  | OffscreenCanvas
  | HTMLImageElement
  | HTMLVideoElement
  | VideoFrame
  | Blob
  | Response
  | ArrayBuffer
  | string
  | URL
  | PixelImage;

/** The picture objects of the platform, by the kind that {@link kindOf} reports. */
interface PictureKinds {
  ImageData: ImageData;
  ImageBitmap: ImageBitmap;
  HTMLCanvasElement: HTMLCanvasElement;
  OffscreenCanvas: OffscreenCanvas;
  HTMLImageElement: HTMLImageElement;
  HTMLVideoElement: HTMLVideoElement;
  VideoFrame: VideoFrame;
}

const ACCEPTED =
  'ImageData, ImageBitmap, a canvas, an image or video element, VideoFrame, a Blob or File, ' +
  'Response, an ArrayBuffer with a file in it, an address, or { data, width, height } with RGBA ' +
  'bytes';

/**
 * The pixels of a picture as {@link Restorer.restore} reads them: 8-bit sRGB, alpha not
 * premultiplied.
 *
 * Files are turned as their EXIF orientation says, and their colours are converted from their own
 * profile to sRGB. A 16-bit file keeps its upper 8 bits; an animated one its first frame. Colours
 * of half-transparent pixels are exact if the browser has canvases of 16-bit floats, else rounded.
 *
 * @throws EpsError `invalid-image` if the source is no picture or has no pixels;
 *   `download-failed` if its address does not answer; `undecodable-image` if its bytes cannot be
 *   decoded, are incomplete, or may not be read (CORS); `image-too-large` if a canvas of that size
 *   is not possible.
 * @example
 * ```ts
 * const { width, height, data } = await readPhoto(fileInput.files[0]);
 * ```
 */
export async function readPhoto(source: PhotoSource): Promise<ImageData> {
  const { data, width, height } = await decodePhoto(source, 'The photo');
  const clamped = new Uint8ClampedArray(data.buffer, data.byteOffset, data.byteLength);
  return reading('image-too-large', 'The photo', () => new ImageData(clamped, width, height));
}

/**
 * The RGBA bytes of a picture. What can be read at once is read before the call returns.
 *
 * @param subject how messages name the picture, capitalised: “The photo”.
 * @throws EpsError as {@link readPhoto} does.
 */
export async function decodePhoto(source: unknown, subject: string): Promise<DecodedPhoto> {
  return reading('invalid-image', subject, () => decode(openFile(source, subject), subject));
}

function decode(source: unknown, subject: string): DecodedPhoto | Promise<DecodedPhoto> {
  if (OpenedFile.is(source)) return source.blob.then((file) => fromBlob(file, subject));
  if (isKind(source, 'ImageData')) return fromImageData(source, subject);
  if (isKind(source, 'HTMLImageElement')) return fromElement(source, subject);
  if (isFile(source)) return fromBlob(source, subject);
  if (
    isKind(source, 'ImageBitmap') ||
    isKind(source, 'HTMLCanvasElement') ||
    isKind(source, 'OffscreenCanvas')
  )
    return drawn(source, source, subject);
  if (isKind(source, 'VideoFrame')) {
    const { displayWidth: width, displayHeight: height } = source;
    return drawn(source, { width, height }, subject);
  }
  if (isKind(source, 'HTMLVideoElement')) return fromVideo(source, subject);
  return fromPixels(source, subject);
}

/** A photo's bytes in a buffer of their own. */
type DecodedPhoto = Pixels & { readonly data: Uint8Array<ArrayBuffer> };

/** Whether a value is a plain `{ data, width, height }`, not a picture of the platform's. */
export function isPlainImage(
  value: unknown,
): value is { readonly data: unknown; readonly width: unknown; readonly height: unknown } {
  return isObject(value) && kindOf(value) === 'Object' && 'data' in value;
}

function isKind<K extends keyof PictureKinds>(value: unknown, kind: K): value is PictureKinds[K] {
  return kindOf(value) === kind;
}

function fromImageData(image: ImageData, subject: string): DecodedPhoto {
  const { data, width, height } = image;
  requireSize(image, subject);
  // Older browsers know only sRGB, and do not say so.
  const { colorSpace = 'srgb' } = image as Partial<ImageData>;
  if (data.length !== 4 * width * height)
    throw new EpsError(
      'invalid-image',
      `${subject} has lost its pixels: its buffer has been transferred elsewhere.`,
    );
  if (kindOf(data) === 'Uint8ClampedArray' && colorSpace === 'srgb')
    return { data: new Uint8Array(data), width, height };
  // Another colour space, or floating-point pixels: a canvas converts them.
  return read(image, subject, (context) => context.putImageData(image, 0, 0));
}

function fromElement(
  element: HTMLImageElement,
  subject: string,
): DecodedPhoto | Promise<DecodedPhoto> {
  const { complete, naturalWidth: width, naturalHeight: height } = element;
  // The page may give the element another image as soon as the call has returned.
  if (complete && width > 0 && height > 0) return drawn(element, { width, height }, subject);
  return fromLoadingElement(element, subject);
}

async function fromLoadingElement(
  element: HTMLImageElement,
  subject: string,
): Promise<DecodedPhoto> {
  try {
    await element.decode();
  } catch (cause) {
    throw new EpsError(
      'undecodable-image',
      `${subject} is an image element whose image could not be loaded.`,
      { cause },
    );
  }
  const { naturalWidth: width, naturalHeight: height } = element;
  return drawn(element, { width, height }, subject);
}

function fromVideo(video: HTMLVideoElement, subject: string): DecodedPhoto {
  const { videoWidth: width, videoHeight: height, readyState } = video;
  if (readyState < HTMLMediaElement.HAVE_CURRENT_DATA || width === 0)
    throw new EpsError(
      'invalid-image',
      `${subject} is a video without a frame yet: wait for its event 'loadeddata'.`,
    );
  return drawn(video, { width, height }, subject);
}

async function fromBlob(blob: Blob, subject: string): Promise<DecodedPhoto> {
  if (blob.size === 0) throw new EpsError('undecodable-image', `${subject} is an empty file.`);
  if (!(await isCompleteFile(blob)))
    throw new EpsError(
      'undecodable-image',
      `${subject} is an incomplete file: its ${blob.size} bytes end before its picture does.`,
    );
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(blob, {
      imageOrientation: 'from-image',
      premultiplyAlpha: 'none',
      colorSpaceConversion: 'default',
    });
  } catch (cause) {
    const type = blob.type === '' ? '' : ` of type ${blob.type}`;
    throw new EpsError(
      'undecodable-image',
      `${subject} is a file${type} (${blob.size} bytes) that this browser cannot decode as an ` +
        'image. It is something else, damaged or incomplete, or has more pixels than the ' +
        'browser can hold.',
      { cause },
    );
  }
  try {
    return drawn(bitmap, bitmap, subject);
  } finally {
    bitmap.close();
  }
}

function fromPixels(source: unknown, subject: string): DecodedPhoto {
  if (!isPlainImage(source))
    throw new EpsError('invalid-image', `${subject} must be ${ACCEPTED}; got ${shown(source)}.`);
  requireSize(source, subject);
  const { data, width, height } = source;
  if (!isByteArray(data))
    throw new EpsError(
      'invalid-image',
      `${subject}'s data must be a Uint8ClampedArray or Uint8Array; got ${shown(data)}.`,
    );
  const length = 4 * width * height;
  if (data.length !== length)
    throw new EpsError(
      'invalid-image',
      `${subject} of ${width} × ${height} pixels must have ${length} bytes (RGBA); ` +
        `got ${data.length}.`,
    );
  return { data: new Uint8Array(data), width, height };
}

/** Whether a value is an array of bytes, of this window or another. */
function isByteArray(value: unknown): value is Uint8ClampedArray | Uint8Array {
  const kind = kindOf(value);
  return kind === 'Uint8ClampedArray' || kind === 'Uint8Array';
}

function drawn(source: CanvasImageSource, size: ImageSize, subject: string): DecodedPhoto {
  requireSize(size, subject);
  const { width, height } = size;
  return read(size, subject, (context) => context.drawImage(source, 0, 0, width, height));
}

/** Draws on a canvas of this size and reads it back as 8-bit sRGB. */
function read(
  size: ImageSize,
  subject: string,
  draw: (context: OffscreenCanvasRenderingContext2D) => void,
): DecodedPhoto {
  const photo = readFrom({}, size, subject, draw);
  if (!isHalfTransparent(photo.data)) return photo;
  // A canvas holds premultiplied colours. 8 bits of them are too few to undo the multiplication.
  return readFrom({ colorType: 'float16' }, size, subject, draw);
}

function isHalfTransparent(rgba: Uint8Array): boolean {
  for (let i = 3; i < rgba.length; i += 4) if (rgba[i] !== 255 && rgba[i] !== 0) return true;
  return false;
}

/** Browsers that do not know `colorType` ignore it. */
function readFrom(
  settings: { readonly colorType?: 'float16' },
  { width, height }: ImageSize,
  subject: string,
  draw: (context: OffscreenCanvasRenderingContext2D) => void,
): DecodedPhoto {
  const context = new OffscreenCanvas(width, height).getContext('2d', {
    willReadFrequently: true,
    ...settings,
  });
  const sizedSubject = `${subject} of ${width} × ${height} pixels`;
  if (!context)
    throw new EpsError(
      'image-too-large',
      `${sizedSubject} is larger than this browser's canvases can be.`,
    );
  try {
    draw(context);
    const { data } = context.getImageData(0, 0, width, height);
    return { data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength), width, height };
  } catch (cause) {
    throw readError(cause, subject, sizedSubject);
  }
}

function readError(cause: unknown, subject: string, sizedSubject: string): EpsError {
  const name = isObject(cause) ? cause.name : undefined;
  if (name === 'SecurityError')
    return new EpsError(
      'undecodable-image',
      `${subject} comes from another site that does not allow its pixels to be read (CORS). Load ` +
        'it with crossorigin="anonymous" from a server that allows it, or open it as a file.',
      { cause },
    );
  if (name === 'RangeError')
    return new EpsError(
      'image-too-large',
      `${sizedSubject} does not fit into this browser's memory.`,
      { cause },
    );
  return new EpsError('invalid-image', `${subject} cannot be read: ${messageOf(cause)}`, { cause });
}

function requireSize(
  size: { readonly width: unknown; readonly height: unknown },
  subject: string,
): asserts size is ImageSize {
  const { width, height } = size;
  if (isSide(width) && isSide(height)) return;
  throw new EpsError(
    'invalid-image',
    `${subject} has no pixels: its size is ${shown(width)} × ${shown(height)}. ` +
      '(A closed ImageBitmap or VideoFrame has size 0.)',
  );
}
