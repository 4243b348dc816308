// Loading: progress, the cache, weights that are not what they should be, the choice of the device,
// and what is left after a failure.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ROOT } from './harness.mjs';
import { openPackage, preparePage, serveEdited, WEIGHTS } from './page-tools.mjs';

const weights = readFileSync(join(ROOT, 'models/photo-v2-8bit.safetensors'));
const send =
  (bytes, type = 'application/octet-stream') =>
  (request, response) =>
    void response
      .writeHead(200, { 'content-type': type, 'content-length': bytes.length })
      .end(bytes);
const downloads = (session) =>
  session.requests.filter(({ path }) => path.endsWith('.safetensors')).length;

/** The weights with one tensor less: sound as a file, but of another network. */
function anotherNetwork() {
  const length = Number(weights.readBigUInt64LE(0));
  const header = JSON.parse(weights.subarray(8, 8 + length).toString());
  const names = Object.keys(header).filter((name) => name !== '__metadata__');
  header['somewhere.else'] = header[names[0]];
  delete header[names[0]];
  const text = Buffer.from(JSON.stringify(header));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([size, text, weights.subarray(8 + length)]);
}

describe('loading without WebGPU', () => {
  let session;
  const load = (options = {}) =>
    session.page.evaluate(async (options) => {
      const progress = [];
      const failure = await tools.failure(async () => {
        window.restorer?.dispose();
        window.restorer = await eps.Restorer.load({
          ...options,
          onProgress: (step) => progress.push(step),
        });
      });
      return {
        failure,
        progress,
        device: window.restorer?.device,
        reason: window.restorer?.deviceReason,
      };
    }, options);

  before(async () => {
    session = await openPackage(false);
    session.allowErrors(/Failed to load resource/);
  });
  after(() => session.close());

  test('tells the download, the start and the warm-up, from 0 to 1', async () => {
    const { failure, progress, device, reason } = await load();
    assert.equal(failure.code, 'none', failure.message);
    assert.deepEqual(
      [...new Set(progress.map(({ stage }) => stage))],
      ['weights', 'engine', 'warm-up'],
    );
    const fractions = progress.map(({ fraction }) => fraction);
    assert.deepEqual(
      fractions,
      [...fractions].sort((a, b) => a - b),
    );
    assert.deepEqual([fractions[0], fractions.at(-1)], [0, 1]);
    assert.ok(progress.every(({ totalBytes, cached }) => totalBytes === weights.length && !cached));
    assert.equal(progress.findLast(({ stage }) => stage === 'weights').loadedBytes, weights.length);
    assert.equal(device, 'cpu');
    assert.match(reason, /no WebGPU adapter/);
    assert.equal(downloads(session), 1);
  });

  test('the next visit downloads no weights', async () => {
    await session.newPage();
    await preparePage(session);
    const { failure, progress } = await load();
    assert.equal(failure.code, 'none', failure.message);
    assert.ok(
      progress.every(({ cached, loadedBytes }) => cached && loadedBytes === weights.length),
    );
    assert.equal(downloads(session), 1);
  });

  test('a cache that fails costs a download and nothing else', async () => {
    await session.page.evaluate(() => {
      CacheStorage.prototype.open = () => Promise.reject(new Error('no space'));
    });
    const { failure, progress } = await load();
    assert.equal(failure.code, 'none', failure.message);
    assert.ok(progress.every(({ cached }) => !cached));
    assert.equal(downloads(session), 2);
    await session.page.reload();
    await preparePage(session);
  });

  const sha256 = createHash('sha256').update(weights).digest('hex');
  const altered = Buffer.from(weights);
  altered[altered.length - 9] ^= 1;
  const cases = {
    'altered weights': [
      'weights-corrupt',
      { modelUrl: '/broken', sha256: sha256.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) },
      send(weights),
    ],
    'truncated weights': [
      'weights-corrupt',
      { modelUrl: '/broken', sha256: sha256.replace(/.$/, (digit) => (digit === '0' ? '1' : '0')) },
      send(weights.subarray(0, 1_000_000)),
    ],
    'a web page in their place': [
      'weights-corrupt',
      { modelUrl: '/broken', sha256: 'ab'.repeat(32) },
      send(Buffer.from('<!doctype html><title>Home</title>'), 'text/html'),
    ],
    'altered weights of an unknown hash': ['none', { modelUrl: '/broken' }, send(altered)],
    'truncated weights of an unknown hash': [
      'invalid-weights',
      { modelUrl: '/broken' },
      send(weights.subarray(0, 1_000_000)),
    ],
    'weights of another network': [
      'invalid-weights',
      { modelUrl: '/broken' },
      send(anotherNetwork()),
    ],
    'no weights at all': ['invalid-weights', { modelUrl: '/broken' }, send(Buffer.alloc(0))],
    'missing weights': [
      'download-failed',
      { modelUrl: '/broken' },
      (request, response) => void response.writeHead(404).end(),
    ],
    'a connection that breaks': [
      'download-failed',
      { modelUrl: '/broken' },
      (request, response) => {
        response.writeHead(200, { 'content-length': weights.length });
        response.write(weights.subarray(0, 100_000), () => response.destroy());
      },
    ],
    'WebGPU where there is none': ['unsupported-device', { device: 'webgpu' }],
    'an unknown option': ['invalid-option', { modelURL: '/broken' }],
  };
  for (const [name, [code, options, answer]] of Object.entries(cases)) {
    test(`${name}: ${code}`, async () => {
      session.route('/broken', answer);
      const { failure } = await load(options);
      assert.equal(failure.code, code, failure.message);
      if (code !== 'none') assert.ok(failure.eps);
      // However it failed, the next load is none the worse.
      const next = await load();
      assert.equal(next.failure.code, 'none', next.failure.message);
    });
  }

  test('weights of one’s own with their hash are checked and kept', async () => {
    session.route('/own', send(weights));
    assert.equal(
      (await load({ modelUrl: '/own', sha256: sha256.toUpperCase() })).failure.code,
      'none',
    );
  });

  for (const [name, path] of Object.entries({
    'the worker': '/pkg/dist/worker.js',
    'the core’s JavaScript': '/pkg/wasm/eps_restore.js',
    'the core': '/pkg/wasm/eps_restore_bg.wasm',
  })) {
    test(`${name} missing: worker-failed`, async () => {
      session.route(path, (request, response) => void response.writeHead(404).end());
      // A page of its own: a module that has failed to load once is remembered by its page.
      await session.newPage();
      await preparePage(session);
      const { failure } = await load();
      assert.equal(failure.code, 'worker-failed', failure.message);
      session.route(path, undefined);
      assert.equal((await load()).failure.code, 'none');
    });
  }

  test('an abort ends the load at once', async () => {
    session.route('/slow', () => {});
    const found = await session.page.evaluate(async () => {
      const controller = new AbortController();
      const begin = performance.now();
      setTimeout(() => controller.abort(), 100);
      const failure = await tools.failure(() =>
        eps.Restorer.load({ modelUrl: '/slow', signal: controller.signal }),
      );
      const raised = await tools.failure(() => eps.Restorer.load({ signal: AbortSignal.abort() }));
      return { failure, raised, took: performance.now() - begin };
    });
    assert.deepEqual(
      [found.failure.code, found.failure.name, found.raised.code],
      ['aborted', 'AbortError', 'aborted'],
    );
    assert.ok(found.took < 2000);
    // The worker of the last test's restorer stays; that of the aborted load is ended.
    await session.untilWorkers(1);
  });
});

