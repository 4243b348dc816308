// Runs in the page of every engine: one restoration of each kind, and what identifies its result.
import * as eps from '/pkg/dist/index.js';

const [WIDTH, HEIGHT] = [28, 24];

/** A photo of integer arithmetic alone: engines may round a sine in different ways. */
export function photoOf(width, height) {
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    const edge = x + y > (width + height) / 2 ? 60 : 0;
    image.data.set([60 + 4 * x + edge, 150 - 3 * y + edge / 2, 40 + 2 * (x + y), 255], 4 * i);
  }
  return image;
}

/** Missing inside a rectangle. */
function maskOf(width, height, left, top, across, down) {
  const data = Uint8Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return Number(x >= left && x < left + across && y >= top && y < top + down);
  });
  return { data, width, height };
}

const hole = () => maskOf(WIDTH, HEIGHT, 6, 5, 9, 8);
// From the server: WebKit was seen once to import no module from a Blob made just before.
const OPERATOR = new URL('operator.mjs', import.meta.url).href;

/** The tasks, by what is special about each. */
const TASKS = {
  inpaint: () => eps.inpaint(hole()),
  'inpaint, noisy': () => eps.inpaint(hole(), { noise: 6 }),
  'inpaint, from the photo': () => eps.inpaint(hole(), { fill: 'photo' }),
  'superResolve by 2': () => eps.superResolve(2),
  'superResolve by 3, bicubic': () => eps.superResolve(3, { reduction: 'bicubic' }),
  'deblur, unknown borders': () => eps.deblur(eps.motionKernel(5, 30)),
  'deblur, circular': () => eps.deblur(eps.gaussianKernel(1.2), { borders: 'circular' }),
  denoise: () => eps.denoise(20),
  'denoise, estimated': () => eps.denoise('auto'),
  colorize: () => eps.colorize({ weights: 'bt709' }),
  demosaic: () => eps.demosaic('rggb'),
  'compose, exact': () => eps.compose(eps.superResolve(2), eps.inpaint(hole())),
  'compose, iterated': () => eps.compose(eps.deblur(eps.diskKernel(1.5)), eps.superResolve(2)),
  linearOperator: () => eps.linearOperator(OPERATOR),
};

export const NAMES = Object.keys(TASKS);

/** The fewest evaluations that make two samples: each from one of the two workers. */
const OPTIONS = { samples: 2, seed: 11, sampler: { points: 1, tauMax: 5, tauMin: 0.05 } };

/** SHA-256 of every image of a task's result, in hexadecimal. */
export async function digestsOf(restorer, name) {
  const { estimate, mean, samples, deviation } = await restorer.restore(
    photoOf(WIDTH, HEIGHT),
    TASKS[name](),
    OPTIONS,
  );
  const images = { estimate, mean, 'sample 1': samples[0], 'sample 2': samples[1], deviation };
  const entries = Object.entries(images).map(async ([image, { width, height, data }]) => [
    image,
    `${width} × ${height} ${await sha256(data)}`,
  ]);
  return Object.fromEntries(await Promise.all(entries));
}

async function sha256(bytes) {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Aborts a long run at its first mean, and restores once more. */
export async function abortedRun(restorer) {
  const stop = new AbortController();
  let asked;
  const failure = await restorer
    .restore(photoOf(WIDTH, HEIGHT), eps.denoise(20), {
      samples: 16,
      signal: stop.signal,
      onStep: ({ stage }) => {
        if (stage !== 'mean') return;
        asked = performance.now();
        stop.abort();
      },
    })
    .catch((error) => error);
  const waited = performance.now() - asked;
  const { isEps, code, name } = { ...failure, isEps: failure instanceof eps.EpsError };
  return { isEps, code, name: name ?? failure.name, waited };
}

/** How far one restoration on WebGPU is from the same on the CPU, in levels. */
export async function offOnWebGpu() {
  const adapter = await navigator.gpu?.requestAdapter();
  if (!adapter) return { adapter: false };
  const results = {};
  for (const device of ['webgpu', 'cpu']) {
    const restorer = await eps.Restorer.load({ device, workers: 1 });
    const options = { ...OPTIONS, samples: 1 };
    results[device] = await restorer.restore(photoOf(WIDTH, HEIGHT), eps.denoise(20), options);
    restorer.dispose();
  }
  const { webgpu, cpu } = results;
  const off = (a, b) => a.data.reduce((most, v, i) => Math.max(most, Math.abs(v - b.data[i])), 0);
  return {
    adapter: true,
    device: webgpu.device.kind,
    mean: off(webgpu.mean, cpu.mean),
    sample: off(webgpu.samples[0], cpu.samples[0]),
  };
}

/** The pixels of a file, { width, height, data }, or the code of its error. */
export async function pixelsOf(base64) {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  try {
    const { width, height, data } = await eps.readPhoto(new Blob([bytes]));
    return { width, height, data: [...data] };
  } catch (error) {
    return { code: error.code ?? String(error) };
  }
}
