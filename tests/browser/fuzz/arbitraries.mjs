// Calls of the public API as data: what is called, and with which arguments. About one argument in
// thirty is a value that the call does not expect.
import fc from 'fast-check';
import { NAMES } from './values.mjs';

/** A value of this name, instead of what a call expects. */
const strange = fc.constantFrom(...NAMES).map((name) => ({ strange: name }));
const orStrange = (arbitrary, weight = 30) =>
  fc.oneof({ weight, arbitrary }, { weight: 1, arbitrary: strange });

/** Noise is estimated from 8 pixels a side. */
const side = fc.oneof(fc.integer({ min: 8, max: 24 }), fc.integer({ min: 1, max: 7 }));
const level = fc.integer({ min: 0, max: 255 });
const noise = fc.oneof(
  fc.constantFrom('auto', 0.01, 255),
  fc.double({ min: 0.1, max: 80, noNaN: true }),
);

const photoIn = (...forms) =>
  orStrange(fc.record({ form: fc.constantFrom(...forms), width: side, height: side, level }));
const photo = photoIn(
  ...['ImageData', 'bytes', 'canvas', 'element', 'bitmap', 'png', 'jpeg', 'webp', 'address'],
  'buffer',
);

/** A mask: mostly of the photo's size. */
const mask = orStrange(
  fc.record({
    form: fc.constantFrom('bytes', 'booleans', 'numbers', 'BigInts', 'sparse', 'ImageData'),
    like: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, fc.constant(false)),
    width: side,
    height: side,
    every: fc.integer({ min: 1, max: 40 }),
  }),
);

const kernel = orStrange(
  fc.oneof(
    fc.record({ gaussian: orStrange(fc.double({ min: 0.2, max: 3, noNaN: true }), 12) }),
    fc.record({ motion: orStrange(fc.integer({ min: 1, max: 9 }), 12), angle: orStrange(level) }),
    fc.record({ disk: orStrange(fc.double({ min: 0.5, max: 4, noNaN: true }), 12) }),
    fc.record({
      width: fc.integer({ min: 1, max: 6 }),
      height: fc.integer({ min: 1, max: 6 }),
      weights: fc.array(fc.float({ min: 0, max: 1 }), { maxLength: 36 }),
    }),
  ),
);

const optional = (model) => fc.record(model, { requiredKeys: [] });
const noisy = (model) => orStrange(optional({ noise: orStrange(noise), ...model }));
/** The noise of a composition is stated for the whole. */
const noiseless = (model) => orStrange(optional(model));
const reduction = fc.constantFrom('blockMean', 'bicubic', { gaussian: 1 }, { gaussian: 30 });
const weights = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('mean', 'bt601', 'bt709', [0.2, 0.5, 0.3]) },
  { weight: 1, arbitrary: fc.array(fc.double(), { minLength: 2, maxLength: 4 }) },
);
const MODULES = [
  'export const apply = (x) => x.slice(); export const adjoint = apply;',
  'export const apply = (x) => x.map((v) => v / 2); export const adjoint = (y) => y;',
  "export const apply = () => { throw new Error('no'); }; export const adjoint = apply;",
  'export const apply = (x) => new Float32Array(3); export const adjoint = apply;',
  'export const apply = (x) => x.fill(NaN); export const adjoint = apply;',
  'export const apply = 5;',
  'this is no module',
];

/** @param options makes a task's options from those that it has beside the noise. */
const tasksWith = (options) => {
  const makers = {
    inpaint: fc.tuple(
      mask,
      options({ fill: orStrange(fc.constantFrom('network', 'photo')), avoid: mask }),
    ),
    superResolve: fc.tuple(
      orStrange(fc.constantFrom(2, 2, 3, 4)),
      options({ reduction: orStrange(reduction) }),
    ),
    deblur: fc.tuple(
      kernel,
      options({ borders: orStrange(fc.constantFrom('circular', 'unknown')) }),
    ),
    denoise: fc.tuple(options({})),
    jpeg: fc.tuple(
      options({
        factor: orStrange(fc.constantFrom(2, 3)),
        reduction: orStrange(fc.constantFrom('blockMean', 'bicubic')),
      }),
    ),
    colorize: fc.tuple(options({ weights: orStrange(weights) })),
    demosaic: fc.tuple(orStrange(fc.constantFrom('rggb', 'grbg', 'bggr', 'gbrg')), options({})),
    linearOperator: fc.tuple(orStrange(fc.constantFrom(...MODULES)), options({})),
  };
  return fc.oneof(
    ...Object.entries(makers).map(([maker, parameters]) =>
      fc.record({ maker: fc.constant(maker), parameters }),
    ),
  );
};
const simpleTask = tasksWith(noisy);
/** What a composition takes: no operator of the page, no fill from the photo, no noise. */
const part = fc.oneof(
  {
    weight: 15,
    arbitrary: tasksWith(noiseless).filter(
      ({ maker, parameters: [, options] }) =>
        maker !== 'linearOperator' && maker !== 'jpeg' && options?.fill !== 'photo',
    ),
  },
  { weight: 1, arbitrary: simpleTask },
);
/** What a maker gave, with one property changed by hand. */
const alteredTask = fc.record({
  altered: simpleTask,
  property: fc.constantFrom('kind', 'mask', 'factor', 'kernel', 'noise', 'weights', 'module'),
  value: strange,
});
const task = orStrange(
  fc.oneof(
    { weight: 6, arbitrary: simpleTask },
    { weight: 1, arbitrary: alteredTask },
    {
      weight: 2,
      arbitrary: fc.record({
        maker: fc.constant('compose'),
        parameters: fc.tuple(part, part, noisy({})),
      }),
    },
  ),
);

