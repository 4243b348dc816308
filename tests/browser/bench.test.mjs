// The benchmarks drive the package's core past its API, so nothing else notices when they no longer
// fit it. Every restoration that they time runs here once, at a small size.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openPackage } from './page-tools.mjs';

const KINDS = [
  'denoise',
  'inpaint',
  'superResolve',
  'deblur',
  'colorize',
  'superResolve, bicubic',
  'superResolve, Gaussian',
  'colorize, BT.601',
  'demosaic',
];

let session;
const call = (name, ...args) =>
  session.page.evaluate(
    async ([name, args]) => (await import('/bench/page-restorations.mjs'))[name](...args),
    [name, args],
  );

before(async () => {
  session = await openPackage(false);
  await call('open', 'cpu', 'cpu');
});
after(() => session.close());

for (const kind of KINDS) {
  test(`the benchmark restores ${kind}`, async () => {
    const { evaluations, milliseconds } = await call('restore', 'cpu', kind, 16, 1, 'default');
    assert.equal(evaluations, 7, 'the mean and the six evaluations of a sample');
    assert.ok(milliseconds > 0);
  });
}
