// Photos that are restored in windows: how they are cut, how the windows are joined, and when.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Assembly } from '../../pkg/dist/page/windows/assembly.js';
import {
  layoutOf,
  resultSize,
  windowCount,
  windowSize,
  windowsOf,
} from '../../pkg/dist/page/windows/layout.js';
import { Pace } from '../../pkg/dist/page/windows/pace.js';
import { mayNeedWindows, planOf, requireWithin } from '../../pkg/dist/page/windows/plan.js';
import { eps } from './assertions.mjs';

const bytesOf = ({ width, height }) => new Uint8Array(4 * width * height);

const LAYOUTS = [
  [{ width: 1000, height: 700 }, 1, 120e3],
  [{ width: 701, height: 997 }, 2, 250e3],
  [{ width: 64, height: 5000 }, 1, 120e3],
  [{ width: 3000, height: 100 }, 3, 300e3],
  [{ width: 333, height: 334 }, 16, 1e6],
];

describe('a layout', () => {
  for (const [photo, factor, pixels] of LAYOUTS) {
    const layout = layoutOf(photo, factor, pixels);
    const name = `${photo.width} by ${photo.height}, ${factor} times`;
    test(`covers its photo in windows of one size: ${name}`, () => {
      assert.ok(windowCount(layout) > 1);
      const { width, height } = windowSize(layout);
      assert.ok(width * height * factor ** 2 <= 1.02 * pixels, `${width} x ${height}`);
      for (const [side, total] of [
        [layout.columns, photo.width],
        [layout.rows, photo.height],
      ]) {
        assert.equal(side.starts[0], 0);
        assert.equal(side.starts.at(-1) + side.length, total);
        for (let i = 1; i < side.starts.length; i++) {
          const shared = factor * (side.starts[i - 1] + side.length - side.starts[i]);
          assert.ok(shared >= 64, `${shared} pixels are shared`);
        }
        // No pixel lies in three windows of a side: the weights of two sum to 1.
        for (let i = 2; i < side.starts.length; i++)
          assert.ok(side.starts[i - 2] + side.length <= side.starts[i]);
      }
    });
  }

  test('is one window where that holds the photo', () => {
    assert.equal(windowCount(layoutOf({ width: 100, height: 50 }, 2, 20e3)), 1);
  });
});

describe('an assembly', () => {
  /** The window of an image of the result's size. */
  const cut = (image, width, layout, { column, row }) => {
    const size = windowSize(layout);
    const [across, down] = [layout.factor * size.width, layout.factor * size.height];
    const left = layout.factor * layout.columns.starts[column];
    const top = layout.factor * layout.rows.starts[row];
    const window = new Uint8Array(4 * across * down);
    for (let y = 0; y < down; y++) {
      const from = 4 * ((top + y) * width + left);
      window.set(image.subarray(from, from + 4 * across), 4 * y * across);
    }
    return window;
  };

  test('gives an image back from its windows', () => {
    for (const [photo, factor, pixels] of LAYOUTS.slice(0, 4)) {
      const layout = layoutOf(photo, factor, pixels);
      const { width, height } = resultSize(layout);
      const image = Uint8Array.from(
        { length: 4 * width * height },
        (_, i) => (i * 2654435761) >> 7,
      );
      const assembly = new Assembly(layout, bytesOf);
      for (const index of windowsOf(layout)) assembly.add(cut(image, width, layout, index), index);
      assert.deepEqual(Buffer.from(assembly.bytes), Buffer.from(image));
    }
  });

  test('passes from one window into the next within their overlap', () => {
    const layout = layoutOf({ width: 600, height: 64 }, 1, 400 * 64);
    const { starts, length } = layout.columns;
    assert.equal(starts.length, 2);
    const assembly = new Assembly(layout, bytesOf);
    for (const index of windowsOf(layout))
      assembly.add(new Uint8Array(4 * length * 64).fill(index.column === 0 ? 40 : 240), index);
    const row = Array.from({ length: 600 }, (_, x) => assembly.bytes[4 * (600 * 20 + x)]);
    const quarter = (length - starts[1]) / 4;
    assert.ok(row.slice(0, starts[1] + Math.floor(quarter)).every((value) => value === 40));
    assert.ok(row.slice(length - Math.floor(quarter)).every((value) => value === 240));
    assert.ok(row.every((value, x) => x === 0 || value >= row[x - 1]));
    assert.equal(new Set(row).size > 16, true);
  });
});

describe('a plan', () => {
  const request = { width: 4000, height: 3000, samples: 2, sampler: 'default', refine: false };
  const denoise = { ...request, task: { kind: 'denoise' } };
  /** A worker that needs 200 bytes a pixel. */
  const worker = () => {
    const asked = [];
    const ask = async ({ width, height, task }) => {
      const factor = task.factor ?? 1;
      const pixels = width * height * factor ** 2;
      asked.push(pixels);
      const result = { width: width * factor, height: height * factor };
      return {
        ok: true,
        answer: {
          ...result,
          pixels,
          tiles: 2,
          bytes: 200 * pixels,
          gpuBytes: 0,
          evaluations: 7,
        },
      };
    };
    return { ask, asked };
  };

  test('takes the whole where it fits', async () => {
    const { ask, asked } = worker();
    const { layout, cost } = await planOf(denoise, 4e9, ask);
    assert.equal(layout, undefined);
    assert.deepEqual([asked.length, cost.bytes], [1, 200 * 12e6]);
  });

  test('takes windows of at most 900 MB where it does not, and counts all of them', async () => {
    const task = { kind: 'superResolve', factor: 2 };
    const { layout, cost } = await planOf({ ...request, task }, 4e9, worker().ask);
    const size = windowSize(layout);
    assert.ok(200 * 4 * size.width * size.height <= 0.91e9);
    assert.deepEqual([cost.width, cost.height], [8000, 6000]);
    assert.equal(cost.tiles, 2 * windowCount(layout));
    assert.equal(cost.evaluations, 7);
    const images = (2 + 2 + 1) * 4 * 48e6;
    assert.equal(cost.bytes, 200 * 4 * size.width * size.height + images);
  });

  test('keeps to a lower limit', async () => {
    const { layout } = await planOf(denoise, 1e9, worker().ask);
    assert.ok(windowCount(layout) >= 3);
    assert.ok(!mayNeedWindows({ ...denoise, width: 800, height: 600 }, 1e9));
    assert.ok(mayNeedWindows(denoise, 1e9));
  });

  test('refuses what cannot be divided, and hands failures on', async () => {
    const colorize = { ...request, task: { kind: 'colorize' } };
    const plan = await planOf(colorize, 1e9, worker().ask);
    assert.equal(plan.layout, undefined);
    assert.throws(() => requireWithin(1e9, plan), eps('image-too-large', /2400 MB .* 1000 /));
    requireWithin(3e9, plan);
    requireWithin(1e9, await planOf(denoise, 1e9, worker().ask));
    const failure = { code: 'worker-failed', message: 'gone', fatal: true };
    const failing = async () => ({ ok: false, failure });
    await assert.rejects(planOf(denoise, 4e9, failing), eps('worker-failed', /gone/));
  });
});

test('a pace lets as many steps pass as were allowed', async () => {
  const pace = new Pace(1);
  await pace.take();
  let passed = false;
  const second = pace.take().then(() => (passed = true));
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(passed, false);
  pace.more();
  await second;
});