test('auto takes the CPU where the only adapter is a software one, and says so', async () => {
  const session = await openPackage(true);
  try {
    const found = await session.page.evaluate(async () => {
      const restorer = await eps.Restorer.load();
      const { device } = await restorer.restore(tools.photo(), eps.denoise(20), { samples: 0 });
      return { device: restorer.device, reason: restorer.deviceReason, ran: device };
    });
    assert.equal(found.device, 'cpu');
    assert.match(found.reason, /software one \(google swiftshader\)/);
    assert.deepEqual(found.ran, { kind: 'cpu', adapter: '' });
    assert.equal(await session.submissions(), 0);
    assert.deepEqual(session.foreign, []);
    assert.equal(downloads(session), 1);
    assert.ok(session.requests.some(({ path }) => path === WEIGHTS));
  } finally {
    await session.close();
  }
});

/** The software adapter is taken for a GPU. */
function passForReal(session) {
  const from = /return adapter\.isFallbackAdapter[^;]*;/;
  serveEdited(session, '/pkg/dist/shared/device.js', from, 'return false;');
}

test('half precision needs its feature: otherwise refused, and auto gives a reason', async () => {
  const session = await openPackage(true);
  try {
    passForReal(session);
    const found = await session.page.evaluate(async () => {
      const adapter = await navigator.gpu.requestAdapter();
      const refused = await tools.failure(() =>
        eps.Restorer.load({ device: 'webgpu', precision: 'f16' }),
      );
      const restorer = await eps.Restorer.load({ precision: 'f16' });
      return {
        half: adapter.features.has('shader-f16'),
        refused,
        device: restorer.device,
        precision: restorer.precision,
        reason: restorer.deviceReason,
      };
    });
    assert.equal(found.half, false, 'this test is for an adapter without f16');
    assert.equal(found.refused.code, 'unsupported-device', found.refused.message);
    assert.match(found.refused.message, /shader-f16.*use f32/);
    assert.deepEqual([found.device, found.precision], ['cpu', 'f32']);
    assert.match(found.reason, /shader-f16/);
  } finally {
    await session.close();
  }
});

test('auto times both devices where the adapter passes for a real one', async () => {
  const session = await openPackage(true);
  try {
    passForReal(session);
    const found = await session.page.evaluate(async () => {
      const devices = [];
      const restorer = await eps.Restorer.load({
        onProgress: ({ stage, device }) => devices.push(`${stage} ${device}`),
      });
      const { device } = await restorer.restore(tools.photo(), eps.denoise(20), { samples: 0 });
      return { devices, device: restorer.device, reason: restorer.deviceReason, ran: device.kind };
    });
    for (const step of ['engine webgpu', 'engine cpu', 'warm-up webgpu', 'warm-up cpu'])
      assert.ok(found.devices.includes(step), step);
    const [, webgpu, cpu] = /takes (\d+) ms on WebGPU and (\d+) ms on the CPU/.exec(found.reason);
    assert.equal(found.device, Number(webgpu) <= Number(cpu) ? 'webgpu' : 'cpu');
    assert.equal(found.ran, found.device);
  } finally {
    await session.close();
  }
});
