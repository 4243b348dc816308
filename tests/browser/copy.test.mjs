// Wide holes filled with the photo's own texture, in the package and in the demo.
import assert from 'node:assert/strict';
import { after, before, describe, it, test } from 'node:test';
import { encodePng } from './harness.mjs';
import { openDemo, openFile, paint, pick, restore, setVariants } from './demo-tools.mjs';
import { openPackage } from './page-tools.mjs';

const [WIDTH, HEIGHT] = [96, 80];

/** Runs here and in the page: a lattice with a period of 8 by 6 pixels. */
function lattice(width, height) {
  const data = new Uint8ClampedArray(4 * width * height);
  for (let i = 0; i < width * height; i++) {
    const level = ((i % width) % 8) * 20 + (Math.floor(i / width) % 6) * 15;
    data.set([level, 255 - level, 90, 255], 4 * i);
  }
  return data;
}

describe('fills from the photo', () => {
  let session;
  const inPage = (work, argument) => session.page.evaluate(work, argument);

  before(async () => {
    session = await openPackage(false);
    await session.page.addScriptTag({ content: `window.lattice = ${lattice};` });
    await inPage(
      async ([width, height]) => {
        window.restorer = await eps.Restorer.load({ device: 'cpu' });
        window.photo = () => {
          const image = new ImageData(lattice(width, height), width, height);
          for (let y = 20; y < 50; y++)
            for (let x = 30; x < 60; x++) image.data.set([255, 0, 255], 4 * (y * width + x));
          return image;
        };
        window.hole = () => tools.mask(width, height, 30, 20, 30, 30);
      },
      [WIDTH, HEIGHT],
    );
  });
  after(() => session.close());

  test('continue texture, keep all else, and vary', async () => {
    const found = await inPage(
      async ([width, height]) => {
        const truth = lattice(width, height);
        const steps = [];
        const task = eps.inpaint(hole(), { fill: 'photo' });
        const result = await restorer.restore(photo(), task, {
          samples: 2,
          seed: 1,
          onStep: ({ stage, sample, evaluations }) => steps.push([stage, sample, evaluations]),
        });
        const again = await restorer.restore(photo(), task, { samples: 0, seed: 1 });
        let [off, outside] = [0, 0];
        const { data: mask } = hole();
        for (let i = 0; i < truth.length; i++) {
          const difference = Math.abs(result.mean.data[i] - truth[i]);
          if (mask[i >> 2]) off = Math.max(off, difference);
          else outside = Math.max(outside, difference);
        }
        return {
          off,
          outside,
          steps,
          same: result.mean.data.every((value, i) => value === again.mean.data[i]),
          samples: result.samples.length,
          deviation: result.deviation !== undefined,
          evaluations: result.evaluations,
        };
      },
      [WIDTH, HEIGHT],
    );
    assert.ok(found.off <= 1, `${found.off} levels off in the hole`);
    assert.equal(found.outside, 0);
    assert.deepEqual(found.steps, [
      ['mean', -1, 0],
      ['sample', 0, 0],
      ['sample', 1, 0],
    ]);
    assert.ok(found.same, 'the same seed gives the same fill');
    assert.deepEqual([found.samples, found.deviation, found.evaluations], [2, true, 0]);
  });

  test('are estimated, avoided, cancelled and refused', async () => {
    const found = await inPage(
      async ([width, height]) => {
        const code = (promise) =>
          promise.then(
            () => 'accepted',
            (error) => error.code,
          );
        const fill = (options) => eps.inpaint(hole(), { fill: 'photo', ...options });
        const all = tools.mask(width, height, 0, 0, width, height);
        const { seconds, evaluations } = await restorer.estimate(photo(), fill());
        const stop = new AbortController();
        const cancelled = restorer.restore(photo(), fill(), {
          samples: 8,
          signal: stop.signal,
          onStep: () => stop.abort(),
        });
        const compose = () => eps.compose(fill(), eps.superResolve(2));
        let composed = 'accepted';
        try {
          await restorer.restore(photo(), compose());
        } catch (error) {
          composed = error.code;
        }
        let named = 'accepted';
        try {
          fill({ fill: 'magic' });
        } catch (error) {
          named = error.code;
        }
        return {
          seconds,
          evaluations,
          cancelled: await code(cancelled),
          avoided: await code(restorer.restore(photo(), fill({ avoid: all }))),
          size: await code(
            restorer.restore(photo(), fill({ avoid: tools.mask(8, 8, 0, 0, 4, 4) })),
          ),
          composed,
          named,
          next: await code(restorer.restore(photo(), fill(), { samples: 0 })),
        };
      },
      [WIDTH, HEIGHT],
    );
    assert.ok(found.seconds > 0.3 && found.seconds < 30, `${found.seconds} s`);
    assert.deepEqual(
      { ...found, seconds: undefined },
      {
        seconds: undefined,
        evaluations: 0,
        cancelled: 'aborted',
        avoided: 'invalid-mask',
        size: 'invalid-mask',
        composed: 'invalid-option',
        named: 'invalid-option',
        next: 'accepted',
      },
    );
  });
});

describe('the demo takes objects out', { timeout: 10 * 60_000 }, () => {
  let session;
  let page;
  before(async () => {
    session = await openDemo();
    ({ page } = session);
    const png = encodePng({ data: lattice(WIDTH, HEIGHT), width: WIDTH, height: HEIGHT });
    await openFile(page, 'lattice.png', png);
  });
  after(() => session.close());

  it('by texture from the rest of the photo', async () => {
    await pick(page, 'Fill');
    await pick(page, 'People, objects');
    await page.getByText('Texture from the rest of the photo').waitFor();
    await setVariants(page, 1);
    await paint(page, [0.4, 0.4], [0.55, 0.5]);
    await restore(page);
    await page.getByText('Variant 1').first().waitFor();
    assert.match(await page.locator('#facts').textContent(), /0 evaluations/);
  });
});
