// What goes wrong around a run: aborts at the worst moment, pages that change what they gave,
// workers that cannot start or are ended from outside, callbacks that throw.
import assert from 'node:assert/strict';
import { createReadStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ROOT } from './harness.mjs';
import { openPackage, preparePage } from './page-tools.mjs';

const WORKER = '/pkg/dist/worker.js';
const WASM = '/pkg/wasm/eps_restore_bg.wasm';

/** Three samples in the fewest evaluations, and their bytes. */
const bytesOfSamples = async () => {
  const { samples, mean, deviation } = await restorer.restore(tools.photo(), eps.denoise(25), {
    ...tools.quick,
    samples: 3,
  });
  return [...samples, mean, deviation].map(({ data }) => data.join());
};

describe('a restorer of two workers on the CPU', () => {
  let session;
  const inPage = (work, argument) => session.page.evaluate(work, argument);

  before(async () => {
    session = await openPackage(false);
    await inPage(async () => {
      // Every message that the page posts, and every worker that it starts.
      window.posted = [];
      window.started = [];
      const { postMessage } = Worker.prototype;
      Worker.prototype.postMessage = function (message, transfer) {
        posted.push(message);
        window.onPosted?.(message);
        return postMessage.call(this, message, transfer);
      };
      window.Worker = class extends Worker {
        constructor(...parameters) {
          super(...parameters);
          started.push(this);
        }
      };
      window.restorer = await eps.Restorer.load({ device: 'cpu', workers: 2 });
    });
  });
  after(() => session.close());

  test('an abort while the cost is asked for starts no run', async () => {
    const { code, names } = await inPage(async () => {
      const stop = new AbortController();
      posted.length = 0;
      window.onPosted = ({ name }) => name === 'cost' && stop.abort();
      const call = () =>
        restorer.restore(tools.photo(), eps.denoise(20), { samples: 4, signal: stop.signal });
      const { code } = await tools.failure(call);
      window.onPosted = undefined;
      // The answer to the question comes before the answer to this one.
      await restorer.estimate(tools.photo(), eps.denoise(20));
      return { code, names: posted.map(({ name }) => name) };
    });
    assert.equal(code, 'aborted');
    assert.deepEqual(names, ['cost', 'cost']);
  });

  test('a call right after an abort is not refused as busy', async () => {
    const { first, second } = await inPage(async () => {
      const stop = new AbortController();
      const first = tools.failure(() =>
        restorer.restore(tools.photo(), eps.denoise(20), { samples: 16, signal: stop.signal }),
      );
      stop.abort();
      const second = tools.failure(() =>
        restorer.restore(tools.photo(), eps.denoise(20), { samples: 0 }),
      );
      return { first: (await first).code, second: (await second).code };
    });
    assert.deepEqual([first, second], ['aborted', 'none']);
  });

  test('what a page changes right after a call does not change the call', async () => {
    const differences = await inPage(async () => {
      const painted = () => {
        const canvas = document.createElement('canvas');
        [canvas.width, canvas.height] = [32, 32];
        const context = canvas.getContext('2d');
        context.fillRect(8, 8, 12, 12);
        context.globalCompositeOperation = 'source-in';
        context.fillStyle = '#fff';
        context.fillRect(0, 0, 32, 32);
        return canvas;
      };
      const clear = (canvas) => (canvas.width = 32);
      const element = async (photo) => {
        const canvas = new OffscreenCanvas(32, 32);
        canvas.getContext('2d').putImageData(photo, 0, 0);
        const image = new Image();
        image.src = URL.createObjectURL(await canvas.convertToBlob());
        await image.decode();
        return image;
      };
      const options = { samples: 0, seed: 1 };
      const expected = await restorer.restore(tools.photo(), eps.inpaint(painted()), options);
      const differences = {};
      const compare = (name, { mean }) =>
        (differences[name] = tools.difference(mean, expected.mean));

      let mask = painted();
      let call = restorer.restore(tools.photo(), eps.inpaint(mask), options);
      clear(mask);
      compare('a canvas as mask', await call);

      const image = await element(tools.photo());
      call = restorer.restore(image, eps.inpaint(painted()), options);
      image.src = 'data:,';
      compare('an image element as photo', await call);

      mask = painted();
      const photo = tools.photo();
      const settings = { ...options };
      const stream = restorer.stream(photo, eps.inpaint(mask), settings);
      clear(mask);
      photo.data.fill(0);
      settings.samples = 16;
      let next = await stream.next();
      while (!next.done) next = await stream.next();
      compare('both, of a stream that is read later', next.value);

      const composed = () => {
        const mask = painted();
        return { mask, task: eps.compose(eps.superResolve(2), eps.inpaint(mask)) };
      };
      const known = composed();
      const whole = await restorer.restore(tools.photo(), known.task, options);
      const cleared = composed();
      call = restorer.restore(tools.photo(), cleared.task, options);
      clear(cleared.mask);
      differences['a mask in a composition'] = tools.difference((await call).mean, whole.mean);
      return differences;
    });
    for (const [name, difference] of Object.entries(differences)) assert.equal(difference, 0, name);
  });

  test('a worker ended from outside fails its run, and later calls work', async () => {
    for (const which of [0, 1]) {
      const { failure, after } = await inPage(async (which) => {
        await restorer.restore(tools.photo(), eps.denoise(20), { ...tools.quick, samples: 2 });
        const worker = started.slice(-2)[which];
        const failure = await tools.failure(() =>
          restorer.restore(tools.photo(), eps.denoise(20), {
            samples: 16,
            onStep: ({ stage }) => stage === 'sample' && worker.terminate(),
          }),
        );
        const again = await restorer.restore(tools.photo(), eps.denoise(20), {
          ...tools.quick,
          samples: 2,
        });
        return { failure, after: again.samples.length };
      }, which);
      assert.deepEqual([failure.eps, failure.code], [true, 'worker-failed'], failure.message);
      assert.match(failure.message, /ended from outside/);
      assert.equal(after, 2);
    }
  });

  test('a worker ended from outside between two calls is replaced without a word', async () => {
    const after = await inPage(async () => {
      for (const worker of started) worker.terminate();
      const again = await restorer.restore(tools.photo(), eps.denoise(20), tools.quick);
      return again.samples.length;
    });
    assert.equal(after, 1);
  });

  test('a result can be posted and stored', async () => {
    const { copied, own } = await inPage(async () => {
      const result = await restorer.restore(tools.photo(), eps.denoise(20), tools.quick);
      const copy = structuredClone(result);
      const blob = await eps.toBlob(copy.mean);
      return {
        copied: [tools.difference(copy.mean, result.mean), copy.seed, blob.type],
        own: (await result.toBlob()).type,
      };
    });
    assert.deepEqual(copied, [0, 3, 'image/png']);
    assert.equal(own, 'image/png');
  });

  test('what no picture can be is refused as an EpsError', async () => {
    const found = await inPage(async () => {
      const detached = tools.photo();
      structuredClone(detached.data.buffer, { transfer: [detached.data.buffer] });
      const bytes = { data: new Uint8Array(4 * 32 * 32), width: 32, height: 32 };
      structuredClone(bytes.data.buffer, { transfer: [bytes.data.buffer] });
      const mask = tools.mask(32, 32, 0, 0, 4, 4);
      structuredClone(mask.data.buffer, { transfer: [mask.data.buffer] });
      const { proxy, revoke } = Proxy.revocable({}, {});
      revoke();
      const hostile = {
        get data() {
          throw new Error('no reading');
        },
      };
      const denoise = eps.denoise(20);
      const { restore, estimate } = Object.getPrototypeOf(restorer);
      const call = (...parameters) => restore.call(restorer, ...parameters);
      const calls = {
        'invalid-image: detached ImageData': () => call(detached, denoise),
        'invalid-image: detached bytes': () => call(bytes, denoise),
        'invalid-image: a revoked proxy': () => call(proxy, denoise),
        'invalid-image: a getter that throws': () => call(hostile, denoise),
        'invalid-image: no prototype': () => call(Object.create(null), denoise),
        'invalid-image: a symbol': () => call(Symbol('s'), denoise),
        'invalid-image: a wrong size': () =>
          estimate.call(restorer, { width: 0, height: 1 }, denoise),
        'invalid-image: detached ImageData to write': () => eps.toBlob(detached),
        'invalid-mask: detached': () => call(tools.photo(), eps.inpaint(mask)),
        'invalid-mask: a getter that throws': () => call(tools.photo(), eps.inpaint(hostile)),
        'invalid-option: a task that is a revoked proxy': () => call(tools.photo(), proxy),
        'invalid-option: quality': () => eps.toBlob(tools.photo(), 'image/jpeg', NaN),
        'invalid-option: type': () => eps.toBlob(tools.photo(), Symbol('s')),
        'image-too-large: 1e14 pixels': () =>
          estimate.call(restorer, { width: 1e7, height: 1e7 }, denoise),
        'invalid-kernel: larger than the photo': () =>
          call(
            tools.photo(16),
            eps.deblur({ data: new Float32Array(401 * 401).fill(1), width: 401, height: 401 }),
          ),
      };
      const found = {};
      for (const [name, work] of Object.entries(calls)) found[name] = await tools.failure(work);
      return found;
    });
    for (const [name, { eps, code, message }] of Object.entries(found)) {
      assert.equal(code, name.split(':')[0], `${name}: ${message}`);
      assert.ok(eps && message.length > 20, name);
    }
  });
});

