// Every fault of the table is brought about: its code, the time to it, and whether the next call
// works.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ROOT } from './harness.mjs';
import { openPackage, preparePage } from './page-tools.mjs';
import { prepare } from './fault-table/page.mjs';
import { openSleeper } from './fault-table/sleeper.mjs';
import { FAULTS, LIMIT_MS, markdown, SLEEP } from './fault-table/table.mjs';

const { Loading, [SLEEP]: SLEEPS, ...CALLS } = FAULTS;

function check({ code, eps, message, took }, { code: expected, limit = LIMIT_MS }) {
  assert.equal(code, expected, message);
  if (!['none', 'its own error'].includes(code)) assert.ok(eps, message);
  assert.ok(took <= limit, `answered after ${took.toFixed(0)} ms`);
}

test('the table has its rows, and docs/faults.md shows them', () => {
  const count = Object.values(FAULTS).reduce((sum, rows) => sum + Object.keys(rows).length, 0);
  assert.ok(count >= 40, `${count} rows`);
  const written = readFileSync(join(ROOT, 'docs/faults.md'), 'utf8');
  assert.equal(written, markdown(), 'Run: npm run faults');
});

describe('faults of a load', { timeout: 400_000 }, () => {
  let session;
  before(async () => {
    session = await openPackage(false);
    session.allowErrors(/Failed to load|MIME type/);
  });
  after(() => session.close());

  /** One load, on a page of its own: a module that failed to load is remembered by its page. */
  const load = async ({ options = {}, abort, page }) => {
    await preparePage(session);
    if (page) await session.page.evaluate(page);
    return session.page.evaluate(
      async ([options, abort]) => {
        const stop = new AbortController();
        if (abort === 'before') stop.abort();
        if (abort === 'weights') setTimeout(() => stop.abort(), 100);
        let began = performance.now();
        const onProgress = ({ stage }) => {
          if (stage !== abort || stop.signal.aborted) return;
          began = performance.now();
          stop.abort();
        };
        const failure = await tools.failure(async () => {
          const settings = { device: 'cpu', workers: 1, signal: stop.signal, onProgress };
          const restorer = await eps.Restorer.load({ ...settings, ...options });
          restorer.dispose();
        });
        return { ...failure, took: performance.now() - began };
      },
      [options, abort],
    );
  };

  for (const [name, fault] of Object.entries(Loading))
    test(name, async () => {
      const routes = Object.entries(fault.routes ?? {});
      for (const [path, answer] of routes) session.route(path, answer);
      const found = await load(fault);
      for (const [path] of routes) session.route(path, undefined);
      check(found, fault);
      const next = await load({});
      assert.equal(next.code, 'none', next.message);
    });
});

for (const [title, faults] of Object.entries(CALLS))
  describe(title, { timeout: 400_000 }, () => {
    let session;
    /** Called by the page once a run is under way. */
    let onUnderWay;
    before(async () => {
      session = await openPackage(false);
      session.allowErrors(/Failed to load|unreachable/);
      await session.page.exposeFunction('underWay', () => onUnderWay());
      await session.page.evaluate(prepare);
    });
    after(() => session.close());

    /** What a call throws, and how long it took. */
    const outcome = async ({ call, inWorker }) => {
      const underWay = new Promise((resolve) => (onUnderWay = resolve));
      const found = session.page.evaluate(async (call) => {
        const began = performance.now();
        const failure = await tools.failure(() => (0, eval)(`(${call})`)());
        return { ...failure, took: performance.now() - began };
      }, String(call));
      if (inWorker) {
        await underWay;
        await session.page.workers().at(-1).evaluate(inWorker);
      }
      return found;
    };

    for (const [name, fault] of Object.entries(faults))
      test(name, async () => {
        check(await outcome(fault), fault);
        const next = await outcome({ call: () => restore(photo) });
        assert.equal(next.code, 'none', next.message);
      });
  });

describe(SLEEP, { timeout: 400_000 }, () => {
  let sleeper;
  before(async () => {
    sleeper = await openSleeper();
  });
  after(() => sleeper.close());

  for (const [name, fault] of Object.entries(SLEEPS))
    test(name, async () => {
      check(await sleeper.sleepIn(fault.call), fault);
      const next = await sleeper.call(() => restore(photo));
      assert.equal(next.code, 'none', next.message);
    });
});
