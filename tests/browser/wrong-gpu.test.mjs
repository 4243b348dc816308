// A GPU that computes something else than the CPU is noticed: at the load by comparison, in a run
// by values that are not finite. `auto` goes on with the CPU.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openPackage, serveEdited } from './page-tools.mjs';

const CORE = '/pkg/dist/worker/core.js';
/** A software adapter is taken for a GPU that is faster than any CPU. */
const trustSoftware = (session) =>
  serveEdited(
    session,
    '/pkg/dist/shared/device.js',
    /return adapter\.isFallbackAdapter[^;]*;|webgpu <= cpu/g,
    (found) => (found.startsWith('return') ? 'return false;' : 'true'),
  );
/** Kernels that do nothing, without an error. */
const IDLE = 'GPUComputePassEncoder.prototype.dispatchWorkgroups = () => {};';
/** Once `self.isWrong` is set, whatever is read back is NaN. */
const NOT_FINITE = `const { getMappedRange } = GPUBuffer.prototype;
  GPUBuffer.prototype.getMappedRange = function (...range) {
    const bytes = getMappedRange.apply(this, range);
    const isRead = (this.usage & GPUBufferUsage.MAP_READ) !== 0;
    if (self.isWrong && isRead) new Uint8Array(bytes).fill(255);
    return bytes;
  };`;

describe('a GPU that computes nothing', () => {
  let session;
  before(async () => {
    session = await openPackage(true);
    serveEdited(session, CORE, /^/, IDLE);
  });
  after(() => session.close());

  test('is refused where it was asked for', async () => {
    const failure = await session.page.evaluate(() =>
      tools.failure(() => eps.Restorer.load({ device: 'webgpu' })),
    );
    assert.deepEqual([failure.eps, failure.code], [true, 'device-failed'], failure.message);
    assert.match(failure.message, /another picture than the CPU/);
  });

  test('is replaced by the CPU where any device will do', async () => {
    trustSoftware(session);
    const loaded = await session.page.evaluate(async () => {
      const restorer = await eps.Restorer.load();
      const { device, deviceReason: reason } = restorer;
      const result = await restorer.restore(tools.photo(), eps.denoise(20), { samples: 0 });
      restorer.dispose();
      return { device, reason, evaluations: result.evaluations };
    });
    assert.deepEqual([loaded.device, loaded.evaluations], ['cpu', 1]);
    assert.match(loaded.reason, /WebGPU could not be used: .*another picture than the CPU/);
  });
});

describe('a GPU that computes values that are not finite', () => {
  let session;
  before(async () => {
    session = await openPackage(true);
    serveEdited(session, CORE, /^/, NOT_FINITE);
    trustSoftware(session);
  });
  after(() => session.close());

  test('ends the run with device-failed, and the next call runs on the CPU', async () => {
    const first = await session.page.evaluate(async () => {
      window.restorer = await eps.Restorer.load();
      return restorer.device;
    });
    assert.equal(first, 'webgpu');
    await (await session.worker()).evaluate(() => void (self.isWrong = true));
    const failure = await session.page.evaluate(() => {
      window.run = () => restorer.restore(tools.photo(), eps.denoise(20), { samples: 0 });
      return tools.failure(run);
    });
    assert.deepEqual([failure.eps, failure.code], [true, 'device-failed'], failure.message);
    assert.match(failure.message, /not finite/);
    const next = await session.page.evaluate(async () => {
      const { device } = await run();
      return [device.kind, restorer.deviceReason];
    });
    assert.deepEqual(next, ['cpu', 'The GPU computed values that are not finite.']);
  });
});
