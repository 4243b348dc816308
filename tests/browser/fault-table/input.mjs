// Faults of what a call is given. Each function runs in the page.

const MASK = 'invalid-mask';
const OPTION = 'invalid-option';
const IMAGE = 'invalid-image';

/** By what is wrong: { code, call }. */
export const INPUT = {
  'no photo': { code: IMAGE, call: () => restore(null) },
  'a photo of 0 × 0 pixels': {
    code: IMAGE,
    call: () => restore({ data: new Uint8Array(0), width: 0, height: 0 }),
  },
  'a photo with too few bytes': {
    code: IMAGE,
    call: () => restore({ data: new Uint8Array(12), width: 2, height: 2 }),
  },
  'a photo of NaN and infinite values': {
    code: IMAGE,
    call: () => restore({ data: new Float32Array(16).fill(NaN), width: 2, height: 2 }),
  },
  'a photo whose buffer has gone elsewhere': {
    code: IMAGE,
    call: () => {
      const image = new ImageData(64, 64);
      structuredClone(image.data, { transfer: [image.data.buffer] });
      return restore(image);
    },
  },
  'a bitmap that is closed': {
    code: IMAGE,
    call: async () => {
      const bitmap = await createImageBitmap(photo);
      bitmap.close();
      return restore(bitmap);
    },
  },
  'a photo in shared memory': {
    code: 'none',
    call: () => {
      const { buffer } = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
      return restore({ data: new Uint8Array(buffer, 0, 4 * 64 * 64), width: 64, height: 64 });
    },
  },
  'a photo of 1 × 10000 pixels': {
    code: 'none',
    limit: 20_000,
    call: () => restore(new ImageData(1, 10_000)),
  },
  'a file of text': {
    code: 'undecodable-image',
    call: () => restore(new Blob(['text'], { type: 'image/png' })),
  },
  'an empty file': { code: 'undecodable-image', call: () => restore(new Blob([])) },
  'a JPEG that is cut short': {
    code: 'undecodable-image',
    call: async () => {
      const canvas = new OffscreenCanvas(64, 64);
      canvas.getContext('2d').putImageData(photo, 0, 0);
      const file = await canvas.convertToBlob({ type: 'image/jpeg' });
      return restore(file.slice(0, file.size / 2));
    },
  },
  'an image element that could not load': {
    code: 'undecodable-image',
    call: () => restore(Object.assign(new Image(), { src: 'data:image/png;base64,AAAA' })),
  },
  'a result of more than 2^30 pixels': {
    code: 'image-too-large',
    call: () => restorer.estimate({ width: 65_536, height: 65_536 }, eps.denoise(20)),
  },
  'a result that needs more memory than a page has': {
    code: 'image-too-large',
    call: () =>
      restorer.restore(new ImageData(5200, 5200), eps.deblur(kernel(3, 1 / 9)), { samples: 0 }),
  },
  'an estimate of 0 pixels': {
    code: IMAGE,
    call: () => restorer.estimate({ width: 0, height: 9 }, eps.denoise(20)),
  },
  'no mask': { code: MASK, call: () => restore(photo, eps.inpaint(null)) },
  'a mask of another size': {
    code: MASK,
    call: () => restore(photo, eps.inpaint(tools.mask(32, 32, 1, 1, 2, 2))),
  },
  'a mask with too few values': {
    code: MASK,
    call: () => restore(photo, eps.inpaint({ data: [1, 0], width: 64, height: 64 })),
  },
  'a kernel of NaN': {
    code: 'invalid-kernel',
    call: () => restore(photo, eps.deblur(kernel(3, NaN))),
  },
  'a kernel with negative values': {
    code: 'invalid-kernel',
    call: () => restore(photo, eps.deblur(kernel(3, -1))),
  },
  'a kernel of zeros': {
    code: 'invalid-kernel',
    call: () => restore(photo, eps.deblur(kernel(3, 0))),
  },
  'a kernel of an even size': {
    code: 'none',
    call: () => restore(photo, eps.deblur(kernel(4, 1))),
  },
  'a kernel larger than the photo': {
    code: 'invalid-kernel',
    call: () => restore(photo, eps.deblur(kernel(401, 1))),
  },
  'a factor that the task does not have': {
    code: 'invalid-factor',
    call: () => restore(photo, eps.superResolve(5)),
  },
  'noise of 0': { code: 'invalid-noise', call: () => restore(photo, eps.denoise(0)) },
  'noise of NaN': { code: 'invalid-noise', call: () => restore(photo, eps.denoise(NaN)) },
  'too few pixels to estimate noise': {
    code: 'invalid-noise',
    call: () => restore(new ImageData(4, 4), eps.denoise('auto')),
  },
  'a task that does not exist': { code: OPTION, call: () => restore(photo, { kind: 'sharpen' }) },
  'a composition that contains itself': {
    code: OPTION,
    call: () => {
      const task = { kind: 'compose' };
      return restore(photo, Object.assign(task, { first: task, second: task }));
    },
  },
  'an option whose name does not exist': {
    code: OPTION,
    call: () => restore(photo, eps.denoise(20), { smaples: 2 }),
  },
  'an option out of range': {
    code: OPTION,
    call: () => restore(photo, eps.denoise(20), { samples: 17 }),
  },
  'an option of another type': {
    code: OPTION,
    call: () => restore(photo, eps.denoise(20), { seed: '3' }),
  },
  'a sampler that goes nowhere': {
    code: OPTION,
    call: () => restore(photo, eps.denoise(20), { sampler: { tauMin: 5, tauMax: 5 } }),
  },
  'a format that cannot be written': { code: OPTION, call: () => eps.toBlob(photo, 'image/bmp') },
  'an edit of a file that is no JPEG': {
    code: IMAGE,
    call: async () => restorer.editJpeg(await eps.toBlob(photo), photo),
  },
  'an operator whose module is not there': {
    code: 'invalid-operator',
    call: () => restore(photo, eps.linearOperator('/nowhere.js')),
  },
  'an operator that throws': {
    code: 'invalid-operator',
    call: () => restore(photo, operator("() => { throw new Error('no'); }")),
  },
  'an operator whose adjoint is another’s': {
    code: 'invalid-operator',
    call: () => restore(photo, operator('(x) => x.map((value) => 2 * value)')),
  },
};
