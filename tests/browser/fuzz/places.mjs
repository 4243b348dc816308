// Every place of the public API that takes a value: a sound call, with a hole in it.

const photo = { form: 'ImageData', width: 9, height: 8, level: 90 };
const jpeg = { ...photo, form: 'jpeg' };
const denoise = { maker: 'denoise', parameters: [20] };
const mask = { form: 'bytes', like: true, width: 9, height: 8, every: 5 };
const mean = { samples: 0, seed: 1 };
const sampled = { samples: 1, seed: 1 };

const restoring = (task, options = mean) => ({
  call: 'restore',
  parameters: [photo, task, options],
});
const task = (maker, ...parameters) => restoring({ maker, parameters });
const sampler = (settings) => restoring(denoise, { ...sampled, sampler: settings });
const loading = (options) => ({ call: 'load', parameters: [{ modelUrl: '/nowhere', ...options }] });
const altered = (whole, property) => (value) =>
  restoring({ altered: { maker: whole[0], parameters: whole.slice(1) }, property, value });

/** By name: the call with a value in the hole. */
export const PLACES = {
  photo: (value) => ({ call: 'restore', parameters: [value, denoise, mean] }),
  task: (value) => restoring(value),
  options: (value) => restoring(denoise, value),
  'inpaint: mask': (value) => task('inpaint', value, {}),
  'inpaint: avoid': (value) => task('inpaint', mask, { fill: 'photo', avoid: value }),
  'inpaint: fill': (value) => task('inpaint', mask, { fill: value }),
  'inpaint: options': (value) => task('inpaint', mask, value),
  'superResolve: factor': (value) => task('superResolve', value, {}),
  'superResolve: reduction': (value) => task('superResolve', 2, { reduction: value }),
  'deblur: kernel': (value) => task('deblur', value, {}),
  'deblur: borders': (value) => task('deblur', { gaussian: 1 }, { borders: value }),
  gaussianKernel: (value) => task('deblur', { gaussian: value }, {}),
  'motionKernel: length': (value) => task('deblur', { motion: value, angle: 3 }, {}),
  'motionKernel: angle': (value) => task('deblur', { motion: 3, angle: value }, {}),
  diskKernel: (value) => task('deblur', { disk: value }, {}),
  'denoise: noise': (value) => task('denoise', { noise: value }),
  'jpeg: factor': (value) => task('jpeg', { factor: value }),
  'jpeg: reduction': (value) => task('jpeg', { factor: 2, reduction: value }),
  'colorize: weights': (value) => task('colorize', { weights: value }),
  'colorize: hints': (value) => task('colorize', { hints: value }),
  'colorize: colours': (value) => task('colorize', { hints: { colours: value } }),
  'demosaic: pattern': (value) => task('demosaic', value, {}),
  'linearOperator: module': (value) => task('linearOperator', value, {}),
  'compose: first': (value) => task('compose', value, denoise, {}),
  'compose: second': (value) => task('compose', { maker: 'colorize', parameters: [{}] }, value, {}),
  'a task by hand: mask': altered(['inpaint', mask, {}], 'mask'),
  'a task by hand: factor': altered(['superResolve', 2, {}], 'factor'),
  'a task by hand: kernel': altered(['deblur', { gaussian: 1 }, {}], 'kernel'),
  'a task by hand: kind': altered(['denoise', 20], 'kind'),
  'a task by hand: module': altered(['linearOperator', 'export {}', {}], 'module'),
  samples: (value) => restoring(denoise, { ...mean, samples: value }),
  refine: (value) => restoring(denoise, { ...mean, refine: value }),
  seed: (value) => restoring(denoise, { ...mean, seed: value }),
  signal: (value) => restoring(denoise, { ...mean, signal: value }),
  onStep: (value) => restoring(denoise, { ...mean, onStep: value }),
  onProgress: (value) => restoring(denoise, { ...mean, onProgress: value }),
  file: (value) => restoring({ maker: 'denoise', parameters: [{}] }, { ...mean, file: value }),
  sampler: (value) => sampler(value),
  'sampler: solver': (value) => sampler({ solver: value, points: 1 }),
  'sampler: points': (value) => sampler({ points: value }),
  'sampler: tauMax': (value) => sampler({ points: 1, tauMax: value }),
  'sampler: tauMin': (value) => sampler({ points: 1, tauMin: value }),
  'sampler: fromMean': (value) => sampler({ points: 1, fromMean: value }),
  'stream: photo': (value) => ({ call: 'stream', parameters: [value, denoise, mean] }),
  'stream: options': (value) => ({ call: 'stream', parameters: [photo, denoise, value] }),
  whenBusy: (value) => restoring(denoise, { ...mean, whenBusy: value }),
  'shared: photo': (value) => ({ call: 'shared', parameters: [value, denoise, mean] }),
  'shared: options': (value) => ({ call: 'shared', parameters: [photo, denoise, value] }),
  'batch: photos': (value) => ({ call: 'batch', parameters: [value, denoise, mean] }),
  'batch: options': (value) => ({ call: 'batch', parameters: [photo, denoise, value] }),
  'estimate: photo': (value) => ({ call: 'estimate', parameters: [value, denoise, mean] }),
  'estimate: width': (value) => ({
    call: 'estimate',
    parameters: [{ width: value, height: 8 }, denoise, mean],
  }),
  'estimateNoise: photo': (value) => ({ call: 'estimateNoise', parameters: [value, denoise, {}] }),
  'editJpeg: file': (value) => ({ call: 'editJpeg', parameters: [value, photo] }),
  'editJpeg: edited': (value) => ({ call: 'editJpeg', parameters: [jpeg, value] }),
  readPhoto: (value) => ({ call: 'readPhoto', parameters: [value] }),
  'toBlob: image': (value) => ({ call: 'toBlob', parameters: [value, 'image/png', 1] }),
  'toBlob: type': (value) => ({ call: 'toBlob', parameters: [photo, value, 1] }),
  'toBlob: quality': (value) => ({ call: 'toBlob', parameters: [photo, 'image/jpeg', value] }),
  'load: options': (value) => ({ call: 'load', parameters: [value] }),
  'preload: options': (value) => ({ call: 'preload', parameters: [value] }),
  ...Object.fromEntries(
    [
      ...['device', 'precision', 'workers', 'onProgress', 'signal', 'modelUrl', 'workerUrl'],
      ...['wasmUrl', 'trustedTypesPolicy', 'stallMs', 'memoryLimit', 'sha256'],
      'modelRequest',
    ].map((name) => [`load: ${name}`, (value) => loading({ [name]: value })]),
  ),
  'chooseDevice: requested': (value) => ({ call: 'chooseDevice', parameters: [value, value] }),
  isSoftwareAdapter: (value) => ({ call: 'isSoftwareAdapter', parameters: [value] }),
};
