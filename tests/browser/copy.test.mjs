// Wide holes filled with the photo's own texture, in the package and in the demo.
import assert from 'node:assert/strict';
import { after, before, describe, it, test } from 'node:test';
import { encodePng } from './harness.mjs';
import {
  chooseFill,
  openDemo,
  openFile,
  paint,
  pick,
  restore,
  setVariants,
} from './demo-tools.mjs';
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

/** Runs in the page: waves and grain, which nothing repeats exactly. */
function waves(width, height) {
  const data = new Uint8ClampedArray(4 * width * height);
  let seed = 1;
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    seed = (seed * 1664525 + 1013904223) % 2 ** 32;
    const wave = 50 * (Math.sin(x / 9) + Math.cos(y / 7 + x / 40));
    const level = 128 + wave + (seed / 2 ** 32) * 20;
    data.set([level, level / 2, 255 - level, 255], 4 * i);
  }
  return data;
}

describe('fills from the photo', { timeout: 10 * 60_000 }, () => {
  let session;
  const inPage = (work, argument) => session.page.evaluate(work, argument);

  before(async () => {
    session = await openPackage(false);
    await session.page.addScriptTag({
      content: `Object.assign(window, { lattice: ${lattice}, waves: ${waves} });`,
    });
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

  test('tell their progress, and end within 0.3 s of their cancellation', async () => {
    const found = await inPage(async () => {
      const [width, height] = [700, 600];
      const photo = new ImageData(waves(width, height), width, height);
      const task = eps.inpaint(tools.mask(width, height, 250, 200, 200, 200), { fill: 'photo' });
      const nothing = eps.inpaint(tools.mask(width, height, 0, 0, 0, 0), { fill: 'network' });
      const progress = [];
      const start = performance.now();
      await restorer.restore(photo, task, {
        samples: 0,
        onProgress: ({ fraction, secondsLeft }) => progress.push([fraction, secondsLeft]),
      });
      const perReport = (performance.now() - start) / progress.length;
      const cancelled = [];
      for (const share of [0.05, 0.25, 0.45, 0.65, 0.85]) {
        const stop = new AbortController();
        let begin;
        const run = restorer.restore(photo, task, {
          samples: 0,
          signal: stop.signal,
          onProgress: ({ fraction }) => {
            if (fraction < share) return;
            begin = performance.now();
            stop.abort();
          },
        });
        const code = await run.catch((error) => error.code);
        // The worker does one run at a time: its answer comes after the cancelled one's end.
        await restorer.restore(photo, nothing, { samples: 0 });
        cancelled.push([code, performance.now() - begin]);
      }
      return { progress, perReport, cancelled };
    });
    const fractions = found.progress.map(([fraction]) => fraction);
    // A faster processor sends fewer reports: they come by the clock.
    assert.ok(found.perReport < 300, `a report every ${found.perReport} ms`);
    assert.ok(fractions.every((value, i) => i === 0 || value > fractions[i - 1]));
    assert.equal(fractions.at(-1), 1);
    assert.ok(found.progress.every(([, seconds]) => seconds >= 0 && seconds < 600));
    for (const [code, milliseconds] of found.cancelled) {
      assert.equal(code, 'aborted');
      assert.ok(milliseconds < 300, `${found.cancelled}`);
    }
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

describe('each hole by its width', { timeout: 10 * 60_000 }, () => {
  let session;
  const inPage = (work, argument) => session.page.evaluate(work, argument);

  before(async () => {
    session = await openPackage(false);
    await session.page.addScriptTag({ content: `Object.assign(window, { lattice: ${lattice} });` });
    await inPage(
      async ([width, height]) => {
        window.restorer = await eps.Restorer.load({ device: 'cpu' });
        window.photo = new ImageData(lattice(width, height), width, height);
        window.scratch = () => tools.mask(width, height, 4, 70, 80, 3);
        window.object = () => tools.mask(width, height, 30, 20, 30, 30);
        window.mixed = () => {
          const [mask, { data }] = [scratch(), object()];
          data.forEach((value, i) => (mask.data[i] ||= value));
          return mask;
        };
        window.same = (one, other) => one.data.every((value, i) => value === other.data[i]);
      },
      [WIDTH, HEIGHT],
    );
  });
  after(() => session.close());

  test('a scratch is the network’s, byte for byte, and says so', async () => {
    const found = await inPage(async () => {
      const options = { samples: 1, sampler: 'draft', seed: 3 };
      const run = (fill) => restorer.restore(photo, eps.inpaint(scratch(), { fill }), options);
      const [stated, auto, unstated] = [await run('network'), await run('auto'), await run()];
      const noise = await restorer.estimateNoise(photo, eps.inpaint(scratch()));
      return {
        same: [auto, unstated].every(
          (result) => same(result.mean, stated.mean) && same(result.samples[0], stated.samples[0]),
        ),
        evaluations: [stated, auto, unstated].map(({ evaluations }) => evaluations),
        fills: [stated, auto, unstated].map(({ fill }) => fill),
        noise: noise >= 0,
      };
    });
    assert.ok(found.same && found.noise);
    assert.ok(found.evaluations[0] > 0 && new Set(found.evaluations).size === 1);
    const network = { network: 1, photo: 0 };
    assert.deepEqual(found.fills, [undefined, network, network]);
  });

  test('an object is copied, byte for byte, and says so', async () => {
    const found = await inPage(async () => {
      const run = (fill) =>
        restorer.restore(photo, eps.inpaint(object(), { fill }), { samples: 0 });
      const [stated, auto] = [await run('photo'), await run()];
      const { evaluations, fill } = auto;
      return { same: same(stated.mean, auto.mean), evaluations, fill };
    });
    assert.deepEqual(found, { same: true, evaluations: 0, fill: { network: 0, photo: 1 } });
  });

  test('a mixed mask gets both in one call', async () => {
    const found = await inPage(async () => {
      const options = { samples: 2, sampler: 'draft', seed: 1 };
      const [steps, fractions] = [[], []];
      const estimate = await restorer.estimate(photo, eps.inpaint(mixed()), options);
      const result = await restorer.restore(photo, eps.inpaint(mixed()), {
        ...options,
        onProgress: ({ fraction, secondsLeft }) => fractions.push([fraction, secondsLeft]),
        onStep: ({ stage, sample, finished, preview }) => {
          if (finished) steps.push([stage, sample, preview]);
        },
      });
      const streamed = [];
      const stream = restorer.stream(photo, eps.inpaint(mixed()), options);
      for await (const { finished } of stream) if (finished) streamed.push(finished);
      const { mean, samples, fill, evaluations, deviation } = result;
      let [off, outside, varied] = [0, 0, 0];
      const [wide, { data }] = [object().data, mixed()];
      for (let i = 0; i < mean.data.length; i++) {
        const pixel = i >> 2;
        const difference = Math.abs(mean.data[i] - photo.data[i]);
        if (wide[pixel]) off = Math.max(off, difference);
        else if (!data[pixel]) outside = Math.max(outside, difference);
        if (wide[pixel] && i % 4 < 3) varied = Math.max(varied, deviation.data[i]);
      }
      return {
        off,
        outside,
        fill,
        evaluations,
        estimated: estimate.evaluations,
        seconds: estimate.seconds,
        previews: steps.map(([stage, sample, preview]) => [
          stage,
          sample,
          same(preview, samples[sample]),
        ]),
        streamed: streamed.length,
        rising: fractions.every(([fraction], i) => i === 0 || fraction >= fractions[i - 1][0]),
        last: fractions.at(-1)[0],
        finite: fractions.every(([, seconds]) => Number.isFinite(seconds)),
        varied: Number.isFinite(varied),
      };
    });
    assert.ok(found.off <= 1, `${found.off} levels off in the wide hole`);
    assert.equal(found.outside, 0);
    assert.deepEqual(found.fill, { network: 1, photo: 1 });
    assert.ok(found.evaluations > 0 && found.evaluations === found.estimated);
    assert.ok(found.seconds > 0.3, `${found.seconds} s`);
    assert.deepEqual(found.previews, [
      ['sample', 0, true],
      ['sample', 1, true],
    ]);
    assert.equal(found.streamed, 2);
    assert.ok(found.rising && found.finite && found.varied, JSON.stringify(found));
    assert.equal(found.last, 1);
  });

  test('with noise the whole photo is restored, and all painted is the network’s', async () => {
    const found = await inPage(
      async ([width, height]) => {
        const options = { samples: 0, sampler: 'draft' };
        const noisy = await restorer.restore(photo, eps.inpaint(object(), { noise: 5 }), options);
        const all = tools.mask(width, height, 0, 0, width, height);
        const invented = await restorer.restore(photo, eps.inpaint(all), options);
        let outside = 0;
        const { data } = object();
        for (let i = 0; i < photo.data.length; i++)
          if (!data[i >> 2] && noisy.mean.data[i] !== photo.data[i]) outside++;
        return [noisy.fill, noisy.evaluations > 0, outside > 100, invented.fill];
      },
      [WIDTH, HEIGHT],
    );
    const network = { network: 1, photo: 0 };
    assert.deepEqual(found, [{ network: 0, photo: 1 }, true, true, network]);
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
    await setVariants(page, 1);
    await chooseFill(page, 'People, objects');
    await page.getByText('Texture from the rest of the photo').waitFor();
    await paint(page, [0.4, 0.4], [0.55, 0.5]);
    await restore(page);
    await page.getByText('Variant 1').first().waitFor();
    assert.match(await page.locator('#facts').textContent(), /0 evaluations/);
  });

  it('also where nothing but the width of what is painted says so', async () => {
    await chooseFill(page, 'Automatic');
    await page.getByRole('button', { name: 'Rectangle', exact: true }).click();
    await paint(page, [0.2, 0.6], [0.45, 0.9]);
    await page.getByText('What is narrow, up to 16 pixels').waitFor();
    await restore(page);
    await page.locator('#facts').getByText('with texture from the photo').waitFor();
    assert.match(await page.locator('#facts').textContent(), /Holes: \d mended, 1 with texture/);
  });
});
