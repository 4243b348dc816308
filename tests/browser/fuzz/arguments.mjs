// Makes the arguments that a case describes. Runs in the page.
import * as eps from '/pkg/dist/index.js';
import { valueOf } from './values.mjs';

/** What callbacks of a case throw: it comes out of a call as it is. */
export const THROWN = new RangeError('thrown by the page');

const isStrange = (value) => typeof value === 'object' && value !== null && 'strange' in value;
/** The strange value, or what `make` gives for a described one. */
const made = (value, make = (plain) => plain) =>
  isStrange(value) ? valueOf(value.strange) : make(value);
/** Each property by its own function, or as it is described. */
const madeOptions = (options, makers = {}) =>
  made(options, (plain) =>
    Object.fromEntries(
      Object.entries(plain).map(([name, value]) => [name, made(value, makers[name])]),
    ),
  );

function rgba({ width, height, level }) {
  const image = new ImageData(width, height);
  for (let i = 0; i < image.data.length; i++)
    image.data[i] = i % 4 === 3 ? 255 - (level % 7 === 0 ? i % 200 : 0) : (level + 5 * i) % 256;
  return image;
}

async function encoded(image, type) {
  const canvas = canvasOf(image);
  return canvas.convertToBlob({ type });
}

function canvasOf(image) {
  const canvas = new OffscreenCanvas(image.width, image.height);
  canvas.getContext('2d').putImageData(image, 0, 0);
  return canvas;
}

async function elementOf(image) {
  const element = new Image();
  element.src = URL.createObjectURL(await encoded(image, 'image/png'));
  await element.decode();
  return element;
}

const FORMS = {
  ImageData: (image) => image,
  bytes: ({ data, width, height }) => ({ data: new Uint8Array(data), width, height }),
  canvas: canvasOf,
  element: elementOf,
  bitmap: (image) => createImageBitmap(image),
  png: (image) => encoded(image, 'image/png'),
  jpeg: (image) => encoded(image, 'image/jpeg'),
  webp: (image) => encoded(image, 'image/webp'),
  address: async (image) => URL.createObjectURL(await encoded(image, 'image/png')),
  buffer: async (image) => (await encoded(image, 'image/jpeg')).arrayBuffer(),
};

/**
 * A picture, in a list: what is awaited by itself is asked for its `then`, which strange values
 * have. Without a form, a size.
 */
export async function photoOf(photo) {
  if (isStrange(photo)) return [valueOf(photo.strange)];
  return [photo.form ? await FORMS[photo.form](rgba(photo)) : photo];
}

const MASKS = {
  bytes: (values) => Uint8Array.from(values),
  booleans: (values) => values.map(Boolean),
  numbers: (values) => values.map((value) => value * -0.5),
  BigInts: (values) => values.map(BigInt),
  sparse: (values) => {
    const sparse = new Array(values.length);
    values.forEach((value, i) => value && (sparse[i] = value));
    return sparse;
  },
};

function maskOf(mask, photo) {
  return made(mask, ({ form, like, every, ...own }) => {
    const { width, height } = like && photo?.width > 0 && photo.height > 0 ? photo : own;
    if (form === 'ImageData') return rgba({ width, height, level: every });
    const missing = Array.from({ length: width * height }, (_, i) => Number(i % every === 0));
    return { data: MASKS[form](missing), width, height };
  });
}

function kernelOf(kernel) {
  return made(kernel, (plain) => {
    if ('gaussian' in plain) return eps.gaussianKernel(made(plain.gaussian));
    if ('motion' in plain) return eps.motionKernel(made(plain.motion), made(plain.angle));
    if ('disk' in plain) return eps.diskKernel(made(plain.disk));
    const { weights, width, height } = plain;
    const data = Float32Array.from({ length: width * height }, (_, i) =>
      i < weights.length ? Math.abs(weights[i]) : 1,
    );
    return { data, width, height };
  });
}

const moduleOf = (text) =>
  made(text, (plain) => URL.createObjectURL(new Blob([plain], { type: 'text/javascript' })));

/** The task that a case describes; its makers may throw. */
export function taskOf(task, photo) {
  return made(task, (plain) => {
    if (plain.altered)
      return { ...taskOf(plain.altered, photo), [plain.property]: made(plain.value) };
    const { maker, parameters } = plain;
    const [first, second, third] = parameters;
    const options = (value) =>
      madeOptions(value, { avoid: (mask) => maskOf(mask, photo), noise: (level) => level });
    const makers = {
      inpaint: () => eps.inpaint(maskOf(first, photo), options(second)),
      superResolve: () => eps.superResolve(made(first), options(second)),
      deblur: () => eps.deblur(kernelOf(first), options(second)),
      denoise: () => eps.denoise(typeof first === 'object' ? options(first) : first),
      jpeg: () => eps.jpeg(options(first)),
      colorize: () => eps.colorize(options(first)),
      demosaic: () => eps.demosaic(made(first), options(second)),
      linearOperator: () => eps.linearOperator(moduleOf(first), options(second)),
      compose: () => eps.compose(taskOf(first, photo), taskOf(second, photo), options(third)),
    };
    return makers[maker]();
  });
}

function signalOf({ abortAfter }) {
  const stop = new AbortController();
  if (abortAfter === 0) stop.abort('at once');
  else setTimeout(() => stop.abort(), abortAfter);
  return stop.signal;
}

const callbackOf = (kind) => () => {
  if (kind === 'throw') throw THROWN;
};

/** The options of a restoration or a load, in a list. */
export async function optionsOf(options) {
  const [file] = options.file ? await photoOf(options.file) : [];
  const all = madeOptions(options, {
    sampler: (sampler) => (typeof sampler === 'string' ? sampler : madeOptions(sampler)),
    signal: signalOf,
    onStep: callbackOf,
    onProgress: callbackOf,
    file: () => file,
  });
  return [all];
}

/** A value that is no option of a call. */
export const plainOf = (value) => made(value);
