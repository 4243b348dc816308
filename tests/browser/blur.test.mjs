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
