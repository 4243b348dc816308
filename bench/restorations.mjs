// Whole restorations against the bare evaluations in them; memory; the start of a page; several
// workers.
import { done } from '../scripts/lib/report.mjs';
import { median, summary } from './statistics.mjs';

const TASKS = ['denoise', 'inpaint', 'superResolve', 'deblur', 'colorize'];
/** The paper's course: 19 evaluations of a sample, after that of the mean. */
const PAPER = { solver: 'heun', points: 10, tauMax: 80, tauMin: 0.002, fromMean: false };
const ROUNDS = 3;

const caller =
  (page) =>
  (name, ...args) =>
    page.evaluate(
      async ([name, args]) => (await import('/bench/page-restorations.mjs'))[name](...args),
      [name, args],
    );

/**
 * @returns {Promise<object>} by device, task and evaluations: milliseconds, and the quotient of
 *   these and so many bare evaluations.
 */
export async function restorations(page, { webgpu }) {
  const call = caller(page);
  const results = {};
  const measure = async (device, kind, side, sampler, rounds) => {
    const [whole, bare, quotients] = [[], [], []];
    let evaluations = 0;
    await call('evaluate', device, side);
    for (let round = 0; round < rounds; round++) {
      const times = [await call('evaluate', device, side), await call('evaluate', device, side)];
      const run = await call('restore', device, kind, side, 1, sampler);
      times.push(await call('evaluate', device, side), await call('evaluate', device, side));
      ({ evaluations } = run);
      whole.push(run.milliseconds);
      bare.push(...times);
      quotients.push(run.milliseconds / (evaluations * median(times)));
    }
    const name = `${device} ${kind} ${side} ${evaluations}`;
    results[name] = {
      device,
      task: kind,
      side,
      evaluations,
      milliseconds: summary(whole),
      evaluation: summary(bare),
      over_evaluations: summary(quotients),
    };
    done(
      `${name}: ${results[name].milliseconds.median} ms, ${results[name].over_evaluations.median} of its evaluations`,
    );
  };
  await call('open', 'cpu', 'cpu');
  for (const side of [64, 256])
    for (const kind of TASKS) await measure('cpu', kind, side, 'default', ROUNDS);
  await measure('cpu', 'inpaint', 256, PAPER, ROUNDS);
  if (webgpu) {
    await call('open', 'webgpu', 'webgpu');
    await measure('webgpu', 'denoise', 64, 'draft', 1);
  }
  return results;
}

/** Peak bytes after one restoration of each size, in instances of their own. */
export async function memory(page, { webgpu }) {
  const call = caller(page);
  const results = {};
  const cases = [['cpu', 64], ['cpu', 256], ...(webgpu ? [['webgpu', 64]] : [])];
  for (const [device, side] of cases) {
    const name = `${device} ${side}`;
    await call('open', name, device);
    await call('restore', name, 'inpaint', side, device === 'cpu' ? 2 : 0, 'draft');
    const { wasm, gpu } = await call('memory', name);
    results[name] = device === 'cpu' ? { wasm_bytes: wasm } : { wasm_bytes: wasm, gpu_bytes: gpu };
    done(
      `memory, ${name}: ${Object.entries(results[name])
        .map(([kind, bytes]) => `${kind.replace('_bytes', '')} ${(bytes / 1e6).toFixed(0)} MB`)
        .join(', ')}`,
    );
  }
  return results;
}

/**
 * From a page's first line to its first picture, with the weights cached: milliseconds to the
 * linear estimate and to the mean, of a photo of 256 × 256 pixels.
 */
export async function coldStart(session, rounds = 5) {
  const [estimate, mean] = [[], []];
  for (let round = -1; round < rounds; round++) {
    const page = await session.newPage();
    await page.goto(`${session.origin}/blank.html`);
    const times = await page.evaluate(async () => {
      const begin = performance.now();
      const { Restorer, denoise } = await import('/pkg/dist/index.js');
      const restorer = await Restorer.load({ device: 'cpu' });
      const photo = new ImageData(256, 256);
      photo.data.forEach((_, i) => (photo.data[i] = i % 4 === 3 ? 255 : (i * 7919) % 251));
      const times = {};
      await restorer.restore(photo, denoise(), {
        samples: 0,
        seed: 1,
        onStep: ({ stage }) => (times[stage] = performance.now() - begin),
      });
      restorer.dispose();
      return times;
    });
    await page.close();
    // The first visit downloads.
    if (round < 0) continue;
    estimate.push(times.estimate);
    mean.push(times.mean);
  }
  const results = { estimate: summary(estimate), mean: summary(mean) };
  done(
    `cold start, weights cached: linear estimate after ${results.estimate.median} ms, mean after ${results.mean.median} ms`,
  );
  return results;
}
