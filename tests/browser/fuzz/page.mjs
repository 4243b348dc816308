// Calls the API as the cases say, in the page. Whatever a call is given, it resolves or rejects
// with an EpsError within ten seconds, and the restorer works afterwards.
import fc from 'fast-check';
import * as eps from '/pkg/dist/index.js';
import { calls } from './arbitraries.mjs';
import { PLACES } from './places.mjs';
import { NAMES } from './values.mjs';
import { THROWN, optionsOf, photoOf, plainOf, taskOf } from './arguments.mjs';

const LIMIT_MS = 10_000;
/** Cases between two restorations of the same photo, which must give the same pixels. */
const CANARY_EVERY = 20;

let restorer;
const counts = { cases: 0, resolved: 0, codes: {} };

/** The arguments of a run. */
async function runOf([photo, task, options]) {
  const [source] = await photoOf(photo);
  const [settings] = await optionsOf(options);
  return [source, taskOf(task, photo), settings];
}

const CALLS = {
  restore: async (parameters) => requireSound(await restorer.restore(...(await runOf(parameters)))),
  stream: async (parameters) => {
    const [{ level }] = parameters;
    let count = 0;
    for await (const { preview } of restorer.stream(...(await runOf(parameters)))) {
      requireImage(preview);
      // Some readers leave early.
      if (++count === 3 && level % 3 === 0) break;
    }
  },
  twice: async (parameters) => {
    const both = await Promise.allSettled([0, 1].map(() => CALLS.restore(parameters)));
    for (const { status, reason } of both) if (status === 'rejected') throw reason;
  },
  shared: async (parameters) => {
    const [photo, task, options] = await runOf(parameters);
    const load = { device: 'cpu', workers: 1 };
    await eps.Restorer.shared(load);
    requireSound(await eps.Restorer.restore(photo, task, options));
  },
  batch: async (parameters) => {
    const [photo, task, options] = await runOf(parameters);
    const photos = parameters[0].strange === undefined ? [photo, photo] : photo;
    for await (const { result, error } of eps.restoreAll(restorer, photos, task, options)) {
      if (error) throw error;
      requireSound(result);
    }
  },
  estimate: async (parameters) => {
    const estimate = await restorer.estimate(...(await runOf(parameters)));
    for (const [name, value] of Object.entries(estimate))
      if (!(Number.isFinite(value) && value >= 0)) throw new Error(`estimate: ${name} is ${value}`);
  },
  estimateNoise: async (parameters) => {
    const [photo, task, options] = await runOf(parameters);
    const level = await restorer.estimateNoise(photo, task, options);
    if (!(level > 0 && level <= 255)) throw new Error(`estimateNoise: ${level}`);
    const lost = await restorer.estimateCompression(photo, options);
    if (!(lost >= 0 && lost <= 255)) throw new Error(`estimateCompression: ${lost}`);
  },
  editJpeg: async ([file, edited]) => {
    const [[before], [after]] = [await photoOf(file), await photoOf(edited)];
    await restorer.editJpeg(before, after);
  },
  readPhoto: async ([photo]) => requireImage(await eps.readPhoto(...(await photoOf(photo)))),
  toBlob: async ([photo, type, quality]) => {
    const [image] = await photoOf(photo);
    await eps.toBlob(image, plainOf(type), plainOf(quality));
  },
  preload: async ([options]) => eps.preload(...(await optionsOf(options))),
  load: async ([options]) => (await eps.Restorer.load(...(await optionsOf(options)))).dispose(),
  chooseDevice: ([device, adapter]) => eps.chooseDevice(plainOf(device), plainOf(adapter)),
  isSoftwareAdapter: ([adapter]) => eps.isSoftwareAdapter(plainOf(adapter)),
};

function requireImage(image) {
  if (!(image instanceof ImageData && image.data.length === 4 * image.width * image.height))
    throw new Error('this is no whole image');
}

function requireSound({ mean, samples, deviation, width, height }) {
  for (const image of [mean, ...samples, ...(deviation ? [deviation] : [])]) {
    requireImage(image);
    if (image.width !== width || image.height !== height) throw new Error('images differ in size');
  }
}

const canary = async () => {
  const image = new ImageData(12, 10);
  image.data.forEach((_, i) => (image.data[i] = i % 4 === 3 ? 255 : (7 * i) % 256));
  const { mean } = await restorer.restore(image, eps.denoise(20), { samples: 0, seed: 1 });
  return mean.data.join();
};

/** Rejects where the work takes too long. */
async function inTime(work) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${LIMIT_MS} ms`)), LIMIT_MS);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function tryCase({ call, parameters }, expected) {
  counts.cases++;
  try {
    await inTime(async () => CALLS[call](parameters));
    counts.resolved++;
  } catch (error) {
    if (error === THROWN) counts.codes.thrown = (counts.codes.thrown ?? 0) + 1;
    else if (error instanceof eps.EpsError)
      counts.codes[error.code] = (counts.codes[error.code] ?? 0) + 1;
    else throw error;
    if (error.code === 'internal' || error.code === 'worker-failed') throw error;
  }
  if (counts.cases % CANARY_EVERY === 0 && (await inTime(canary)) !== expected)
    throw new Error('the canary has changed');
}

async function begin() {
  restorer?.dispose();
  restorer = await eps.Restorer.load({ device: 'cpu', workers: 1 });
  Object.assign(counts, { cases: 0, resolved: 0, codes: {} });
  return canary();
}

/** @returns how many cases there were and how they ended, or the smallest case that failed. */
export async function fuzz({ runs, seed }) {
  const expected = await begin();
  const property = fc.asyncProperty(calls, (one) => tryCase(one, expected));
  const { failed, counterexample, errorInstance } = await fc.check(property, {
    numRuns: runs,
    seed,
  });
  const error = failed && String(errorInstance?.stack ?? errorInstance);
  return { failed, error, counterexample: JSON.stringify(counterexample, undefined, 1), counts };
}

/** Every strange value in every place. @returns the places where something else came out. */
export async function sweep() {
  const expected = await begin();
  const wrong = [];
  for (const [place, call] of Object.entries(PLACES))
    for (const name of NAMES) {
      const began = performance.now();
      try {
        await tryCase(call({ strange: name }), expected);
      } catch (error) {
        wrong.push(`${place}: ${name}: ${error?.stack ?? String(error)}`);
      }
      const took = performance.now() - began;
      if (took > 3000) wrong.push(`${place}: ${name}: took ${took} ms`);
    }
  return { wrong, counts };
}
