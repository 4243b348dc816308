// Whole restorations against the bare evaluations in them, peak memory, and the start of a page.
import { done } from '../scripts/lib/report.mjs';
import { median, summary } from './statistics.mjs';

const TASKS = ['denoise', 'inpaint', 'superResolve', 'deblur', 'colorize'];
/** The paper's sampler: 19 evaluations for a sample, after one for the mean. */
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
 * @returns {Promise<object>} by device, task, side and number of evaluations: the milliseconds of a
 *   restoration, and their ratio to those of bare evaluations of the same number of pixels.
 */
export async function restorations(page, { webgpu }) {
  const call = caller(page);
  const results = {};
  const measure = async (device, task, side, sampler, rounds) => {
    const result = await restoration(call, { device, task, side, sampler, rounds });
    const name = `${device} ${task} ${side} ${result.evaluations}`;
    results[name] = result;
    const { milliseconds, over_evaluations } = result;
    done(`${name}: ${milliseconds.median} ms, ${over_evaluations.median} of its evaluations`);
  };
  await call('open', 'cpu', 'cpu');
  for (const side of [64, 256])
    for (const task of TASKS) await measure('cpu', task, side, 'default', ROUNDS);
  await measure('cpu', 'inpaint', 256, PAPER, ROUNDS);
  if (webgpu) {
    await call('open', 'webgpu', 'webgpu');
    await measure('webgpu', 'denoise', 64, 'draft', 1);
  }
  return results;
}

/** Each round times bare evaluations right before and right after the restoration. */
async function restoration(call, { device, task, side, sampler, rounds }) {
  const evaluate = () => call('evaluate', device, side);
  const [whole, bare, ratios] = [[], [], []];
  let evaluations = 0;
  await evaluate();
  for (let round = 0; round < rounds; round++) {
    const times = [await evaluate(), await evaluate()];
    const run = await call('restore', device, task, side, 1, sampler);
    times.push(await evaluate(), await evaluate());
    ({ evaluations } = run);
    const squares = (evaluations * run.pixels) / side ** 2;
    whole.push(run.milliseconds);
    bare.push(...times);
    ratios.push(run.milliseconds / (squares * median(times)));
  }
  return {
    device,
    task,
    side,
    evaluations,
    milliseconds: summary(whole),
    evaluation: summary(bare),
    over_evaluations: summary(ratios),
  };
}

/** Peak bytes after one restoration of each size, each in its own wasm instance. */
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
    const kinds = Object.entries(results[name]).map(
      ([kind, bytes]) => `${kind.replace('_bytes', '')} ${(bytes / 1e6).toFixed(0)} MB`,
    );
    done(`memory, ${name}: ${kinds.join(', ')}`);
  }
  return results;
}

/**
 * Milliseconds from a page's first line to the linear estimate and to the mean of a photo of
 * 256 × 256 pixels, with the weights cached.
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
    // The first visit downloads the weights.
    if (round < 0) continue;
    estimate.push(times.estimate);
    mean.push(times.mean);
  }
  const results = { estimate: summary(estimate), mean: summary(mean) };
  done(
    `cold start, weights cached: linear estimate after ${results.estimate.median} ms, ` +
      `mean after ${results.mean.median} ms`,
  );
  return results;
}
