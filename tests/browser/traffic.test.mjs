// On WebGPU pixels go up once, and only previews come back: what crosses between host and device is
// counted, step by step.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openSession } from './harness.mjs';

const SIDE = 40;
/** Bytes of an image of three f32 channels. */
const IMAGE = 3 * SIDE * SIDE * 4;
/**
 * Bytes of the smallest image there is, the one that is enlarged twice; the tables that levels are
 * made from, 15 × 15 pixels in four bands, are smaller.
 */
const SMALLEST = 3 * (SIDE / 2) ** 2 * 4;
/** Two evaluations of one sample. */
const SAMPLER = { solver: 'dpmpp2m', points: 2, tauMax: 5, tauMin: 0.02, fromMean: true };
/**
 * Images that go up as a stage begins: with the estimate what the start handed over and nothing had
 * sent yet, the photo and tables of its size, among them the prior of each axis; then noise, drawn
 * on the CPU so that a seed means the same everywhere: n, and for a sample the two draws of the
 * deviation too.
 */
const SENT = { estimate: 2 + 2 / 3, mean: 1, sample: 3 };
/**
 * Where a filter comes with the photo: its spectrum in two planes, the prior's in three, the
 * weights of four bands.
 */
const SENT_WITH_FILTER = { ...SENT, estimate: 1 + (2 + 3 + 4) / 3 };

test(
  'no pixel crosses to the host inside a step but the preview',
  { timeout: 900_000 },
  async (t) => {
    const session = await openSession({ root: '.', webgpu: true });
    try {
      await session.page.evaluate(openEngine, SMALLEST);
      for (const kind of ['denoise', 'inpaint', 'superResolve', 'deblur', 'colorize']) {
        await t.test(kind, async () => {
          const most = kind === 'deblur' ? SENT_WITH_FILTER : SENT;
          const steps = await session.page.evaluate(countSteps, {
            kind,
            side: SIDE,
            sampler: SAMPLER,
          });
          assert.deepEqual(
            steps.map(({ stage }) => stage),
            ['estimate', 'mean', 'sample', 'sample'],
          );
          for (const [i, step] of steps.entries()) {
            // The linear estimate is launched before its step, with the start.
            assert.ok(step.launches > 0 || step.stage === 'estimate', `step ${i} launched nothing`);
            // The preview; and one number, where something iterates to a tolerance.
            assert.ok(
              step.readbacks >= 1 && step.readbacks <= 2,
              `step ${i} read back ${step.readbacks} times`,
            );
            assert.ok(
              step.readBytes >= IMAGE && step.readBytes <= IMAGE + 4,
              `step ${i} read ${step.readBytes} bytes back`,
            );
            const sent = step.stage === steps[i - 1]?.stage ? 0 : most[step.stage];
            assert.ok(
              step.largeBytes <= sent * IMAGE,
              `step ${i} sent ${step.largeBytes} bytes of pixels up`,
            );
          }
        });
      }
    } finally {
      await session.close();
    }
  },
);

async function openEngine(smallest) {
  const { watchGpu } = await import('/tests/browser/gpu-count.mjs');
  watchGpu(smallest);
  const { default: init, Engine } = await import('/pkg/wasm/eps_restore.js');
  await init();
  globalThis.engine = await Engine.create(
    'webgpu',
    new Uint8Array(await (await fetch('/models/photo-v2.safetensors')).arrayBuffer()),
    'f32',
  );
}

/** The steps of a restoration, each with what it asked of the GPU. */
async function countSteps({ kind, side, sampler }) {
  const { gpuCounts } = await import('/tests/browser/gpu-count.mjs');
  const size = kind === 'superResolve' ? side / 2 : side;
  const tasks = {
    denoise: { kind },
    colorize: { kind },
    superResolve: { kind, factor: 2 },
    deblur: {
      kind,
      kernel: { data: Array(9).fill(1 / 9), width: 3, height: 3 },
      borders: 'circular',
    },
    inpaint: {
      kind,
      mask: {
        data: Uint8Array.from({ length: size * size }, (_, i) => Number(i % 5 === 0)),
        width: size,
        height: size,
      },
    },
  };
  const data = Uint8Array.from({ length: 4 * size * size }, (_, i) => (i * 7919) % 251);
  const run = engine.start({
    image: { data, width: size, height: size },
    task: tasks[kind],
    samples: 1,
    sampler,
    seed: 1,
  });
  const steps = [];
  let before = gpuCounts();
  for (let step = await run.advance(); step !== undefined; step = await run.advance()) {
    if (step === null) continue;
    const after = gpuCounts();
    const counted = Object.fromEntries(
      Object.keys(after).map((name) => [name, after[name] - before[name]]),
    );
    steps.push({ stage: step.stage, ...counted });
    before = after;
  }
  run.free();
  return steps;
}
