// What never answers: each part is given up after `stallMs`, and the load goes on without it or
// says which it was.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { ROOT } from './harness.mjs';
import { openPackage, preparePage, serveEdited } from './page-tools.mjs';

const WORKER = '/pkg/dist/worker.js';
const WASM = '/pkg/wasm/eps_restore_bg.wasm';
const WEIGHTS = '/pkg/models/photo-v2-8bit.safetensors';
/** Long enough for a busy machine to do what does answer, where the load goes on. */
const STALL = 6000;

/** Sends the first bytes of a file and then nothing. */
const sendBeginning = (path, type) => (request, response) => {
  const bytes = readFileSync(join(ROOT, path));
  response.writeHead(200, { 'content-type': type, 'content-length': bytes.length });
  response.write(bytes.subarray(0, 100_000));
};

const load = (session, options) =>
  session.page.evaluate(async (options) => {
    let restorer;
    const failure = await tools.failure(async () => {
      restorer = await eps.Restorer.load(options);
    });
    const { device, deviceReason: reason } = restorer ?? {};
    restorer?.dispose();
    return { failure, device, reason };
  }, options);

/** A browser, closed after the test. */
async function withPackage(webgpu, work) {
  const session = await openPackage(webgpu);
  try {
    await work(session);
  } finally {
    await session.close();
  }
}

describe('a part that never answers', () => {
  test('is named where the load cannot go on without it', () =>
    withPackage(false, async (session) => {
      // Backwards: the browser's cache lets requests wait for an earlier one of the same address.
      const cases = {
        [WEIGHTS]: [
          'download-failed',
          /no data has come/,
          sendBeginning(WEIGHTS, 'application/octet-stream'),
        ],
        [WASM]: [
          'worker-failed',
          /no data of the WebAssembly core has come/,
          sendBeginning(WASM, 'application/wasm'),
        ],
        [WORKER]: ['worker-failed', /the worker's script has not answered/, () => {}],
      };
      for (const [path, [code, message, answer]] of Object.entries(cases)) {
        // A page of its own: restorers of one page share a compiled core.
        await preparePage(session);
        session.route(path, answer);
        const { failure } = await load(session, { stallMs: 2000 });
        assert.deepEqual([failure.eps, failure.code], [true, code], failure.message);
        assert.match(failure.message, message);
        assert.match(failure.message, /2 s/);
        await session.untilWorkers(0);
        session.route(path, undefined);
      }
    }));

  test('is done without: the cache', () =>
    withPackage(false, async (session) => {
      await session.page.evaluate(() => {
        CacheStorage.prototype.open = () => new Promise(() => {});
      });
      const { failure } = await load(session, { stallMs: 2000, device: 'cpu' });
      assert.equal(failure.code, 'none', failure.message);
    }));

  test('is done without, or named if it was asked for: the adapter', () =>
    withPackage(true, async (session) => {
      const from = /await browser\.gpu\?\.requestAdapter\(/;
      serveEdited(session, '/pkg/dist/worker/load.js', from, 'await new Promise(() => {}) ?? (');
      const auto = await load(session, { stallMs: STALL });
      assert.equal(auto.failure.code, 'none', auto.failure.message);
      assert.equal(auto.device, 'cpu');
      assert.match(auto.reason, /has not answered the request for a WebGPU adapter within 6 s/);
      const { failure } = await load(session, { device: 'webgpu', stallMs: STALL });
      assert.equal(failure.code, 'unsupported-device', failure.message);
      assert.match(failure.message, /adapter within 6 s/);
    }));

  test('is done without, or named if it was asked for: the GPU', () =>
    withPackage(true, async (session) => {
      // The software adapter is taken for a GPU, and its device never comes.
      const adapter = /return adapter\.isFallbackAdapter[^;]*;/;
      serveEdited(session, '/pkg/dist/shared/device.js', adapter, 'return false;');
      const never = `const { requestAdapter } = GPU.prototype;
        GPU.prototype.requestAdapter = async function (...options) {
          const adapter = await requestAdapter.apply(this, options);
          adapter.requestDevice = () => new Promise(() => {});
          return adapter;
        };`;
      serveEdited(session, '/pkg/dist/worker/core.js', /^/, never);
      const auto = await load(session, { stallMs: STALL });
      assert.equal(auto.failure.code, 'none', auto.failure.message);
      assert.equal(auto.device, 'cpu');
      assert.match(auto.reason, /WebGPU could not be used: The GPU has not answered within 6 s/);
      const { failure } = await load(session, { device: 'webgpu', stallMs: STALL });
      assert.equal(failure.code, 'device-lost', failure.message);
    }));

  test('is named in a run: the module of an operator', () =>
    withPackage(false, async (session) => {
      session.route('/never.js', () => {});
      const failure = await session.page.evaluate(async () => {
        const restorer = await eps.Restorer.load({ device: 'cpu', stallMs: 3000 });
        const task = eps.linearOperator('/never.js');
        return tools.failure(() => restorer.restore(tools.photo(), task));
      });
      assert.equal(failure.code, 'invalid-operator', failure.message);
      assert.match(failure.message, /has not loaded within 3 s/);
    }));
});