const sampler = fc.oneof(
  fc.constant('draft'),
  optional({
    solver: orStrange(fc.constantFrom('dpmpp2m', 'heun', 'churn', 'euler')),
    points: orStrange(fc.integer({ min: 1, max: 3 })),
    tauMax: orStrange(fc.double({ min: 0.5, max: 80, noNaN: true })),
    tauMin: orStrange(fc.double({ min: 0.002, max: 0.6, noNaN: true })),
    fromMean: orStrange(fc.boolean()),
  }),
);
const options = orStrange(
  optional({
    samples: orStrange(fc.integer({ min: 0, max: 2 })),
    sampler: orStrange(sampler),
    refine: orStrange(fc.boolean()),
    seed: orStrange(fc.maxSafeNat()),
    signal: orStrange(fc.record({ abortAfter: fc.integer({ min: 0, max: 300 }) })),
    onStep: orStrange(fc.constantFrom('watch', 'throw')),
    onProgress: orStrange(fc.constantFrom('watch', 'throw')),
    file: photoIn('png', 'jpeg'),
    whenBusy: orStrange(fc.constantFrom('fail', 'wait', 'replace')),
  }),
  12,
);

/** Loads that fail before they load: one that succeeds takes seconds. */
const loadOptions = fc.record(
  {
    device: orStrange(fc.constant('cpu'), 2),
    workers: orStrange(fc.integer({ min: 1, max: 2 }), 2),
    modelUrl: orStrange(fc.constantFrom('/nowhere', '?', ':'), 2),
    workerUrl: strange,
    wasmUrl: strange,
    sha256: orStrange(fc.constantFrom('', 'ab'.repeat(32)), 1),
    stallMs: orStrange(fc.constantFrom(1, 1000), 2),
    memoryLimit: orStrange(fc.constantFrom(32e6, 1e9), 2),
    trustedTypesPolicy: strange,
    modelRequest: orStrange(fc.constant({ credentials: 'omit' }), 1),
    onProgress: orStrange(fc.constant('throw'), 2),
    signal: orStrange(fc.constant({ abortAfter: 0 }), 1),
  },
  { requiredKeys: ['modelUrl'] },
);

const RUN = fc.tuple(photo, task, options);
const CALLS = [
  [14, 'restore', RUN],
  [4, 'stream', RUN],
  [1, 'twice', RUN],
  [1, 'shared', RUN],
  [1, 'batch', RUN],
  [
    3,
    'estimate',
    fc.tuple(fc.oneof(photo, optional({ width: level, height: level })), task, options),
  ],
  [2, 'estimateNoise', fc.tuple(photo, task, options)],
  [1, 'editJpeg', fc.tuple(photoIn('jpeg', 'png'), photo)],
  [2, 'readPhoto', fc.tuple(photo)],
  [
    2,
    'toBlob',
    fc.tuple(
      photoIn('ImageData'),
      orStrange(fc.constantFrom('image/png', 'image/jpeg', 'image/webp', 'image/bmp')),
      orStrange(fc.double({ min: 0, max: 1 })),
    ),
  ],
  [1, 'load', fc.tuple(orStrange(loadOptions))],
  [1, 'preload', fc.tuple(orStrange(loadOptions))],
  [1, 'chooseDevice', fc.tuple(strange, strange)],
  [1, 'isSoftwareAdapter', fc.tuple(strange)],
];

/** { call, parameters }: all but a constructor and `dispose`. */
export const calls = fc.oneof(
  ...CALLS.map(([weight, call, parameters]) => ({
    weight,
    arbitrary: fc.record({ call: fc.constant(call), parameters }),
  })),
);
