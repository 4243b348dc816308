// The GPU memory that a restoration takes, against what is announced before the start; and
// what can't be held there is refused. The buffers are made and counted, the launches left out:
// what is allocated does not depend on the values.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openSession } from './harness.mjs';

const SIDE = 1024;
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`;

test('on a GPU', { timeout: 300_000 }, async (t) => {
  for (const kind of ['denoise', 'inpaint', 'superResolve', 'deblur', 'colorize', 'demosaic']) {
    await t.test(`${kind} takes no more memory than it says`, async () => {
      const { told, taken, largest, host } = await inPage(account, {
        kind,
        side: SIDE,
        samples: 2,
      });
      console.log(
        `${kind}, ${SIDE}²: ${megabytes(taken)} of ${megabytes(told.gpuBytes)} on the GPU, ` +
          `${megabytes(host)} of ${megabytes(told.bytes)} in the page, ` +
          `buffers of ${megabytes(largest)}`,
      );
      assert.ok(
        taken <= told.gpuBytes,
        `${megabytes(told.gpuBytes)} told, ${megabytes(taken)} taken`,
      );
      assert.ok(
        taken > told.gpuBytes / 4,
        `${megabytes(told.gpuBytes)} told, ${megabytes(taken)} taken`,
      );
      assert.ok(
        host <= told.bytes,
        `${megabytes(told.bytes)} of the page told, ${megabytes(host)} taken`,
      );
    });
  }

  await t.test('what a buffer can not hold is refused, and what it can is not', async () => {
    // Eight maps of four bytes fill this at 512 × 512.
    const buffer = 8 * 4 * 512 ** 2;
    const { fits, larger, smaller } = await inPage(limits, { buffer, kind: 'inpaint' });
    assert.equal(fits.code, undefined);
    assert.ok(fits.largest <= buffer, `a buffer of ${fits.largest} bytes`);
    assert.equal(larger.code, 'image-too-large');
    assert.match(
      larger.message,
      /a result of 520x520 takes buffers of 0\.01 GiB, and this GPU's hold 0\.01/,
    );
    assert.equal(smaller.code, undefined);
  });
});

/** A page of its own for each question: what one restoration leaves, the next one uses. */
async function inPage(ask, argument) {
  const session = await openSession({ root: '.', webgpu: true });
  try {
    await session.page.evaluate(prepare);
    return await session.page.evaluate(ask, argument);
  } finally {
    await session.close();
  }
}

/**
 * Leaves `begin(buffer)` in the page: an engine on a GPU whose buffers have at most `buffer` bytes,
 * and `run(request)`: the bytes of its largest buffer.
 */
async function prepare() {
  const { watchGpu, liveBytes } = await import('/tests/browser/gpu-count.mjs');
  const { recordLaunches, takeLaunches } = await import('/bench/gpu-record.mjs');
  const { requestOf } = await import('/bench/page-restorations.mjs');
  watchGpu();
  recordLaunches();
  const { default: init, Engine } = await import('/pkg/wasm/eps_restore.js');
  await init();
  const begin = async (buffer) => {
    for (const name of buffer ? ['maxBufferSize', 'maxStorageBufferBindingSize'] : []) {
      Object.defineProperty(GPUSupportedLimits.prototype, name, { get: () => buffer });
    }
    return Engine.create(
      'webgpu',
      new Uint8Array(await (await fetch('/models/photo-v2.safetensors')).arrayBuffer()),
      'f32',
    );
  };
  const run = async (engine, request) => {
    takeLaunches();
    let largest = 0;
    const run = engine.start(request);
    for (let step = null; step !== undefined; step = await run.advance()) {
      for (const { bytes } of takeLaunches()) largest = Math.max(largest, ...bytes);
    }
    await run.result();
    run.free();
    return largest;
  };
  const request = (kind, side, samples) =>
    kind === 'demosaic'
      ? { ...requestOf('denoise', side, samples, 'default'), task: { kind, pattern: 'rggb' } }
      : requestOf(kind, side, samples, 'default');
  Object.assign(globalThis, { begin, run, request, liveBytes });
}

/**
 * What a restoration of `side`² pixels announces, and what it takes beside that of a single
 * tile, which stays.
 */
async function account({ kind, side, samples }) {
  const engine = await begin();
  await run(engine, request(kind, 256, 0));
  const [before, hostBefore] = [liveBytes().now, engine.memoryBytes];
  const asked = request(kind, side, samples);
  const {
    image: { width, height },
    task,
    sampler,
  } = asked;
  const told = engine.cost({ width, height, task, samples, sampler });
  const largest = await run(engine, asked);
  return { told, taken: liveBytes().most - before, largest, host: engine.memoryBytes - hostBefore };
}

/**
 * A restoration that fills the largest buffer there is, one that is too large for it, and one after
 * that.
 */
async function limits({ buffer, kind }) {
  const engine = await begin(buffer);
  const outcome = async (side) => {
    try {
      return { largest: await run(engine, request(kind, side, 0)) };
    } catch ({ code, message }) {
      return { code, message };
    }
  };
  return { fits: await outcome(512), larger: await outcome(520), smaller: await outcome(128) };
}
