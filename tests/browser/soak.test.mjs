// Many restorations in one page: none hangs or gives anything but whole pictures, and the memory of
// the page and its workers does not grow. `npm run test:long` makes more of them, and writes
// docs/soak.json.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT } from './harness.mjs';
import { openPackage } from './page-tools.mjs';

const CALLS = Number(process.env.EPS_SOAK_CALLS ?? 40);
const SEED = Number(process.env.EPS_SOAK_SEED ?? 7);
/** Memory is measured after a fifth of the calls, and after every further fifth. */
const PARTS = 5;
/** By how much it may grow after the first part. A few calls leave it unsettled. */
const GROWTH = CALLS >= 500 ? 1.05 : 1.3;

test(`${CALLS} restorations in one page`, { timeout: 60_000 + 6000 * CALLS }, async () => {
  const session = await openPackage(false, ['--js-flags=--expose-gc']);
  // A worker that is ended from outside, and modules of operators that are gone.
  session.allowErrors(/Failed to load resource/);
  const began = performance.now();
  const inPage = (name, argument) =>
    session.page.evaluate(
      async ([name, argument]) => (await import('/tests/browser/soak/page.mjs'))[name](argument),
      [name, argument],
    );
  try {
    await inPage('begin', SEED);
    const parts = [];
    let counts;
    for (let part = 1; part <= PARTS; part++) {
      counts = await inPage('soak', CALLS / PARTS);
      parts.push({ calls: (part * CALLS) / PARTS, bytes: await memoryOf(session) });
    }
    const seconds = Math.round((performance.now() - began) / 1000);
    const found = { seed: SEED, seconds, ...counts, memory: parts };
    console.log(JSON.stringify(found));
    if (process.env.EPS_SOAK_WRITE)
      writeFileSync(join(ROOT, 'docs/soak.json'), `${JSON.stringify(found, undefined, 2)}\n`);
    assert.ok(counts.restored > CALLS / 2, `${counts.restored} restored`);
    const [first, last] = [parts[0].bytes, parts.at(-1).bytes];
    assert.ok(last <= GROWTH * first, `${first} bytes have become ${last}`);
  } finally {
    await session.close();
  }
});

/** Resident bytes of the processes of pages, in which workers run too, after a collection. */
async function memoryOf(session) {
  for (const frame of [session.page, ...session.page.workers()])
    await frame.evaluate(async () => {
      for (let i = 0; i < 3; i++) {
        gc();
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    });
  const browser = await session.browser.newBrowserCDPSession();
  const { processInfo } = await browser.send('SystemInfo.getProcessInfo');
  await browser.detach();
  return processInfo
    .filter(({ type }) => type === 'renderer')
    .map(({ id }) => /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))[1])
    .reduce((sum, kilobytes) => sum + 1024 * kilobytes, 0);
}
