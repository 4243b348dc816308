// The blur of a photo, found from the photo alone.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openPackage } from './page-tools.mjs';

describe('an unknown blur', () => {
  let session;
  const inPage = (work, argument) => session.page.evaluate(work, argument);

  before(async () => {
    session = await openPackage(false);
    await inPage(async () => {
      window.restorer = await eps.Restorer.load({ device: 'cpu' });
      window.sharp = await eps.readPhoto(await (await fetch('/www/samples/spaniels.jpg')).blob());
      /** The photo where the kernel does not reach beyond its borders. */
      window.blurred = (photo, { data, width, height }) => {
        const [across, down] = [photo.width + 1 - width, photo.height + 1 - height];
        const image = new ImageData(across, down);
        const taps = [...data.keys()].filter((i) => data[i] > 0);
        for (let y = 0; y < down; y++)
          for (let x = 0; x < across; x++) {
            const at = 4 * (y * across + x);
            const sum = [0, 0, 0];
            for (const i of taps) {
              const [row, column] = [
                y + height - 1 - Math.floor(i / width),
                x + width - 1 - (i % width),
              ];
              const from = 4 * (row * photo.width + column);
              for (let c = 0; c < 3; c++) sum[c] += data[i] * photo.data[from + c];
            }
            for (let c = 0; c < 3; c++) image.data[at + c] = sum[c];
            image.data[at + 3] = 255;
          }
        return image;
      };
    });
  });
  after(() => session.close());

  const first = (kind, ...sizes) =>
    inPage(
      async ([kind, sizes]) => {
        const { gaussianKernel, diskKernel, motionKernel } = eps;
        const make = { gaussian: gaussianKernel, disk: diskKernel, motion: motionKernel }[kind];
        const photo = make ? blurred(sharp, make(...sizes)) : sharp;
        const [blur, ...others] = await restorer.estimateBlur(photo);
        const { width, height } = blur.kernel;
        const all = [blur, ...others].map((one) => one.confidence);
        return { ...blur, kernel: { width, height }, sum: all.reduce((a, b) => a + b) };
      },
      [kind, sizes],
    );

  test('a sharp photo is called sharp', async () => {
    const { kind, kernel, sum } = await first('none');
    assert.equal(kind, 'none');
    assert.deepEqual(kernel, { width: 1, height: 1 });
    assert.ok(Math.abs(sum - 1) < 1e-6);
  });

  test('a Gaussian is found', async () => {
    const { kind, size, sizeDeviation } = await first('gaussian', 2);
    assert.equal(kind, 'gaussian');
    assert.ok(Math.abs(size / 2 - 1) < 0.15, `${size} pixels`);
    assert.ok(sizeDeviation > 0 && sizeDeviation < 1, `${sizeDeviation} pixels`);
  });

  test('a lens out of focus is found', async () => {
    const { kind, size } = await first('disk', 4);
    assert.equal(kind, 'disk');
    assert.ok(Math.abs(size / 4 - 1) < 0.15, `${size} pixels`);
  });

  test('a motion is found', async () => {
    const { kind, size, angle } = await first('motion', 15, 30);
    assert.equal(kind, 'motion');
    assert.ok(Math.abs(size / 15 - 1) < 0.1, `${size} pixels`);
    assert.ok(Math.abs(angle - 30) < 5, `${angle} degrees`);
  });

  test('a motion along an axis is found, without noise', async () => {
    for (const direction of [0, 90]) {
      const { kind, size, angle, confidence } = await first('motion', 15, direction);
      assert.equal(kind, 'motion');
      assert.ok(Math.abs(size / 15 - 1) < 0.1, `${size} pixels`);
      assert.ok(Math.abs(Math.sin(((angle - direction) * Math.PI) / 180)) < 0.09, `${angle}°`);
      assert.ok(confidence > 0.8, `${confidence}`);
    }
  });

  /** The way of a hand that shook. */
  const PATH = [
    '#........',
    '#........',
    '#........',
    '#........',
    '.#.......',
    '..#......',
    '...######',
  ];

  /** What `work` makes of the photo that was shaken so, its options beside it. */
  const ofShaken = (work) =>
    inPage(`(async () => {
      const data = Float32Array.from(${JSON.stringify(PATH.join(''))}, (c) => Number(c === '#'));
      const sum = data.reduce((a, b) => a + b);
      const [width, height] = [${PATH[0].length}, ${PATH.length}];
      const kernel = { data: data.map((weight) => weight / sum), width, height };
      window.shaken ??= blurred(sharp, kernel);
      return (${work})(shaken, kernel);
    })()`);

  test('a kernel of any shape is found, and its search is reported', async () => {
    const { kinds, likeness, size, kernel, shares } = await ofShaken(async (photo, truth) => {
      const shares = [];
      const all = await restorer.estimateBlur(photo, {
        kernelSide: 31,
        onProgress: (share) => shares.push(share),
      });
      const [{ size, kernel }] = all;
      /** The largest cosine between the kernels over whole-pixel shifts. */
      let likeness = 0;
      for (let down = -12; down <= 12; down++)
        for (let right = -12; right <= 12; right++) {
          let sum = 0;
          for (const [i, weight] of truth.data.entries()) {
            const x = (i % truth.width) + right;
            const y = Math.floor(i / truth.width) + down;
            const isInside = x >= 0 && x < kernel.width && y >= 0 && y < kernel.height;
            if (isInside) sum += weight * kernel.data[y * kernel.width + x];
          }
          likeness = Math.max(
            likeness,
            sum / Math.hypot(...truth.data) / Math.hypot(...kernel.data),
          );
        }
      const { width, height } = kernel;
      const kinds = all.map(({ kind }) => kind);
      return { kinds, likeness, size, kernel: { width, height }, shares };
    });
    assert.deepEqual(kinds.toSorted(), ['disk', 'free', 'gaussian', 'motion', 'none']);
    assert.equal(kinds[0], 'free');
    // 1 for the same kernel; the best line has 0.71.
    assert.ok(likeness > 0.75, `${likeness}`);
    assert.equal(size, Math.max(kernel.width, kernel.height));
    assert.ok(size % 2 === 1 && size >= 9 && size <= 21, `${size} pixels`);
    assert.ok(shares.length > 10 && shares.at(-1) === 1, `${shares}`);
    assert.deepEqual(
      shares,
      shares.toSorted((a, b) => a - b),
    );
  });

  test('the search for a kernel is ended by its signal, and by what is thrown', async () => {
    const { aborted, milliseconds, thrown, after } = await ofShaken(async (photo) => {
      const stop = new AbortController();
      let last = 0;
      const onProgress = () => {
        last = performance.now();
        stop.abort();
      };
      const { signal } = stop;
      const options = { kernelSide: 31, signal, onProgress };
      const { code } = await tools.failure(() => restorer.estimateBlur(photo, options));
      const milliseconds = performance.now() - last;
      const failing = () => {
        throw new Error('enough');
      };
      const thrown = await restorer
        .estimateBlur(photo, { kernelSide: 31, onProgress: failing })
        .catch(({ message }) => message);
      const after = await restorer.estimateBlur(photo);
      return { aborted: code, milliseconds, thrown, after: after.length };
    });
    assert.deepEqual([aborted, thrown, after], ['aborted', 'enough', 4]);
    assert.ok(milliseconds < 100, `${milliseconds} ms`);
  });

  test('the side of a kernel is odd, from 5 to 31', async () => {
    const failures = await ofShaken((photo) =>
      Promise.all(
        [30, 3, 33, 7.5, 'all', NaN].map((kernelSide) =>
          tools.failure(() => restorer.estimateBlur(photo, { kernelSide })),
        ),
      ),
    );
    for (const { code, message } of failures) {
      assert.equal(code, 'invalid-option');
      assert.match(message, /kernelSide must be (a whole number from 5 to 31|odd)/);
    }
  });

  test('deblur(auto) removes what is found', async () => {
    const { blur, evaluations, before, after } = await inPage(async () => {
      const cut = (image, x, y) => {
        const canvas = new OffscreenCanvas(224, 224);
        canvas.getContext('2d').putImageData(image, -x, -y);
        return canvas.getContext('2d').getImageData(0, 0, 224, 224);
      };
      const error = (a, b) => a.data.reduce((sum, v, i) => sum + (v - b.data[i]) ** 2, 0);
      const photo = cut(blurred(sharp, eps.diskKernel(3)), 300, 200);
      // The blur took three pixels of each border.
      const truth = cut(sharp, 303, 203);
      const result = await restorer.restore(photo, eps.deblur('auto'), { samples: 0 });
      const { kind, size } = result.blur;
      const { evaluations } = result;
      const errors = { before: error(photo, truth), after: error(result.mean, truth) };
      return { blur: { kind, size }, evaluations, ...errors };
    });
    assert.equal(blur.kind, 'disk');
    assert.ok(Math.abs(blur.size / 3 - 1) < 0.15, `${blur.size} pixels`);
    assert.equal(evaluations, 1);
    assert.ok(after < before / 2, `${after} of ${before}`);
  });

  test('deblur(auto) leaves a photo without a blur as it is', async () => {
    const all = await inPage(async () => {
      const flat = new ImageData(new Uint8ClampedArray(4 * 64 * 64).fill(120), 64);
      const task = eps.deblur('auto', { noise: 3 });
      const kept = async (photo) => {
        const { mean, samples, blur, evaluations } = await restorer.restore(photo, task);
        const isSame = mean.data.every((value, i) => value === photo.data[i]);
        return [isSame, evaluations, samples.length, blur.kind, blur.confidence > 0];
      };
      const { evaluations } = await restorer.estimate({ width: 300, height: 9 }, task);
      return [await kept(flat), await kept(sharp), evaluations];
    });
    assert.deepEqual(all, [[true, 0, 0, 'none', false], [true, 0, 0, 'none', true], 7]);
  });

  test('a photo without texture shows no blur', async () => {
    const [flat, small] = await inPage(async () => {
      const flat = new ImageData(new Uint8ClampedArray(4 * 256 * 256).fill(120), 256);
      return [await restorer.estimateBlur(flat), await restorer.estimateBlur(tools.photo(64))];
    });
    assert.deepEqual([flat, small], [[], []]);
  });

  test('what is no photo is refused', async () => {
    const { eps: isEpsError, code } = await inPage(() =>
      tools.failure(() => restorer.estimateBlur({ width: 1 })),
    );
    assert.deepEqual([isEpsError, code], [true, 'invalid-image']);
  });
});
