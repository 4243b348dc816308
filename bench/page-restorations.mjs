// In the page: whole restorations by the crate's engine, and bare evaluations of its network at the
// same size.
import { core, inputsOf, instance } from './page.mjs';
import { liveBytes, watchGpu } from '/tests/browser/gpu-count.mjs';

const engines = new Map();

/**
 * Opens an engine and the bare network, each in its own wasm instance. The first evaluation creates
 * the network.
 */
export async function open(name, device) {
  if (device === 'webgpu') watchGpu();
  const weights = new Uint8Array(await (await fetch('/models/photo-v2.safetensors')).arrayBuffer());
  const engine = await (await core(name)).Engine.create(device, weights, 'f32');
  await engine.warmUp();
  engines.set(name, {
    engine,
    network: async () => (await instance(name)).Network.create('kernels', device, weights),
  });
}

/**
 * A request for a result of `side`² pixels, from a picture of soft waves with seeded noise. `kind`
 * is a task, or a task, a comma and its variant.
 */
export function requestOf(kind, side, samples, sampler) {
  const factor = 2;
  const size = kind.startsWith('superResolve') ? side / factor : side;
  const { w } = inputsOf(1, size);
  const data = new Uint8Array(4 * size * size).fill(255);
  for (let i = 0; i < size * size; i++) {
    const [x, y] = [i % size, Math.floor(i / size)];
    for (let c = 0; c < 3; c++)
      data[4 * i + c] =
        128 + 60 * Math.sin((x * (c + 1) + 2 * y) / 11) + 10 * w[c * size * size + i];
  }
  const task = {
    denoise: () => ({ kind }),
    colorize: () => ({ kind }),
    'colorize, BT.601': () => ({ kind: 'colorize', weights: [0.299, 0.587, 0.114] }),
    demosaic: () => ({ kind, pattern: 'rggb' }),
    superResolve: () => ({ kind, factor }),
    'superResolve, bicubic': () => ({ kind: 'superResolve', factor, reduction: 'bicubic' }),
    'superResolve, Gaussian': () => ({ kind: 'superResolve', factor, reduction: { gaussian: 1 } }),
    deblur: () => ({
      kind,
      kernel: { data: Array(25).fill(1 / 25), width: 5, height: 5 },
      borders: 'circular',
    }),
    inpaint: () => ({
      kind,
      mask: {
        data: Uint8Array.from({ length: size * size }, (_, i) =>
          Number(i % 7 === 0 || Math.abs((i % size) - size / 2) < 6),
        ),
        width: size,
        height: size,
      },
    }),
  }[kind]();
  return {
    image: { data, width: size, height: size },
    task,
    samples,
    sampler,
    refine: false,
    seed: 1,
  };
}

/**
 * Milliseconds of a restoration, including the reading of its previews and its result. `pixels`:
 * those of an evaluation, with those of the smaller sizes at which colours are decided first.
 */
export async function restore(name, kind, side, samples, sampler) {
  const { engine } = engines.get(name);
  // The time to make the picture does not count.
  const request = requestOf(kind, side, samples, sampler);
  const begin = performance.now();
  const run = engine.start(request);
  while ((await run.advance()) !== undefined) continue;
  await run.result();
  const milliseconds = performance.now() - begin;
  const { totalEvaluations: evaluations, pixels } = run;
  run.free();
  return { milliseconds, evaluations, pixels };
}

/** Milliseconds of one bare evaluation. */
export async function evaluate(name, side) {
  const held = engines.get(name);
  if (typeof held.network === 'function') held.network = await held.network();
  if (held.side !== side) {
    const { w, g, m, coarse } = inputsOf(1, side);
    held.network.place(1, side, w, g, m, coarse);
    held.side = side;
    await held.network.evaluate();
  }
  const begin = performance.now();
  await held.network.evaluate();
  return performance.now() - begin;
}

/** Bytes: of wasm memory, which never shrinks, and of the GPU buffers that were alive at once. */
export function memory(name) {
  return { wasm: engines.get(name).engine.memoryBytes, gpu: liveBytes().most };
}
