// Intervals around the mean: their scale against a plain sum, what is refused, and the share of
// true values that they hold.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { PNG } from 'pngjs';
import { Restorer, inpaint, interval } from '../../pkg/dist/node.js';
import { localScales } from '../../pkg/dist/page/interval.js';
import { eps } from './assertions.mjs';

const [width, height] = [11, 5];
const deviation = {
  width,
  height,
  data: Uint8ClampedArray.from({ length: 4 * width * height }, (_, i) =>
    i % 4 === 3 ? 255 : (i * 37) % 50,
  ),
};
const result = { deviation, samples: [deviation, deviation], family: 'denoise' };

test('the scale is the root mean square of 7 × 7 deviations and of a level more', () => {
  for (const channel of [0, 2]) {
    const scales = localScales(deviation, channel, false);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        let [sum, count] = [0, 0];
        for (let v = Math.max(0, y - 3); v <= Math.min(height - 1, y + 3); v++)
          for (let u = Math.max(0, x - 3); u <= Math.min(width - 1, x + 3); u++) {
            sum += deviation.data[4 * (v * width + u) + channel] ** 2;
            count++;
          }
        const expected = Math.sqrt(sum / count + 1);
        assert.ok(Math.abs(scales[y * width + x] - expected) < 1e-9, `${x}, ${y}`);
      }
  }
});

test('pixels whose samples agree are known, where known pixels are kept', () => {
  const [scale] = localScales({ ...deviation, data: new Uint8ClampedArray(4 * 55) }, 0, true);
  assert.equal(scale, 0);
  const [open] = localScales({ ...deviation, data: new Uint8ClampedArray(4 * 55) }, 0, false);
  assert.equal(open, 1);
});

test('more coverage and fewer samples widen an interval', () => {
  const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;
  const widths = [0.8, 0.9, 0.95].map((coverage) => mean(interval(result, coverage).data));
  assert.ok(widths[0] < widths[1] && widths[1] < widths[2], widths.join(', '));
  assert.deepEqual(interval(result), interval(result, 0.9));
});

test('what has no calibrated interval is refused', () => {
  assert.throws(() => interval(result, 0.5), eps('invalid-option', /0.8, 0.9, 0.95/));
  const few = { ...result, samples: [deviation], deviation: undefined };
  assert.throws(() => interval(few), eps('invalid-option', /2 samples/));
  assert.throws(() => interval({ ...result, family: undefined }), eps('invalid-option', /weights/));
});

test('nine of ten missing pixels lie within the interval', async () => {
  const restorer = await Restorer.load();
  let [held, all] = [0, 0];
  for (const name of ['A000366', 'B000716', 'B001210', 'B001262']) {
    const file = new URL(`../data/crops/${name}.png`, import.meta.url);
    const photo = PNG.sync.read(readFileSync(file));
    const { width, height } = photo;
    const truth = { data: new Uint8ClampedArray(photo.data), width, height };
    // Lines of 4 pixels, 12 apart.
    const missing = Uint8Array.from({ length: width * height }, (_, i) =>
      Number((i % width) % 16 < 4),
    );
    const task = inpaint({ data: missing, width, height });
    const found = await restorer.restore(truth, task, { samples: 4, seed: 1 });
    const half = interval(found).data;
    for (let i = 0; i < 4 * width * height; i++) {
      if (i % 4 === 3) continue;
      const off = Math.abs(found.mean.data[i] - truth.data[i]);
      if (!missing[i >> 2]) assert.equal(half[i] + off, 0);
      else {
        all++;
        held += Number(off <= half[i]);
      }
    }
  }
  restorer.dispose();
  // Of four photos alone: the share differs by some hundredths from photo to photo.
  assert.ok(held > 0.82 * all && held < 0.98 * all, `${held} of ${all}`);
});
