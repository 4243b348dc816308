// Samples side by side in several workers: the same ones, whoever draws them; and cancellation,
// failure and disposal as with one.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openSession } from './harness.mjs';

let session;
before(async () => {
  session = await openSession({ root: '.', webgpu: false });
  await session.page.evaluate(async () => {
    Object.assign(globalThis, await import('/pkg/dist/index.js'));
    globalThis.photo = new ImageData(48, 40);
    photo.data.forEach((_, i) => (photo.data[i] = i % 4 === 3 ? 255 : (i * 7919) % 251));
    globalThis.failure = (error) => ({ code: error.code, message: error.message });
    globalThis.bytesOf = ({ samples, mean, deviation }) =>
      [...samples, mean, deviation].map(({ data }) => data.join());
  });
});
after(() => session.close());

const run = (work) => session.page.evaluate(work);

test(
  'the same samples, mean and deviation, however many workers',
  { timeout: 120_000 },
  async () => {
    const results = await run(async () => {
      // Two windows, so that a sample is more than one image.
      const size = { width: 48, height: 40 };
      const holes = {
        data: Uint8Array.from({ length: 48 * 40 }, (_, i) => Number(i % 48 < 5 || i % 11 === 0)),
        ...size,
      };
      const results = [];
      for (const workers of [1, 2, 3]) {
        const restorer = await Restorer.load({ device: 'cpu', workers });
        const steps = [];
        const onStep = ({
          stage,
          sample,
          step,
          totalSteps,
          evaluations,
          totalEvaluations,
          tiles,
          totalTiles,
          fraction,
        }) =>
          steps.push({
            stage,
            sample,
            step,
            totalSteps,
            evaluations,
            totalEvaluations,
            tiles,
            totalTiles,
            fraction,
          });
        // The mean takes three evaluations, and nobody starts from it before the last.
        const result = await restorer.restore(photo, inpaint(holes), {
          samples: 5,
          sampler: 'draft',
          refine: true,
          seed: 7,
          onStep,
        });
        results.push({ workers, images: bytesOf(result), evaluations: result.evaluations, steps });
        restorer.dispose();
      }
      return results;
    });
    const [one, ...more] = results;
    assert.equal(one.images.length, 7);
    assert.equal(one.evaluations, 3 + 5 * 4);
    assert.equal(new Set(one.images).size, 7);
    for (const { images, evaluations, steps } of more) {
      assert.deepEqual(images, one.images);
      assert.equal(evaluations, one.evaluations);
      assert.equal(steps.length, one.steps.length);
      // Numbered through, whoever took them; and every sample got all of its evaluations.
      steps.forEach(({ sample, stage, ...counts }, i) => {
        const expected = { ...one.steps[i] };
        delete expected.sample;
        delete expected.stage;
        assert.deepEqual(counts, expected);
      });
      const shares = (of) => of.map(({ sample }) => sample).sort((a, b) => a - b);
      assert.deepEqual(shares(steps), shares(one.steps));
    }
    await session.untilWorkers(0);
  },
);

test('a stream is paused by its reader and passes every step on', { timeout: 60_000 }, async () => {
  const { stages, paused } = await run(async () => {
    globalThis.restorer = await Restorer.load({ device: 'cpu', workers: 2 });
    const stages = [];
    let heard = 0;
    let paused = 0;
    for await (const { stage } of restorer.stream(photo, denoise(), {
      samples: 2,
      sampler: 'draft',
      seed: 1,
      onStep: () => heard++,
    })) {
      stages.push(stage);
      if (stages.length !== 3) continue;
      await new Promise((resolve) => setTimeout(resolve, 1500));
      paused = heard;
    }
    return { stages, paused };
  });
  assert.deepEqual(stages, ['estimate', 'mean', ...Array(8).fill('sample')]);
  // Three that were read, and two ahead for each worker at most.
  assert.ok(paused <= 3 + 4, `${paused} steps were taken while the reader slept`);
});

test(
  'an abort ends all workers’ shares, and the restorer stays usable',
  { timeout: 60_000 },
  async () => {
    const { error, images, again } = await run(async () => {
      const stop = new AbortController();
      const options = { samples: 2, sampler: 'draft', seed: 3 };
      const error = await restorer
        .restore(photo, denoise(), {
          ...options,
          samples: 16,
          signal: stop.signal,
          onStep: ({ stage }) => stage === 'sample' && stop.abort(),
        })
        .then(() => undefined, failure);
      const images = bytesOf(await restorer.restore(photo, denoise(), options));
      const again = bytesOf(await restorer.restore(photo, denoise(), options));
      return { error, images, again };
    });
    assert.equal(error.code, 'aborted');
    assert.deepEqual(images, again);
    await session.untilWorkers(2);
  },
);

test(
  'what a caller throws comes back to it, and ends the others',
  { timeout: 60_000 },
  async () => {
    const message = await run(() =>
      restorer
        .restore(photo, denoise(), {
          samples: 8,
          sampler: 'draft',
          onStep: ({ sample }) => {
            if (sample === 1) throw new Error('enough');
          },
        })
        .then(
          () => '',
          (error) => error.message,
        ),
    );
    assert.equal(message, 'enough');
  },
);

test(
  'a worker that fails fails the call, and the next call has another',
  { timeout: 60_000 },
  async () => {
    session.allowErrors(/lost on purpose/);
    // The second of the two: the page hears of its faults as of any other.
    const helper = session.page.workers().at(-1);
    await run(
      () =>
        new Promise((resolve) => {
          globalThis.failed = restorer
            .restore(photo, denoise(), {
              samples: 16,
              seed: 1,
              onStep: ({ sample }) => sample === 1 && resolve(),
            })
            .then(() => undefined, failure);
        }),
    );
    await helper.evaluate(() =>
      setTimeout(() => {
        throw new Error('lost on purpose');
      }, 0),
    );
    const error = await run(() => failed);
    assert.match(error.message, /lost on purpose/);
    const samples = await run(
      async () =>
        (await restorer.restore(photo, denoise(), { samples: 2, sampler: 'draft', seed: 3 }))
          .samples.length,
    );
    assert.equal(samples, 2);
  },
);

test('disposal ends all workers', { timeout: 60_000 }, async () => {
  const codes = await run(async () => {
    const endOf = (milliseconds) => async (restorer) => {
      const pending = restorer.restore(photo, denoise(), { samples: 16 }).then(
        () => undefined,
        ({ code }) => code,
      );
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      restorer.dispose();
      return pending;
    };
    // Amid a run, and before it has begun.
    return [
      await endOf(500)(restorer),
      await endOf(0)(await Restorer.load({ device: 'cpu', workers: 2 })),
    ];
  });
  assert.deepEqual(codes, ['disposed', 'disposed']);
  await session.untilWorkers(0);
});

test('workers must be a whole number from 1 to 16', async () => {
  const errors = await run(() =>
    Promise.all(
      [0, 1.5, 17, '2'].map((workers) => Restorer.load({ workers }).then(() => undefined, failure)),
    ),
  );
  for (const error of errors) {
    assert.equal(error.code, 'invalid-option');
    assert.match(error.message, /workers must be a whole number from 1 to 16/);
  }
});
