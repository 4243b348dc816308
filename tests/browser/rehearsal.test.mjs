// A GPU's pipelines are compiled while nothing is asked of the worker, so that the first run of a
// task has nothing to compile.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openPackage } from './page-tools.mjs';

/** Milliseconds without a new pipeline after which none is expected: longer than one takes. */
const QUIET = 8000;
/** The fewest pipelines of a rehearsal, and the longest that these take on a busy machine. */
const FEWEST = 51;
const LONGEST = 4 * 60_000;
/** Pipelines of a run at another size than the rehearsal's, beside those that it has left. */
const LEFT = 12;
const TASKS = {
  inpaint: ([width, height]) =>
    eps.inpaint(tools.mask(width, height, 60, 0, 9, height), { fill: 'network' }),
  superResolve: () => eps.superResolve(2),
  denoise: () => eps.denoise(10),
  colorize: () => eps.colorize(),
};

describe('pipelines of a GPU', { timeout: 10 * 60_000 }, () => {
  let session;
  before(async () => {
    session = await openPackage(true);
  });
  after(() => session.close());

  /** Milliseconds of a run, and the pipelines that it made. */
  async function run(name) {
    const before = await session.pipelines();
    const source = TASKS[name].toString();
    const milliseconds = await session.page.evaluate(async (source) => {
      const photo = tools.photo(136, 132);
      const task = eval(source)([photo.width, photo.height]);
      const begin = performance.now();
      await restorer.restore(photo, task, { samples: 0, seed: 1 });
      return performance.now() - begin;
    }, source);
    return { milliseconds, pipelines: (await session.pipelines()) - before };
  }

  test('give way to a run', async () => {
    const same = await session.page.evaluate(async () => {
      window.restorer = await eps.Restorer.load({ device: 'webgpu' });
      const denoised = async () => {
        const options = { samples: 0, seed: 1 };
        return (await restorer.restore(tools.photo(64), eps.denoise(10), options)).mean.data;
      };
      const before = await denoised();
      // Long enough for the rehearsal to have begun.
      await new Promise((resolve) => setTimeout(resolve, 1500));
      const amid = await denoised();
      return before.every((level, i) => level === amid[i]);
    });
    assert.ok(same);
  });

  test('are compiled while the worker is idle, also after an interruption', async () => {
    let [count, since] = [await session.pipelines(), Date.now()];
    const [begin, deadline] = [count, since + LONGEST];
    const isComplete = () => count - begin >= FEWEST && Date.now() - since >= QUIET;
    while (!isComplete() && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      const now = await session.pipelines();
      if (now !== count) [count, since] = [now, Date.now()];
    }
    assert.ok(count - begin >= FEWEST, `${count - begin} pipelines`);
  });

  for (const name of Object.keys(TASKS)) {
    test(`leave little to compile for a first run: ${name}`, async () => {
      const first = await run(name);
      const second = await run(name);
      console.log(
        `${name}: ${first.pipelines} pipelines, ${first.milliseconds.toFixed(0)} ms, ` +
          `again ${second.milliseconds.toFixed(0)} ms`,
      );
      assert.ok(first.pipelines <= LEFT, `${first.pipelines} pipelines`);
      assert.equal(second.pipelines, 0);
    });
  }

  test('are not compiled ahead once the GPU was lost, which that may have caused', async () => {
    session.allowErrors(/lost|destroyed|invalid/i);
    await session.loseDevices();
    await session.untilWorkers(0);
    await run('denoise');
    const after = await session.pipelines();
    await new Promise((resolve) => setTimeout(resolve, 5000));
    assert.equal(await session.pipelines(), after);
  });
});
