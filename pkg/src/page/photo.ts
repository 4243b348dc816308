import { EpsError, messageOf, reading } from '../shared/errors.js';
import type { ImageSize, Pixels } from '../shared/requests.js';
import { isCompleteFile } from './complete-file.js';
import { imageDataOf } from './image-data.js';
import { OpenedFile, openFile } from './photo-file.js';
import { isFile, isObject, isSide, kindOf, requireOneOf, shown } from './validation.js';

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
 * {@link readPhoto}. `ImageData` in Display P3, which has sRGB's curve, is restored in that space:
 * its numbers are taken as they are, and results are `ImageData` in Display P3.
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

/** How {@link readPhoto} reads. */
export interface ReadPhotoOptions {
  /** The colour space of the pixels. Default: `'srgb'`, as also where canvases have no other. */
  readonly colorSpace?: PredefinedColorSpace | undefined;
}

/**
 * The pixels of a picture as {@link Restorer.restore} reads them: 8-bit sRGB, alpha not
 * premultiplied.
 *
 * Files are turned as their EXIF orientation says, and their colours are converted from their own
 * profile to sRGB, or to `colorSpace`. A 16-bit file keeps its upper 8 bits; an animated one its
 * first frame. Colours of half-transparent pixels are exact if the browser has canvases of 16-bit
 * floats, else rounded.
 *
 * @param options all optional: see {@link ReadPhotoOptions}.
 * @throws EpsError `invalid-image` if the source is no picture or has no pixels;
 *   `download-failed` if its address does not answer; `undecodable-image` if its bytes cannot be
 *   decoded, are incomplete, or may not be read (CORS); `image-too-large` if a canvas of that size
 *   is not possible; `invalid-option` for another `colorSpace`.
 * @example
 * ```ts
 * const { width, height, data } = await readPhoto(fileInput.files[0]);
 * ```
 */
export async function readPhoto(
  source: PhotoSource,
  options: ReadPhotoOptions = {},
): Promise<ImageData> {
  const { colorSpace = 'srgb' } = options;
  requireOneOf('colorSpace', colorSpace, ['srgb', 'display-p3']);
  const { data, width, height, space } = await decodeIn(colorSpace, source, 'The photo');
  return reading('image-too-large', 'The photo', () => imageDataOf(data, width, height, space));
}

/**
 * The colour space that a photo is restored in: Display P3 if it is ImageData of that, which has
 * sRGB's curve; else sRGB.
 */
export function spaceOf(photo: unknown): PredefinedColorSpace {
  const own = isKind(photo, 'ImageData') && ownSpace(photo);
  return own === 'display-p3' ? own : 'srgb';
}

/** Older browsers know only sRGB, and do not say so. */
const ownSpace = ({ colorSpace = 'srgb' }: Partial<ImageData>): PredefinedColorSpace => colorSpace;

/**
 * The RGBA bytes of a picture. What can be read at once is read before the call returns.
 *
 * @param subject how messages name the picture, capitalised: “The photo”.
 * @param space that the bytes shall be in; they are in sRGB where canvases do not have it.
 * @throws EpsError as {@link readPhoto} does.
 */
export async function decodePhoto(
  source: unknown,
  subject: string,
  space: PredefinedColorSpace = 'srgb',
): Promise<DecodedPhoto> {
  const { data, width, height } = await decodeIn(space, source, subject);
  return { data, width, height };
}

async function decodeIn(
  space: PredefinedColorSpace,
  source: unknown,
  subject: string,
): Promise<Decoded> {
  return reading('invalid-image', subject, () => decode(space, openFile(source, subject), subject));
}

function decode(
  space: PredefinedColorSpace,
  source: unknown,
  subject: string,
): Decoded | Promise<Decoded> {
  if (OpenedFile.is(source)) return source.blob.then((file) => fromBlob(space, file, subject));
  if (isKind(source, 'ImageData')) return fromImageData(space, source, subject);
  if (isKind(source, 'HTMLImageElement')) return fromElement(space, source, subject);
  if (isFile(source)) return fromBlob(space, source, subject);
  if (
    isKind(source, 'ImageBitmap') ||
    isKind(source, 'HTMLCanvasElement') ||
    isKind(source, 'OffscreenCanvas')
  )
    return drawn(space, source, source, subject);
  if (isKind(source, 'VideoFrame')) {
    const { displayWidth: width, displayHeight: height } = source;
    return drawn(space, source, { width, height }, subject);
  }
  if (isKind(source, 'HTMLVideoElement')) return fromVideo(space, source, subject);
  return fromPixels(space, source, subject);
}

/** A photo's bytes in a buffer of their own. */
type DecodedPhoto = Pixels & { readonly data: Uint8Array<ArrayBuffer> };