describe('workers that start in other ways', () => {
  let session;
  let expected;
  const inPage = (work, argument) => session.page.evaluate(work, argument);
  const load = (options) =>
    inPage(async (options) => {
      window.restorer?.dispose();
      window.restorer = await eps.Restorer.load({ device: 'cpu', ...options });
    }, options);
  const requests = (path) => session.requests.filter((request) => request.path === path).length;

  before(async () => {
    session = await openPackage(false);
    session.allowErrors(/Failed to load resource/);
    await load({ workers: 1 });
    expected = await inPage(bytesOfSamples);
  });
  after(() => session.close());

  /** Serves the worker's script to those for whom `isServed` is true, by number from 1. */
  const serveWorker = (isServed) => {
    const source = readFileSync(join(ROOT, WORKER), 'utf8');
    let count = 0;
    session.route(WORKER, (request, response) => {
      if (!isServed(++count)) response.writeHead(404).end();
      else response.writeHead(200, { 'content-type': 'text/javascript' }).end(source);
    });
  };

  test('a core that no cache keeps is downloaded once, for all workers', async () => {
    session.route(WASM, (request, response) => {
      response.writeHead(200, { 'content-type': 'application/wasm', 'cache-control': 'no-store' });
      // No length: it is sent in chunks.
      createReadStream(join(ROOT, WASM)).pipe(response);
    });
    const before = requests(WASM);
    // Another address: restorers of one page share a compiled core.
    await load({ workers: 4, wasmUrl: `${WASM}?chunked` });
    await session.untilWorkers(4);
    assert.equal(requests(WASM) - before, 1);
    assert.deepEqual(await inPage(bytesOfSamples), expected);
    session.route(WASM, undefined);
  });

  test('a core of an unknown type is compiled too', async () => {
    session.route(WASM, (request, response) => {
      response.writeHead(200, { 'content-type': 'application/octet-stream' });
      createReadStream(join(ROOT, WASM)).pipe(response);
    });
    await load({ workers: 1, wasmUrl: `${WASM}?unknown` });
    session.route(WASM, undefined);
  });

  for (const [name, isServed] of Object.entries({
    'no helper starts': (number) => number === 1,
    // The first helper fails at the load and, tried again, at the run.
    'one helper of two starts': (number) => number % 2 === 1,
  })) {
    test(`the samples are the same where ${name}`, async () => {
      serveWorker(isServed);
      await load({ workers: 3 });
      assert.deepEqual(await inPage(bytesOfSamples), expected);
      session.route(WORKER, undefined);
    });
  }

  test('what onProgress throws ends the load at every stage', async () => {
    // Each stage from the network: without the cache there are several reports of the download.
    for (const stage of ['weights', 'engine', 'warm-up']) {
      const thrown = await inPage(async (stage) => {
        const onProgress = (progress) => {
          if (progress.stage === stage) throw new RangeError(`from the page: ${stage}`);
        };
        const { name, message } = await tools.failure(() =>
          eps.Restorer.load({
            device: 'cpu',
            modelUrl: '/pkg/models/photo-v2-8bit.safetensors',
            onProgress,
          }),
        );
        return { name, message };
      }, stage);
      assert.deepEqual(thrown, { name: 'RangeError', message: `from the page: ${stage}` });
    }
  });

  test('a page that may not use its cache loads all the same', async () => {
    await session.newPage();
    await preparePage(session);
    const { code } = await inPage(async () => {
      Object.defineProperty(window, 'caches', {
        get() {
          throw new DOMException('not allowed', 'SecurityError');
        },
      });
      return tools.failure(async () => (await eps.Restorer.load({ device: 'cpu' })).dispose());
    });
    assert.equal(code, 'none');
  });
});
