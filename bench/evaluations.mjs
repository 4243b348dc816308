// The network alone: one evaluation of the same weights on the same inputs, by this package and by
// the runtimes that a web developer could use instead.
import { duration, done, Stop } from '../scripts/lib/report.mjs';
import { median, summary } from './statistics.mjs';

/** The largest relative L2 distance from the reference of a right answer, f32 against f32. */
const TOLERANCE = 1e-3;
const REFERENCE = 'ort-cpu';

/**
 * The runtimes to measure, by name. Both layouts of onnxruntime run at 64², and the faster one runs
 * at the other shapes.
 */
export function contenders(onnx) {
  const ours = (layers, device) => ({ kind: 'ours', layers, device });
  const ort = (provider, layout) => ({ kind: 'ort', provider, layout, files: onnx });
  return {
    [REFERENCE]: ort('wasm'),
    'eps-cpu': ours('kernels', 'cpu'),
    'eps-webgpu': ours('kernels', 'webgpu'),
    'burn-webgpu': ours('tensors', 'webgpu'),
    'ort-webgpu-nchw': ort('webgpu', 'NCHW'),
    'ort-webgpu-nhwc': ort('webgpu', 'NHWC'),
  };
}

export const groupOf = (name) => (name.endsWith('cpu') ? 'cpu' : 'webgpu');

/**
 * The shapes, named batch × side, with the repetitions on each device: few on WebGPU, whose
 * software adapter takes seconds.
 */
export const SHAPES = {
  '1x64': { batch: 1, side: 64, repetitions: { cpu: 15, webgpu: 3 } },
  '4x64': { batch: 4, side: 64, repetitions: { cpu: 9, webgpu: 3 } },
  '1x256': { batch: 1, side: 256, repetitions: { cpu: 9, webgpu: 3 } },
};

/**
 * @param {import('playwright-core').Page} page of a server of the repository.
 * @param {Record<string, object>} field the contenders.
 * @param {[string, ('cpu' | 'webgpu')[]][]} plan each shape with the devices to measure.
 * @returns {Promise<Record<string, Record<string, object>>>} by shape and contender: a summary in
 *   milliseconds, and the distance from the reference.
 */
export async function evaluations(page, field, plan) {
  const call = (name, ...args) =>
    page.evaluate(
      async ([name, args]) => (await import('/bench/page.mjs'))[name](...args),
      [name, args],
    );
  for (const [name, options] of Object.entries(field)) await call('open', name, options);
  const results = {};
  let names = Object.keys(field);
  for (const [shape, groups] of plan) {
    const begin = performance.now();
    const { batch, side, repetitions } = SHAPES[shape];
    results[shape] = {};
    for (const group of groups) {
      const members = names.filter((name) => groupOf(name) === group);
      // The reference also answers where the plan leaves out the CPU.
      for (const name of new Set([REFERENCE, ...members])) {
        await call('place', name, batch, side);
        await call('time', name);
      }
      const times = await interleaved(members, repetitions[group], (name) => call('time', name));
      for (const name of members) {
        const distance = await call('difference', name, REFERENCE);
        if (!(distance < TOLERANCE))
          throw new Stop(
            `${name} is wrong at ${shape}: its distance from ${REFERENCE} is ${distance}.`,
          );
        results[shape][name] = {
          ...summary(times[name]),
          distance: Number(distance.toPrecision(2)),
        };
      }
      names = withoutSlower(names, times, ['ort-webgpu-nchw', 'ort-webgpu-nhwc']);
    }
    const medians = Object.entries(results[shape]).map(
      ([name, { median }]) => `${name} ${median} ms`,
    );
    done(`${shape}: ${medians.join(', ')} (${duration((performance.now() - begin) / 1000)})`);
  }
  return results;
}

/** Measures all names in every round, so that a disturbance affects all of them. */
export async function interleaved(names, rounds, measure) {
  const times = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++)
    for (const name of names) times[name].push(await measure(name));
  return times;
}

/** The names without the slower of these two settings of one rival. */
function withoutSlower(names, times, pair) {
  if (!pair.every((name) => times[name])) return names;
  const slower = pair.reduce((a, b) => (median(times[a]) > median(times[b]) ? a : b));
  return names.filter((name) => name !== slower);
}
