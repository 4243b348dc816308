// The package in real Chromium, on both devices: every task, every kind of photo, streams, aborts,
// and bad input that does no harm. A software adapter takes seconds for an evaluation: what does
// not depend on the device and needs many of them is tested on the CPU alone.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { decodePng, encodePng } from './harness.mjs';
import { openPackage } from './page-tools.mjs';

for (const device of ['webgpu', 'cpu']) {
  describe(`the package on ${device}`, () => {
    let session;
    const onCpu = {
      skip: device === 'webgpu' && 'on the CPU: the same code, and many evaluations',
    };
    /** Runs in the page. */
    const inPage = (work, argument) => session.page.evaluate(work, argument);

    before(async () => {
      session = await openPackage(device === 'webgpu');
      await inPage(async (wanted) => {
        window.restorer = await eps.Restorer.load({ device: wanted });
        window.kept = {};
      }, device);
    });
    after(() => session.close());

    test('the restorer says what it runs on', async () => {
      const told = await inPage(() => ({
        device: restorer.device,
        adapter: restorer.adapter,
        reason: restorer.deviceReason,
      }));
      assert.equal(told.device, device);
      if (device === 'webgpu') assert.match(told.adapter, /swiftshader/i);
      else assert.equal(told.adapter, '');
      assert.match(told.reason, /asked for/);
    });

    /** `another`: one more of its kind. */
    const TASKS = {
      'superResolve 2': {
        run: () => restorer.restore(tools.photo(16), eps.superResolve(2), tools.quick),
      },
      'superResolve 8': {
        another: true,
        run: () => restorer.restore(tools.photo(4), eps.superResolve(8), tools.quick),
      },
      'deblur gaussian': {
        run: () =>
          restorer.restore(
            tools.photo(),
            eps.deblur(eps.gaussianKernel(1.5), { borders: 'circular' }),
            tools.quick,
          ),
      },
      'deblur motion': {
        another: true,
        run: () =>
          restorer.restore(
            tools.photo(),
            eps.deblur(eps.motionKernel(9, 30), { borders: 'circular' }),
            tools.quick,
          ),
      },
      denoise: { run: () => restorer.restore(tools.photo(), eps.denoise(25), tools.quick) },
      colorize: { run: () => restorer.restore(tools.photo(), eps.colorize(), tools.quick) },
    };
    for (const [name, { run, another }] of Object.entries(TASKS)) {
      test(
        `${name}: the result is complete, and ${device} made it`,
        another ? onCpu : {},
        async () => {
          const before = await session.submissions();
          const result = await inPage(
            `(${run})().then((result) => tools.summary((window.kept['${name}'] = result)))`,
          );
          const submitted = (await session.submissions()) - before;
          assert.deepEqual(
            [
              result.width,
              result.height,
              result.evaluations,
              result.samples,
              result.deviation,
              result.seed,
            ],
            [32, 32, 3, 1, false, 3],
          );
          assert.equal(result.device.kind, device);
          assert.ok(result.sizes);
          assert.ok(result.milliseconds > 0);
          assert.ok(result.spread > 20, 'the mean is a picture, not one colour');
          // The photo was never blurred: no picture explains it under these kernels.
          const isExplained = !name.startsWith('deblur');
          assert.equal(result.chiSquare < 2, isExplained, `chi² ${result.chiSquare}`);
          if (device === 'webgpu')
            assert.ok(
              submitted >= 3,
              `${submitted} submissions to the GPU's queue for 3 evaluations`,
            );
          else assert.equal(submitted, 0);
        },
      );
    }

    test('inpainting keeps known pixels and alpha bit for bit, and fills the others', async () => {
      const submitted = await session.submissions();
      const { chiSquare, known, alpha, filled, ran } = await inPage(async () => {
        const { photo, mask } = tools.damaged();
        const {
          samples: [sample],
          mean,
          device,
          chiSquare,
        } = (window.kept.inpaint = await restorer.restore(photo, eps.inpaint(mask), tools.quick));
        let [known, alpha, filled] = [0, 0, 0];
        for (const image of [sample, mean]) {
          for (let i = 0; i < mask.data.length; i++) {
            const same = [0, 1, 2].every((c) => image.data[4 * i + c] === photo.data[4 * i + c]);
            if (!mask.data[i] && !same) known++;
            if (mask.data[i] && !same) filled++;
            if (image.data[4 * i + 3] !== photo.data[4 * i + 3]) alpha++;
          }
        }
        return { chiSquare, known, alpha, filled, ran: device.kind };
      });
      assert.deepEqual(
        { chiSquare, known, alpha, filled, ran },
        { chiSquare: undefined, known: 0, alpha: 0, filled: 2 * 12 * 10, ran: device },
      );
      assert.equal((await session.submissions()) > submitted, device === 'webgpu');
    });

    if (device === 'webgpu') {
      test('an operator that iterates runs on the CPU, and the result says so', async () => {
        const ran = await inPage(
          async () =>
            (await restorer.restore(tools.photo(), eps.deblur(eps.gaussianKernel(1)), tools.quick))
              .device,
        );
        assert.deepEqual(ran, { kind: 'cpu', adapter: '' });
      });
      test('the CPU makes the same images from the same seed', async () => {
        const inpaint = () => {
          const { photo, mask } = tools.damaged();
          return restorer.restore(photo, eps.inpaint(mask), tools.quick);
        };
        const runs = Object.entries({ ...TASKS, inpaint: { run: inpaint } });
        const differences = await inPage(`(async () => {
          const webgpu = window.kept;
          const restorer = await eps.Restorer.load({ device: 'cpu' });
          const runs = { ${runs.map(([name, { run }]) => `'${name}': ${run}`).join(', ')} };
          const differences = {};
          for (const [name, result] of Object.entries(webgpu)) {
            const cpu = await runs[name]();
            differences[name] = Math.max(
              tools.difference(result.mean, cpu.mean),
              tools.difference(result.samples[0], cpu.samples[0]),
              tools.difference(result.estimate, cpu.estimate),
            );
          }
          restorer.dispose();
          return differences;
        })()`);
        assert.deepEqual(Object.keys(differences).sort(), [
          'colorize',
          'deblur gaussian',
          'denoise',
          'inpaint',
          'superResolve 2',
        ]);
        for (const [name, difference] of Object.entries(differences))
          assert.ok(difference <= 2, `${name}: ${difference} levels apart`);
      });
    }

    test('hints of colour tint what is painted, at the brightness of the photo', async () => {
      const { plain, hinted, refused } = await inPage(async () => {
        const grey = new ImageData(new Uint8ClampedArray(4 * 32 * 32).fill(120), 32, 32);
        for (let i = 3; i < grey.data.length; i += 4) grey.data[i] = 255;
        const canvas = new OffscreenCanvas(32, 32);
        const context = canvas.getContext('2d');
        context.fillStyle = '#c04020';
        context.fillRect(8, 8, 16, 16);
        const middle = ({ mean }) => [...mean.data.subarray(4 * (16 * 32 + 16)).subarray(0, 3)];
        const run = async (task) => middle(await restorer.restore(grey, task, tools.quick));
        const other = eps.colorize({ hints: { colours: new ImageData(8, 8) } });
        return {
          plain: await run(eps.colorize()),
          hinted: await run(eps.colorize({ hints: { colours: canvas } })),
          refused: await restorer.restore(grey, other, tools.quick).catch(({ code }) => code),
        };
      });
      const [red, green, blue] = hinted;
      // 144 and 32 levels lie between the painted channels.
      assert.ok(red - blue > 100 && green - blue > 5, String(hinted));
      assert.ok(red - blue > plain[0] - plain[2] + 50, `${hinted} beside ${plain}`);
      assert.ok(Math.abs((red + green + blue) / 3 - 120) < 6, String(hinted));
      assert.equal(refused, 'invalid-image');
    });

    test(
      'an all-known mask gives the photo back; an all-missing one invents an image',
      onCpu,
      async () => {
        const { same, invented } = await inPage(async () => {
          const photo = tools.photo(32);
          const none = await restorer.restore(photo, eps.inpaint(tools.mask(32, 32, 0, 0, 0, 0)), {
            samples: 0,
          });
          const all = await restorer.restore(
            photo,
            eps.inpaint(tools.mask(32, 32, 0, 0, 32, 32)),
            tools.quick,
          );
          return {
            same: tools.difference(none.mean, photo),
            invented: tools.difference(all.samples[0], photo),
          };
        });
        assert.equal(same, 0);
        assert.ok(invented > 20);
      },
    );

    test(
      'a mask may be painted white on black, or in any bright colour on transparent',
      onCpu,
      async () => {
        const differences = await inPage(async () => {
          const paint = (background, colour) => {
            const canvas = new OffscreenCanvas(32, 32);
            const context = canvas.getContext('2d');
            if (background) ((context.fillStyle = background), context.fillRect(0, 0, 32, 32));
            context.fillStyle = colour;
            context.fillRect(10, 8, 9, 12);
            return canvas;
          };
          const of = (mask) =>
            restorer.restore(tools.photo(), eps.inpaint(mask), { samples: 0, seed: 1 });
          const expected = await of(tools.mask(32, 32, 10, 8, 9, 12));
          const painted = [
            paint('#000', '#fff'),
            paint(null, '#f04'),
            paint('#000', '#fff').transferToImageBitmap(),
            await paint(null, '#fff').convertToBlob(),
          ];
          const results = [];
          for (const mask of painted)
            results.push(tools.difference((await of(mask)).mean, expected.mean));
          return results;
        });
        assert.deepEqual(differences, [0, 0, 0, 0]);
      },
    );

    test('a photo may be anything that a page has', async () => {
      const png = encodePng(
        await inPage(() => ({
          ...tools.photo(24, 20),
          data: [...tools.photo(24, 20).data],
          width: 24,
          height: 20,
        })),
      );
      const differences = await inPage(
        async (file) => {
          const photo = tools.photo(24, 20);
          const blob = new Blob([Uint8Array.from(file)], { type: 'image/png' });
          const canvas = document.createElement('canvas');
          [canvas.width, canvas.height] = [24, 20];
          canvas.getContext('2d').putImageData(photo, 0, 0);
          const offscreen = new OffscreenCanvas(24, 20);
          offscreen.getContext('2d').putImageData(photo, 0, 0);
          const element = new Image();
          element.src = URL.createObjectURL(blob);
          const frame = new VideoFrame(photo.data.buffer.slice(0), {
            format: 'RGBA',
            codedWidth: 24,
            codedHeight: 20,
            timestamp: 0,
            colorSpace: {
              matrix: 'rgb',
              primaries: 'bt709',
              transfer: 'iec61966-2-1',
              fullRange: true,
            },
          });
          const sources = {
            ImageData: photo,
            ImageBitmap: await createImageBitmap(blob),
            canvas,
            offscreen,
            element,
            blob,
            file: new File([blob], 'a.png'),
            frame,
            pixels: { data: new Uint8Array(photo.data), width: 24, height: 20 },
          };
          const nothing = eps.inpaint(tools.mask(24, 20, 0, 0, 0, 0));
          const results = {};
          for (const [name, source] of Object.entries(sources))
            results[name] = tools.difference(
              (await restorer.restore(source, nothing, { samples: 0 })).mean,
              photo,
            );
          results.untouched = tools.difference(photo, tools.photo(24, 20));
          frame.close();
          return results;
        },
        [...png],
      );
      for (const [name, difference] of Object.entries(differences))
        assert.equal(difference, 0, name);
    });

    test('several samples differ, have a deviation, and come again with their seed', async () => {
      const seen = await inPage(async () => {
        const run = (seed) =>
          restorer.restore(tools.photo(), eps.denoise(40), { ...tools.quick, samples: 2, seed });
        const [a, again] = [await run(11), await run(11)];
        const colours = a.deviation.data.filter((_, i) => i % 4 < 3);
        const expected = a.samples[0].data.map(
          (value, i) => Math.abs(value - a.samples[1].data[i]) / Math.SQRT2,
        );
        return {
          summary: tools.summary(a),
          apart: tools.difference(a.samples[0], a.samples[1]),
          again: tools.difference(a.samples[1], again.samples[1]),
          mean: colours.reduce((sum, value) => sum + value, 0) / colours.length,
          opaque: a.deviation.data.every((value, i) => i % 4 < 3 || value === 255),
          wrong: Math.max(
            ...expected.filter((_, i) => i % 4 < 3).map((value, i) => Math.abs(value - colours[i])),
          ),
        };
      });
      assert.deepEqual(
        [seen.summary.samples, seen.summary.deviation, seen.summary.evaluations],
        [2, true, 5],
      );
      assert.ok(seen.apart > 2);
      assert.equal(seen.again, 0);
      assert.ok(seen.mean > 0.5 && seen.opaque);
      assert.ok(
        seen.wrong <= 2,
        'the deviation of two samples is their difference over √2, up to the rounding of each',
      );
    });

    test('another seed is another sample, and known pixels never deviate', onCpu, async () => {
      const seen = await inPage(async () => {
        const run = (seed) =>
          restorer.restore(tools.photo(), eps.inpaint(tools.mask(32, 32, 8, 8, 16, 16)), {
            ...tools.quick,
            samples: 2,
            seed,
          });
        const [a, other] = [await run(11), await run(12)];
        return {
          other: tools.difference(a.samples[0], other.samples[0]),
          known: [...a.deviation.data.slice(0, 4)],
        };
      });
      assert.ok(seen.other > 2);
      assert.deepEqual(seen.known, [0, 0, 0, 255]);
    });

    test('samples: 0 is the mean alone, in one evaluation', async () => {
      const result = await inPage(async () =>
        tools.summary(await restorer.restore(tools.photo(), eps.denoise(20), { samples: 0 })),
      );
      assert.deepEqual([result.samples, result.deviation, result.evaluations], [0, false, 1]);
      assert.ok(Number.isInteger(result.seed));
    });

    test('refine: two more evaluations of the mean, each of them a step', async () => {
      const { steps, results } = await inPage(async () => {
        const [steps, results] = [[], []];
        const task = eps.inpaint(tools.mask(32, 32, 8, 8, 16, 16));
        for (const refine of [false, true]) {
          const result = await restorer.restore(tools.photo(), task, {
            samples: 0,
            seed: 3,
            refine,
            onStep: ({ stage, tau, evaluations, totalSteps }) =>
              steps.push([stage, tau, evaluations, totalSteps]),
          });
          results.push(result.mean);
        }
        return {
          steps,
          results: {
            change: tools.difference(...results),
            known: [...results[1].data.slice(0, 4)],
            photo: [...tools.photo().data.slice(0, 4)],
          },
        };
      });
      assert.deepEqual(steps, [
        ['estimate', 0, 0, 2],
        ['mean', 80, 1, 2],
        ['estimate', 0, 0, 4],
        ['mean', 80, 1, 4],
        ['mean', 0.1, 2, 4],
        ['mean', 0.1, 3, 4],
      ]);
      assert.ok(results.change > 0, 'another mean');
      assert.deepEqual(results.known, results.photo);
    });

    test('onStep tells every step: the estimate, the mean, then the sample', async () => {
      const steps = await inPage(async () => {
        const steps = [];
        await restorer.restore(tools.photo(), eps.denoise(20), {
          ...tools.quick,
          onStep: (step) =>
            steps.push({
              ...step,
              preview: [step.preview instanceof ImageData, step.preview.width, step.preview.height],
            }),
        });
        return steps;
      });
      assert.deepEqual(
        steps.map(({ stage, sample, step, evaluations }) => [stage, sample, step, evaluations]),
        [
          ['estimate', -1, 1, 0],
          ['mean', -1, 2, 1],
          ['sample', 0, 3, 2],
          ['sample', 0, 4, 3],
        ],
      );
      for (const step of steps) {
        assert.deepEqual([step.totalSteps, step.totalEvaluations], [4, 3]);
        assert.deepEqual(step.preview, [true, 32, 32]);
      }
      assert.deepEqual(
        steps.map(({ fraction }) => fraction),
        [0, 1 / 3, 2 / 3, 1],
      );
      assert.equal(steps.at(-1).secondsLeft, 0);
      assert.ok(steps[0].secondsLeft > 0);
      assert.equal(steps[1].tau, 80);
      assert.ok(Math.abs(steps[2].tau - 5) < 1e-9 && Math.abs(steps[3].tau - 0.05) < 1e-9);
    });

    test('steps tell what the network was asked about, where that is wanted', async () => {
      const { sizes, known, missing } = await inPage(async () => {
        const sizes = [];
        const asked = [];
        const photo = tools.photo();
        const mask = tools.mask(32, 32, 10, 12, 7, 6);
        const onStep = ({ query, ...step }) => {
          sizes.push(
            query && [query.state, query.pivot].map(({ width, height }) => [width, height]),
          );
          if (step.stage === 'sample') asked.push(query);
        };
        const options = { ...tools.quick, inspect: true, onStep };
        await restorer.restore(photo, eps.inpaint(mask, { noise: 1 }), options);
        // The noise of the state is 5 half ranges, and what its division leaves of that 0.995.
        const [{ state, pivot }] = asked;
        let [known, missing] = [0, 0];
        for (let i = 0; i < pivot.data.length; i += 4) {
          const isMissing = mask.data[i / 4] > 0;
          const from = isMissing ? state : photo;
          // What is noise is beyond black and white: on the same side of the middle.
          const isLike = isMissing
            ? pivot.data[i] > 127 === from.data[i] > 127
            : Math.abs(pivot.data[i] - from.data[i]) < 2;
          if (isMissing) missing += isLike ? 0 : 1;
          else known += isLike ? 0 : 1;
        }
        return { sizes, known, missing };
      });
      const both = [
        [32, 32],
        [32, 32],
      ];
      assert.deepEqual(sizes, [undefined, both, both, both]);
      assert.deepEqual([known, missing], [0, 0], 'pixels of a pivot that are something else');
    });

    test('a stream gives the same steps, and the result at its end', onCpu, async () => {
      const { stages, difference } = await inPage(async () => {
        const stream = restorer.stream(tools.photo(), eps.denoise(20), tools.quick);
        const stages = [];
        let next = await stream.next();
        for (; !next.done; next = await stream.next()) stages.push(next.value.stage);
        const whole = await restorer.restore(tools.photo(), eps.denoise(20), tools.quick);
        return { stages, difference: tools.difference(next.value.samples[0], whole.samples[0]) };
      });
      assert.deepEqual(stages, ['estimate', 'mean', 'sample', 'sample']);
      assert.equal(difference, 0);
    });

    test('a stream that is not read stands still, and one that is left is cancelled', async () => {
      const { ahead, after } = await inPage(async () => {
        let heard = 0;
        for await (const step of restorer.stream(tools.photo(), eps.denoise(20), {
          ...tools.quick,
          samples: 16,
          onStep: () => heard++,
        })) {
          if (step.stage !== 'mean') continue;
          await new Promise((resolve) => setTimeout(resolve, 1500));
          break;
        }
        const ahead = heard;
        return {
          ahead,
          after: tools.summary(await restorer.restore(tools.photo(), eps.denoise(20), tools.quick))
            .evaluations,
        };
      });
      assert.ok(
        ahead >= 2 && ahead <= 4,
        `${ahead} steps were taken while the reader paused at the second`,
      );
      assert.equal(after, 3);
    });

    test('an abort midway answers at once, and the restorer restores again', async () => {
      const { failure, answered, after, cause } = await inPage(async () => {
        const controller = new AbortController();
        let [aborted, stepsAfter] = [0, 0];
        const onStep = (step) => {
          if (aborted) stepsAfter++;
          if (step.stage === 'mean')
            ((aborted = performance.now()), controller.abort('changed my mind'));
        };
        let cause;
        const failure = await tools.failure(() =>
          restorer
            .restore(tools.photo(), eps.denoise(20), {
              samples: 16,
              onStep,
              signal: controller.signal,
            })
            .catch((error) => {
              cause = error.cause;
              throw error;
            }),
        );
        const answered = performance.now() - aborted;
        const after = tools.summary(
          await restorer.restore(tools.photo(), eps.denoise(20), tools.quick),
        );
        return { failure: { ...failure, stepsAfter }, answered, after, cause };
      });
      assert.deepEqual(
        [failure.eps, failure.code, failure.name, failure.stepsAfter],
        [true, 'aborted', 'AbortError', 0],
      );
      assert.equal(cause, 'changed my mind');
      assert.ok(answered < 200, `answered ${answered} ms after the abort`);
      assert.equal(after.evaluations, 3);
      assert.equal(after.device.kind, device);
    });

    test(
      'a photo of several tiles reports each, and an abort between two frees the worker',
      onCpu,
      async () => {
        const { tiles, steps, answered, tile, after } = await inPage(async () => {
          const controller = new AbortController();
          const [tiles, steps] = [[], []];
          let [aborted, last] = [0, performance.now()];
          const tile = [];
          const onProgress = ({ tiles: done, totalTiles, fraction }) => {
            tiles.push([done, totalTiles, fraction]);
            tile.push(performance.now() - last);
            last = performance.now();
            if (done === 6) ((aborted = performance.now()), controller.abort());
          };
          await tools.failure(() =>
            restorer.restore(tools.photo(460, 300), eps.denoise(20), {
              samples: 1,
              onProgress,
              onStep: ({ stage }) => steps.push(stage),
              signal: controller.signal,
            }),
          );
          // The worker takes the next run as soon as it has left this one.
          const nothing = eps.inpaint(tools.mask(24, 20, 0, 0, 0, 0));
          await restorer.restore(tools.photo(24, 20), nothing, { samples: 0 });
          const answered = performance.now() - aborted;
          return {
            tiles,
            steps,
            answered,
            tile: Math.max(...tile.slice(1)),
            after: tools.summary(
              await restorer.restore(tools.photo(), eps.denoise(20), tools.quick),
            ).evaluations,
          };
        });
        assert.deepEqual(
          tiles.map(([done, total]) => [done, total]),
          [0, 1, 2, 3, 4, 5, 6].map((done) => [done, 28]),
        );
        assert.deepEqual(tiles.at(-1)[2], 6 / 28);
        assert.deepEqual(steps, ['estimate', 'mean']);
        assert.ok(
          answered < 2 * tile + 300,
          `free again after ${answered} ms, where a tile takes ${tile}`,
        );
        assert.equal(after, 3);
      },
    );

    test('a signal raised before the call, or on a stream, aborts too', async () => {
      const codes = await inPage(async () => {
        const raised = await tools.failure(() =>
          restorer.restore(tools.photo(), eps.denoise(20), { signal: AbortSignal.abort() }),
        );
        const controller = new AbortController();
        const streamed = await tools.failure(async () => {
          for await (const step of restorer.stream(tools.photo(), eps.denoise(20), {
            samples: 16,
            signal: controller.signal,
          }))
            if (step.stage === 'mean') controller.abort();
        });
        return [raised.code, streamed.code];
      });
      assert.deepEqual(codes, ['aborted', 'aborted']);
    });

    test('a second call while one runs is refused, and the first goes on', async () => {
      const { codes, first } = await inPage(async () => {
        const first = restorer.restore(tools.photo(), eps.denoise(20), { samples: 0 });
        const second = await tools.failure(() =>
          restorer.restore(tools.photo(), eps.denoise(20), tools.quick),
        );
        const third = await tools.failure(() =>
          restorer.stream(tools.photo(), eps.denoise(20)).next(),
        );
        return { codes: [second.code, third.code], first: tools.summary(await first).evaluations };
      });
      assert.deepEqual(codes, ['busy', 'busy']);
      assert.equal(first, 1);
    });

    test('what a callback throws comes out of the call, and ends the run', onCpu, async () => {
      const { failure, after } = await inPage(async () => {
        const onStep = () => {
          throw new RangeError('from the page');
        };
        const failure = await tools.failure(() =>
          restorer.restore(tools.photo(), eps.denoise(20), { samples: 16, onStep }),
        );
        return {
          failure,
          after: tools.summary(await restorer.restore(tools.photo(), eps.denoise(20), tools.quick))
            .evaluations,
        };
      });
      assert.deepEqual([failure.name, failure.message], ['RangeError', 'from the page']);
      assert.equal(after, 3);
    });

    test('estimate tells the evaluations exactly, and a time', onCpu, async () => {
      const { estimates, actual } = await inPage(async () => {
        const mask = tools.mask(32, 32, 4, 4, 8, 8);
        const heun = { sampler: { solver: 'heun', points: 2, tauMax: 5 }, samples: 1, seed: 1 };
        const cases = [
          [tools.photo(), eps.inpaint(mask), tools.quick],
          [tools.photo(16), eps.superResolve(2), { samples: 0 }],
          [tools.photo(), eps.denoise(9), heun],
          [tools.photo(16), eps.superResolve(2), { samples: 0, refine: true }],
          [tools.photo(), eps.inpaint(tools.mask(32, 32, 0, 0, 0, 0)), { samples: 0 }],
        ];
        const [estimates, actual] = [[], []];
        for (const call of cases) {
          estimates.push(await restorer.estimate(...call));
          const { evaluations, width, height } = await restorer.restore(...call);
          actual.push({ evaluations, width, height });
        }
        estimates.push(
          await restorer.estimate({ width: 200, height: 64 }, eps.superResolve(2), {
            samples: 3,
            sampler: 'accurate',
          }),
        );
        return { estimates, actual };
      });
      for (const [i, { evaluations, width, height }] of actual.entries())
        assert.deepEqual(
          { ...estimates[i], seconds: 0, bytes: 0 },
          {
            seconds: 0,
            bytes: 0,
            gpuBytes: 0,
            tiles: evaluations > 0 ? 1 : 0,
            windows: 1,
            evaluations,
            width,
            height,
          },
        );
      assert.deepEqual(
        { ...estimates.at(-1), seconds: 0, bytes: 0 },
        {
          seconds: 0,
          bytes: 0,
          gpuBytes: 0,
          tiles: 2,
          windows: 1,
          evaluations: 31,
          width: 400,
          height: 128,
        },
      );
      assert.ok(estimates.every(({ bytes }) => bytes > 0 && bytes < 1e9));
      assert.ok(estimates.at(-1).seconds > estimates[0].seconds && estimates[0].seconds > 0);
    });

    test('toBlob writes files that decode to the same pixels', async () => {
      const { png, mean, pixels, jpeg, refused } = await inPage(async () => {
        const result = await restorer.restore(tools.photo(), eps.denoise(20), tools.quick);
        const bytes = async (blob) => [...new Uint8Array(await blob.arrayBuffer())];
        return {
          png: await bytes(await result.toBlob()),
          pixels: [...result.samples[0].data],
          mean: tools.difference(result.mean, result.samples[0]),
          jpeg: (await eps.toBlob(result.mean, 'image/jpeg', 0.9)).type,
          refused: await tools.failure(() => eps.toBlob(result.mean, 'image/bmp')),
        };
      });
      const decoded = decodePng(png);
      assert.deepEqual([decoded.width, decoded.height], [32, 32]);
      assert.deepEqual([...decoded.data], pixels);
      assert.ok(mean > 0, 'the sample was written, which is not the mean');
      assert.equal(jpeg, 'image/jpeg');
      assert.equal(refused.code, 'invalid-option');
    });

    test('bad input is refused with its own code, and does no harm', async () => {
      const found = await inPage(async () => {
        const photo = tools.photo();
        const { inpaint, deblur, denoise, gaussianKernel } = eps;
        const kernel = (...values) => ({
          kind: 'deblur',
          kernel: { data: Float32Array.from(values), width: values.length, height: 1 },
        });
        const closed = await createImageBitmap(photo);
        closed.close();
        const broken = new Image();
        broken.src = 'data:image/png;base64,AAAA';
        const cases = {
          'invalid-image: null': [null, denoise()],
          'invalid-image: a number': [5, denoise()],
          'invalid-image: a closed bitmap': [closed, denoise()],
          'invalid-image: too few bytes': [
            { data: new Uint8Array(12), width: 2, height: 2 },
            denoise(),
          ],
          'invalid-image: no pixels': [{ data: new Uint8Array(0), width: 0, height: 0 }, denoise()],
          'invalid-image: an empty canvas': [
            Object.assign(document.createElement('canvas'), { width: 0 }),
            denoise(),
          ],
          'undecodable-image: text': [new Blob(['not an image'], { type: 'image/png' }), denoise()],
          'undecodable-image: an empty file': [new Blob([]), denoise()],
          'undecodable-image: a broken element': [broken, denoise()],
          'image-too-large: 27 megapixels at once': [
            new ImageData(5200, 5200),
            deblur(gaussianKernel(1)),
          ],
          'invalid-mask: another size': [photo, inpaint(tools.mask(31, 32, 1, 1, 2, 2))],
          'invalid-mask: too few bytes': [
            photo,
            inpaint({ data: new Uint8Array(5), width: 32, height: 32 }),
          ],
          'invalid-mask: none': [photo, { kind: 'inpaint' }],
          'invalid-kernel: NaN': [photo, kernel(1, NaN, 1)],
          'invalid-kernel: negative': [photo, kernel(1, -1, 1)],
          'invalid-kernel: all zero': [photo, kernel(0, 0, 0)],
          'invalid-factor: 3': [photo, { kind: 'superResolve', factor: 3 }],
          'invalid-noise: 0': [photo, { kind: 'denoise', noise: 0 }],
          'invalid-noise: NaN': [photo, { kind: 'denoise', noise: NaN }],
          'invalid-option: an unknown task': [photo, { kind: 'sharpen' }],
          'invalid-option: an unknown name': [photo, denoise(), { smaples: 2 }],
          'invalid-option: no steps': [photo, denoise(), { sampler: { points: 0 } }],
          'invalid-option: too many samples': [photo, denoise(), { samples: 17 }],
        };
        const found = {};
        for (const [name, call] of Object.entries(cases))
          found[name] = await tools.failure(() => restorer.restore(...call));
        found['none: a good call after them'] = await tools.failure(() =>
          restorer.restore(photo, deblur(gaussianKernel(1)), tools.quick),
        );
        return found;
      });
      for (const [name, { eps, code, message }] of Object.entries(found)) {
        assert.equal(code, name.split(':')[0], `${name}: ${message}`);
        if (code !== 'none') assert.ok(eps && message.length > 20, name);
      }
    });
  });
}
