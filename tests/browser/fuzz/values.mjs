// Values that no call expects, by name: a case that fails can then be written down.

const throwing = () => {
  throw new Error('a getter that throws');
};

function revoked() {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function cyclic() {
  const list = [];
  list.push(list);
  return list;
}

function selfContaining() {
  const task = { kind: 'compose' };
  return Object.assign(task, { first: task, second: task });
}

function detached(values) {
  structuredClone(values.buffer, { transfer: [values.buffer] });
  return values;
}

function detachedImage() {
  const image = new ImageData(8, 8);
  detached(image.data);
  return image;
}

/** Without cross-origin isolation there is no constructor of it. */
const sharedBuffer = () => new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer;

const pixels = (data, width, height) => ({ data, width, height });

/** Scalars. */
export const SCALARS = {
  undefined: () => undefined,
  null: () => null,
  NaN: () => NaN,
  Infinity: () => Infinity,
  '-Infinity': () => -Infinity,
  '-0': () => -0,
  0: () => 0,
  '-1': () => -1,
  0.5: () => 0.5,
  '1e-320': () => 1e-320,
  '1e7': () => 1e7,
  '2^31': () => 2 ** 31,
  '2^53': () => 2 ** 53,
  '1e308': () => 1e308,
  '5n': () => 5n,
  true: () => true,
  'empty text': () => '',
  'text 2': () => '2',
  'text auto': () => 'auto',
  'text __proto__': () => '__proto__',
  'text of 10^5': () => 'x'.repeat(1e5),
  'a lone surrogate': () => '\ud800',
  'a symbol': () => Symbol('s'),
};

/** Objects that are nothing a photo tool knows. */
export const OBJECTS = {
  'an object': () => ({}),
  'no prototype': () => Object.create(null),
  'an array': () => [1, 2, 3],
  'a cyclic array': cyclic,
  'a function': () => () => 1,
  'a date': () => new Date(NaN),
  'a map': () => new Map([['noise', 3]]),
  'a promise': () => Promise.resolve(1),
  'a thenable': () => ({ then: (resolve) => resolve(1) }),
  'a revoked proxy': revoked,
  'a proxy that throws': () => new Proxy({}, { get: throwing, ownKeys: throwing, has: throwing }),
  'a getter that throws': () => ({
    get data() {
      return throwing();
    },
    get kind() {
      return throwing();
    },
  }),
  'valueOf that throws': () => ({ valueOf: throwing, toString: throwing }),
  'a compose in itself': selfContaining,
  'a frozen object': () => Object.freeze({ kind: 'denoise', noise: 20 }),
  'a false Blob': () => ({ [Symbol.toStringTag]: 'Blob', size: 5 }),
  'a false ImageData': () => ({ [Symbol.toStringTag]: 'ImageData', data: [], width: 4, height: 4 }),
  'a false AbortSignal': () => ({ [Symbol.toStringTag]: 'AbortSignal', aborted: 'yes' }),
  'a false Response': () => ({ [Symbol.toStringTag]: 'Response', ok: true, blob: throwing }),
  'a false URL': () => ({ [Symbol.toStringTag]: 'URL', toString: throwing }),
  'a false canvas': () => ({ [Symbol.toStringTag]: 'OffscreenCanvas', width: 4, height: 4 }),
  'a document': () => document,
  'a window': () => window,
};

/** Pictures that are broken, empty, or of another kind than the call takes. */
export const PICTURES = {
  'detached ImageData': detachedImage,
  'detached bytes': () => pixels(detached(new Uint8Array(256)), 8, 8),
  'shared bytes': () => pixels(new Uint8Array(sharedBuffer(), 0, 256), 8, 8),
  'too few bytes': () => pixels(new Uint8Array(12), 8, 8),
  'bytes of no size': () => pixels(new Uint8Array(0), 0, 0),
  'a negative size': () => pixels(new Uint8Array(16), -2, -2),
  'half a pixel': () => pixels(new Uint8Array(6), 1.5, 1),
  'a size of NaN': () => pixels(new Uint8Array(16), NaN, 2),
  'a size of BigInt': () => pixels(new Uint8Array(16), 2n, 2n),
  'floats with NaN': () => pixels(new Float32Array(256).fill(NaN), 8, 8),
  'a list with holes': () => pixels(new Array(64), 8, 8),
  BigInts: () => pixels(new BigInt64Array(64), 8, 8),
  'an empty canvas': () => new OffscreenCanvas(0, 5),
  'a canvas of another context': () => {
    const canvas = new OffscreenCanvas(8, 8);
    canvas.getContext('bitmaprenderer');
    return canvas;
  },
  'an element without an image': () => new Image(),
  'an empty file': () => new Blob([]),
  'a file of text': () => new Blob(['not a picture'], { type: 'image/png' }),
  'a JPEG of two bytes': () => new Blob([Uint8Array.of(0xff, 0xd8)], { type: 'image/jpeg' }),
  'a PNG without anything': () => new Blob(['\x89PNG\r\n\x1a\n']),
};

const ALL = { ...SCALARS, ...OBJECTS, ...PICTURES };
export const NAMES = Object.keys(ALL);

/** A new value of this name. */
export const valueOf = (name) => ALL[name]();
