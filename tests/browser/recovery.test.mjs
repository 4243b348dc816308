// After a lost GPU or a panic the worker is replaced, the photo is still there, and the next call
// works.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openPackage, serveEdited } from './page-tools.mjs';

for (const device of ['webgpu', 'cpu']) {
  describe(`recovery on ${device}`, () => {
    let session;
    before(async () => {
      session = await openPackage(device === 'webgpu');
      listenToPanics(session);
      await session.page.evaluate(async (device) => {
        // One worker: a helper would start with the samples, just before or just after its leader
        // is hurt.
        window.restorer = await eps.Restorer.load({ device, workers: 1 });
        window.photo = tools.photo();
        /** Begins a long run; `hurt` is called for when it is under way. */
        window.begin = () => {
          const underWay = Promise.withResolvers();
          window.outcome = tools.failure(() =>
            restorer.restore(photo, eps.denoise(20), {
              samples: 16,
              seed: 1,
              onStep: (step) => step.stage === 'mean' && underWay.resolve(),
            }),
          );
          return underWay.promise;
        };
      }, device);
    });
    after(() => session.close());

    /**
     * The restorer works, on the same device, with the photo that was there before, and no weights
     * are downloaded for it.
     */
    const works = async () => {
      const downloads = session.requests.filter(({ path }) => path.endsWith('.safetensors')).length;
      const result = await session.page.evaluate(async () =>
        tools.summary(await restorer.restore(photo, eps.denoise(20), { samples: 0 })),
      );
      assert.deepEqual([result.evaluations, result.device.kind], [1, device]);
      assert.equal(
        session.requests.filter(({ path }) => path.endsWith('.safetensors')).length,
        downloads,
      );
      if (device === 'webgpu') assert.ok((await session.submissions()) > 0);
    };

    // How a worker dies does not depend on the device, and a software adapter takes half a minute
    // to warm up again.
    const onCpu = { skip: device === 'webgpu' && 'on the CPU: the same code' };

    test('a panic ends the run with internal, and the next call works', onCpu, async () => {
      session.allowErrors(/unreachable|panicked/);
      await session.page.evaluate(() => begin());
      // What a panic looks like from JavaScript: the core calls its listener, and the instance
      // traps inside a promise of its own.
      await (
        await session.worker()
      ).evaluate(
        () =>
          void setTimeout(() => {
            self.panicListener('panicked at src/somewhere.rs:1:1:\na fault');
            throw new WebAssembly.RuntimeError('unreachable');
          }),
      );
      const outcome = await session.page.evaluate(() => outcome);
      assert.deepEqual([outcome.eps, outcome.code], [true, 'internal'], outcome.message);
      assert.match(outcome.message, /a fault/);
      await works();
    });

    test(
      'a lack of memory ends the run with image-too-large, and the next call works',
      onCpu,
      async () => {
        await session.page.evaluate(() => begin());
        await (
          await session.worker()
        ).evaluate(
          () =>
            void setTimeout(() => {
              throw new WebAssembly.RuntimeError('unreachable');
            }),
        );
        const outcome = await session.page.evaluate(() => outcome);
        assert.deepEqual([outcome.eps, outcome.code], [true, 'image-too-large'], outcome.message);
        await works();
      },
    );

    test('a worker that fails between two calls is replaced without a word', onCpu, async () => {
      await (
        await session.worker()
      ).evaluate(
        () =>
          void setTimeout(() => {
            throw new WebAssembly.RuntimeError('unreachable');
          }),
      );
      await session.untilWorkers(0);
      await works();
    });

    if (device === 'webgpu') {
      test('losing the GPU ends a run with device-lost, and the next call works', async () => {
        session.allowErrors(/lost|destroyed|invalid/i);
        await session.page.evaluate(() => begin());
        await session.loseDevices();
        const outcome = await session.page.evaluate(() => outcome);
        assert.deepEqual([outcome.eps, outcome.code], [true, 'device-lost'], outcome.message);
        await works();
      });

      test('a GPU lost between two calls is replaced without a word', async () => {
        await session.loseDevices();
        await session.untilWorkers(0);
        await works();
      });
    }

    test('dispose ends the run under way, and every later call', async () => {
      await session.page.evaluate(() => begin());
      const codes = await session.page.evaluate(async () => {
        restorer.dispose();
        restorer.dispose();
        const calls = [
          () => restorer.restore(photo, eps.denoise(20)),
          () => restorer.stream(photo, eps.denoise(20)).next(),
          () => restorer.estimate(photo, eps.denoise(20)),
        ];
        const codes = [(await outcome).code];
        for (const call of calls) codes.push((await tools.failure(call)).code);
        return codes;
      });
      assert.deepEqual(codes, ['disposed', 'disposed', 'disposed', 'disposed']);
      await session.untilWorkers(0);
    });
  });
}

/** The worker's listener for panics of the core becomes the worker's `panicListener`. */
function listenToPanics(session) {
  const to = '$& self.panicListener = listener;';
  serveEdited(session, '/pkg/dist/worker/core.js', 'onPanic(listener);', to);
}
