// Tiles of one evaluation in several workers: the same bytes, whoever evaluates them; cancellation,
// and helpers that die or cannot start.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ROOT } from './harness.mjs';
import { openPackage, serveEdited } from './page-tools.mjs';

const WORKER = '/pkg/dist/worker.js';

let session;
before(async () => {
  session = await openPackage(false);
  // Each worker counts the tiles that it evaluates for others.
  const counted = 'self.tilesForOthers = (self.tilesForOthers ?? 0) + 1; $&';
  serveEdited(session, '/pkg/dist/worker/tile-service.js', 'const begin = performance', counted);
  await run(() => {
    /** Four tiles, which take little time. */
    window.size = { width: 48, height: 900 };
    window.photo = tools.photo(size.width, size.height);
    window.bytesOf = ({ samples, mean, deviation, estimate }) =>
      Promise.all(
        [mean, estimate, ...samples, ...(deviation ? [deviation] : [])].map(async ({ data }) =>
          Array.from(new Uint8Array(await crypto.subtle.digest('SHA-256', data))).join(),
        ),
      );
    window.open = async (workers) => {
      window.restorer?.dispose();
      window.restorer = await eps.Restorer.load({ device: 'cpu', workers });
    };
  });
});
after(() => session.close());

const run = (work, argument) => session.page.evaluate(work, argument);

/** Tiles that each worker has evaluated for others. */
const tilesForOthers = async () => {
  const workers = session.page.workers();
  return Promise.all(workers.map((worker) => worker.evaluate(() => self.tilesForOthers ?? 0)));
};
const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);

/** The mean of the photo, as a digest, and the tiles that were reported. */
const mean = () =>
  run(async () => {
    const tiles = [];
    const onProgress = (progress) => tiles.push(progress.tiles);
    const options = { samples: 0, refine: true, seed: 5, onProgress };
    return { bytes: await bytesOf(await restorer.restore(photo, eps.denoise(12), options)), tiles };
  });

/** Every kind of task: means, and samples of some. */
const everyTask = () =>
  run(async () => {
    const { width, height } = size;
    const grey = tools.photo(width, height);
    const small = tools.photo(width / 2, height / 2);
    // Windows of their own.
    const spots = tools.mask(width, height, 20, 20, 9, 9);
    for (const y of [300, 600, 850]) spots.data.fill(1, y * width + 10, y * width + 16);
    const tasks = {
      denoise: [photo, eps.denoise(12), 2],
      'inpaint spots': [photo, eps.inpaint(spots), 1],
      superResolve: [small, eps.superResolve(2), 0],
      deblur: [photo, eps.deblur(eps.gaussianKernel(1.5)), 0],
      'deblur, circular': [photo, eps.deblur(eps.gaussianKernel(1.5), { borders: 'circular' }), 0],
      colorize: [grey, eps.colorize(), 0],
      demosaic: [grey, eps.demosaic('rggb'), 0],
    };
    const results = {};
    for (const [name, [image, task, samples]] of Object.entries(tasks)) {
      const result = await restorer.restore(image, task, { ...tools.quick, samples });
      results[name] = await bytesOf(result);
    }
    return results;
  });

test('the same bytes by one, two and four workers', { timeout: 400_000 }, async () => {
  await run(() => open(1));
  const one = await everyTask();
  assert.equal(sum(await tilesForOthers()), 0);
  for (const workers of [2, 4]) {
    await run((workers) => open(workers), workers);
    await session.untilWorkers(workers);
    assert.deepEqual(await everyTask(), one);
    const tiles = await tilesForOthers();
    const helping = tiles.filter((count) => count > 0).length;
    assert.ok(helping >= workers - 1, `tiles for others: ${tiles.join()}`);
  }
});

test('every tile is reported once, in order', { timeout: 180_000 }, async () => {
  await run(() => open(3));
  const { tiles } = await mean();
  // Four tiles for each of three evaluations, none for the linear estimate.
  assert.deepEqual(
    [...new Set(tiles)],
    Array.from({ length: 1 + 4 * 3 }, (_, i) => i),
  );
});

test('an abort ends within a tile, in all workers', { timeout: 180_000 }, async () => {
  const before = await mean();
  const { code, milliseconds } = await run(async () => {
    const stop = new AbortController();
    const onProgress = ({ tiles }) => tiles === 1 && stop.abort();
    let begin;
    stop.signal.addEventListener('abort', () => (begin = performance.now()));
    const options = { samples: 16, signal: stop.signal, onProgress };
    const { code } = await tools.failure(() => restorer.restore(photo, eps.denoise(12), options));
    return { code, milliseconds: performance.now() - begin };
  });
  assert.equal(code, 'aborted');
  assert.ok(milliseconds < 1000, `${milliseconds} ms`);
  // What was lent is not evaluated any more.
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const counts = await tilesForOthers();
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert.deepEqual(await tilesForOthers(), counts);
  assert.deepEqual((await mean()).bytes, before.bytes);
});

for (const [how, end] of Object.entries({
  'is ended from outside': () => self.close(),
  'runs out of memory': () =>
    setTimeout(() => {
      throw new WebAssembly.RuntimeError('unreachable');
    }),
}))
  test(`a helper that ${how} costs its tiles again and no more`, { timeout: 180_000 }, async () => {
    await run(() => open(2));
    await session.untilWorkers(2);
    const expected = (await mean()).bytes;
    await run(() => {
      const underWay = Promise.withResolvers();
      const onProgress = ({ tiles }) => tiles === 1 && underWay.resolve();
      const options = { samples: 0, refine: true, seed: 5, onProgress };
      window.result = restorer.restore(photo, eps.denoise(12), options).then(bytesOf);
      return underWay.promise;
    });
    const helper = session.page.workers().at(-1);
    // One that ends does not answer.
    await helper.evaluate(end).catch(() => undefined);
    assert.deepEqual(await run(() => result), expected);
    await session.untilWorkers(1);
    // The next run has two again.
    assert.deepEqual((await mean()).bytes, expected);
    await session.untilWorkers(2);
  });

test('a helper that cannot start is missed by nobody', { timeout: 180_000 }, async () => {
  await run(() => open(1));
  const expected = (await mean()).bytes;
  session.allowErrors(/Failed to load resource/);
  const source = readFileSync(join(ROOT, WORKER), 'utf8');
  let count = 0;
  session.route(WORKER, (request, response) => {
    if (++count > 1) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': 'text/javascript' }).end(source);
  });
  await run(() => open(3));
  session.route(WORKER, undefined);
  assert.deepEqual((await mean()).bytes, expected);
});
