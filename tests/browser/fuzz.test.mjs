// Property tests of every public call, with arguments that nobody should give: nothing but an
// EpsError comes out, within ten seconds, and the restorer works afterwards.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { build } from 'esbuild';
import { ROOT } from './harness.mjs';
import { openPackage } from './page-tools.mjs';

/** `npm run test:long` states more, and another seed. */
const RUNS = Number(process.env.EPS_FUZZ_RUNS ?? 300);
const SEED = Number(process.env.EPS_FUZZ_SEED ?? 25);

let session;

before(async () => {
  session = await openPackage(false);
  // Addresses at which there is nothing, and modules that are none.
  session.allowErrors(/Failed to load resource/);
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, 'tests/browser/fuzz/page.mjs')],
    bundle: true,
    format: 'esm',
    external: ['/pkg/*'],
    write: false,
  });
  session.route('/fuzz.js', (request, response) =>
    response.writeHead(200, { 'content-type': 'text/javascript' }).end(outputFiles[0].contents),
  );
});
after(() => session.close());

test(`${RUNS} calls end as they should`, { timeout: 60_000 + 3000 * RUNS }, async () => {
  const settings = { runs: RUNS, seed: SEED };
  const { failed, error, counterexample, counts } = await session.page.evaluate(
    async (settings) => (await import('/fuzz.js')).fuzz(settings),
    settings,
  );
  console.log(JSON.stringify(counts));
  assert.ok(!failed, `${error}\n${counterexample}`);
  assert.equal(counts.cases, RUNS);
  // Calls that are refused at once test little.
  assert.ok(counts.resolved > 0.2 * RUNS, `${counts.resolved} calls resolved`);
});

test('strange values in every place end as they should', { timeout: 580_000 }, async () => {
  const { wrong, counts } = await session.page.evaluate(async () =>
    (await import('/fuzz.js')).sweep(),
  );
  console.log(JSON.stringify(counts));
  assert.deepEqual(wrong, []);
  assert.ok(counts.cases > 3000);
});