/** The same with the space that it was read in. */
type Decoded = DecodedPhoto & { readonly space: PredefinedColorSpace };

/** Whether a value is a plain `{ data, width, height }`, not a picture of the platform's. */
export function isPlainImage(
  value: unknown,
): value is { readonly data: unknown; readonly width: unknown; readonly height: unknown } {
  return isObject(value) && kindOf(value) === 'Object' && 'data' in value;
}

function isKind<K extends keyof PictureKinds>(value: unknown, kind: K): value is PictureKinds[K] {
  return kindOf(value) === kind;
}

function fromImageData(space: PredefinedColorSpace, image: ImageData, subject: string): Decoded {
  const { data, width, height } = image;
  requireSize(image, subject);
  if (data.length !== 4 * width * height)
    throw new EpsError(
      'invalid-image',
      `${subject} has lost its pixels: its buffer has been transferred elsewhere.`,
    );
  if (kindOf(data) === 'Uint8ClampedArray' && ownSpace(image) === space)
    return { data: new Uint8Array(data), width, height, space };
  // Another colour space, or floating-point pixels: a canvas converts them.
  return read(space, image, subject, (context) => context.putImageData(image, 0, 0));
}

function fromElement(
  space: PredefinedColorSpace,
  element: HTMLImageElement,
  subject: string,
): Decoded | Promise<Decoded> {
  const { complete, naturalWidth: width, naturalHeight: height } = element;
  // The page may give the element another image as soon as the call has returned.
  if (complete && width > 0 && height > 0) return drawn(space, element, { width, height }, subject);
  return fromLoadingElement(space, element, subject);
}

async function fromLoadingElement(
  space: PredefinedColorSpace,
  element: HTMLImageElement,
  subject: string,
): Promise<Decoded> {
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
  return drawn(space, element, { width, height }, subject);
}

function fromVideo(space: PredefinedColorSpace, video: HTMLVideoElement, subject: string): Decoded {
  const { videoWidth: width, videoHeight: height, readyState } = video;
  if (readyState < HTMLMediaElement.HAVE_CURRENT_DATA || width === 0)
    throw new EpsError(
      'invalid-image',
      `${subject} is a video without a frame yet: wait for its event 'loadeddata'.`,
    );
  return drawn(space, video, { width, height }, subject);
}

async function fromBlob(
  space: PredefinedColorSpace,
  blob: Blob,
  subject: string,
): Promise<Decoded> {
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
    return drawn(space, bitmap, bitmap, subject);
  } finally {
    bitmap.close();
  }
}

/** They do not say their space: they are taken to be in the one that is wanted. */
function fromPixels(space: PredefinedColorSpace, source: unknown, subject: string): Decoded {
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
  return { data: new Uint8Array(data), width, height, space };
}

/** Whether a value is an array of bytes, of this window or another. */
function isByteArray(value: unknown): value is Uint8ClampedArray | Uint8Array {
  const kind = kindOf(value);
  return kind === 'Uint8ClampedArray' || kind === 'Uint8Array';
}

function drawn(
  space: PredefinedColorSpace,
  source: CanvasImageSource,
  size: ImageSize,
  subject: string,
): Decoded {
  requireSize(size, subject);
  const { width, height } = size;
  return read(space, size, subject, (context) => context.drawImage(source, 0, 0, width, height));
}

/** Draws on a canvas of this size and reads it back with 8 bits. */
function read(
  colorSpace: PredefinedColorSpace,
  size: ImageSize,
  subject: string,
  draw: (context: OffscreenCanvasRenderingContext2D) => void,
): Decoded {
  const photo = readFrom({ colorSpace }, size, subject, draw);
  if (!isHalfTransparent(photo.data)) return photo;
  // A canvas holds premultiplied colours. 8 bits of them are too few to undo the multiplication.
  return readFrom({ colorSpace, colorType: 'float16' }, size, subject, draw);
}

function isHalfTransparent(rgba: Uint8Array): boolean {
  for (let i = 3; i < rgba.length; i += 4) if (rgba[i] !== 255 && rgba[i] !== 0) return true;
  return false;
}

/** Browsers that do not know `colorType` or `colorSpace` ignore it. */
function readFrom(
  settings: { readonly colorSpace: PredefinedColorSpace; readonly colorType?: 'float16' },
  { width, height }: ImageSize,
  subject: string,
  draw: (context: OffscreenCanvasRenderingContext2D) => void,
): Decoded {
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
    const image = context.getImageData(0, 0, width, height);
    const { buffer, byteOffset, byteLength } = image.data;
    const data = new Uint8Array(buffer, byteOffset, byteLength);
    return { data, width, height, space: ownSpace(image) };
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
