// Weights that a stranger has changed, by `modelUrl`: they load or are refused by an EpsError in
// time, and the next load works.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { hostileWeights } from './fuzz/hostile-weights.mjs';
import { openPackage } from './page-tools.mjs';

/** `npm run test:long` states more. */
const RUNS = Number(process.env.EPS_FUZZ_WEIGHTS ?? 40);
const SEED = Number(process.env.EPS_FUZZ_SEED ?? 25);
/** Loads between two of the released weights. */
const CANARY_EVERY = 10;
const LIMIT_MS = 10_000;

let session;

before(async () => {
  session = await openPackage(false);
});
after(() => session.close());

/** Loads weights and restores with them: how both ended, and how long they took. */
const outcome = (options) =>
  session.page.evaluate(async (options) => {
    const begin = performance.now();
    let restorer;
    const load = await tools.failure(async () => {
      restorer = await eps.Restorer.load({ device: 'cpu', workers: 1, ...options });
    });
    let [run, pixels] = [{ code: 'none' }, ''];
    if (restorer)
      run = await tools.failure(async () => {
        const options = { samples: 0, seed: 1 };
        const { mean } = await restorer.restore(tools.photo(16), eps.denoise(20), options);
        pixels = mean.data.join();
      });
    restorer?.dispose();
    return { load, run, pixels, took: performance.now() - begin };
  }, options);

test(`${RUNS} mutations of the weights do no harm`, { timeout: 15_000 * RUNS }, async () => {
  const expected = await outcome({});
  assert.deepEqual([expected.load.code, expected.run.code], ['none', 'none']);
  const counts = {};
  let index = 0;
  for (const { name, bytes } of hostileWeights(RUNS, SEED)) {
    session.route('/hostile', (request, response) =>
      response.writeHead(200, { 'content-length': bytes.length }).end(bytes),
    );
    const { load, run, took } = await outcome({ modelUrl: '/hostile' });
    for (const { code, eps, message } of [load, run])
      assert.ok(code === 'none' || (eps && code !== 'internal'), `${name}: ${code} ${message}`);
    assert.ok(took < LIMIT_MS, `${name}: ${took} ms`);
    const ending = load.code === 'none' ? `loaded, ${run.code}` : load.code;
    counts[ending] = (counts[ending] ?? 0) + 1;
    if (++index % CANARY_EVERY === 0)
      assert.equal((await outcome({})).pixels, expected.pixels, `after ${name}`);
  }
  console.log(JSON.stringify(counts));
  assert.ok(counts['invalid-weights'] > RUNS / 2);
});
