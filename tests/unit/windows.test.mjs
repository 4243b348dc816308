// Photos that are restored in windows: how they are cut, how the windows are joined, and when.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Assembly } from '../../pkg/dist/page/windows/assembly.js';
import { divisionOf } from '../../pkg/dist/page/windows/division.js';
import {
  layoutOf,
  overviewShare,
  overviewSize,
  resultSize,
  windowCount,
  windowSize,
  windowsOf,
} from '../../pkg/dist/page/windows/layout.js';
import { reducedHints, reducedPhoto } from '../../pkg/dist/page/windows/overview.js';
import { Pace } from '../../pkg/dist/page/windows/pace.js';
import { mayNeedWindows, planOf, requireWithin } from '../../pkg/dist/page/windows/plan.js';
import { windowParts } from '../../pkg/dist/page/windows/window-parts.js';
import { WindowProgress } from '../../pkg/dist/page/windows/window-progress.js';
import { eps } from './assertions.mjs';

const bytesOf = ({ width, height }) => new Uint8Array(4 * width * height);

const enlarged = (factor) => ({ factor, step: 1 });
const LAYOUTS = [
  [{ width: 1000, height: 700 }, enlarged(1), 120e3],
  [{ width: 701, height: 997 }, enlarged(2), 250e3],
  [{ width: 64, height: 5000 }, enlarged(1), 120e3],
  [{ width: 3000, height: 100 }, enlarged(3), 300e3],
  [{ width: 333, height: 334 }, enlarged(16), 1e6],
  [{ width: 1001, height: 702 }, { factor: 1, step: 2 }, 120e3],
  [{ width: 1003, height: 701 }, { factor: 1, step: 4, overview: 4 }, 120e3],
];

describe('a layout', () => {
  for (const [photo, division, pixels] of LAYOUTS) {
    const layout = layoutOf(photo, division, pixels);
    const { factor, step } = division;
    const name = `${photo.width} by ${photo.height}, ${factor} times, from every ${step}th pixel`;
    test(`covers its photo in windows of one size: ${name}`, () => {
      assert.ok(windowCount(layout) > 1);
      const { width, height } = windowSize(layout);
      assert.ok(width * height * factor ** 2 <= 1.03 * pixels, `${width} x ${height}`);
      for (const [side, total] of [
        [layout.columns, photo.width],
        [layout.rows, photo.height],
      ]) {
        assert.equal(side.starts[0], 0);
        assert.ok(side.starts.every((start) => start % step === 0));
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
    assert.equal(windowCount(layoutOf({ width: 100, height: 50 }, enlarged(2), 20e3)), 1);
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
    for (const [photo, division, pixels] of LAYOUTS) {
      if (division.factor > 3) continue;
      const layout = layoutOf(photo, division, pixels);
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
    const layout = layoutOf({ width: 600, height: 64 }, enlarged(1), 400 * 64);
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
  /** A worker that needs 200 bytes a pixel, and `gpu` of a GPU, which holds 3e9. */
  const worker = (gpu = 0) => {
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
          gpuBytes: gpu * pixels,
          load: (gpu * pixels) / 3e9,
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
    assert.ok(!mayNeedWindows({ ...denoise, width: 800, height: 600 }, 1e9, 'cpu'));
    assert.ok(mayNeedWindows(denoise, 1e9, 'cpu'));
  });

  test('keeps to what a GPU holds', async () => {
    const { layout, cost } = await planOf(denoise, 4e9, worker(600).ask);
    const { width, height } = windowSize(layout);
    assert.ok(600 * width * height <= 0.92e9);
    assert.equal(cost.gpuBytes, 600 * width * height);
    assert.ok(!mayNeedWindows(denoise, 4e9 * 2, 'cpu'));
    assert.ok(mayNeedWindows(denoise, 4e9 * 2, 'webgpu'));
    assert.ok(!mayNeedWindows({ ...denoise, width: 1400, height: 1400 }, 4e9, 'webgpu'));
    // With the margins of its canvas it is larger than the buffers.
    const bicubic = { kind: 'superResolve', factor: 2, reduction: 'bicubic' };
    const enlarged = { ...request, width: 1024, height: 1024, task: bicubic };
    assert.ok(mayNeedWindows(enlarged, 4e9, 'webgpu'));
  });

  test('colours a grey photo as a whole first, with its hints', async () => {
    const colours = { data: new Uint8Array(0), width: 4000, height: 3000 };
    const colorize = { ...request, task: { kind: 'colorize', hints: { colours } } };
    const asked = [];
    const ask = (part) => {
      asked.push([part.width * part.height, part.task.hints !== undefined]);
      return worker().ask(part);
    };
    const { layout, cost, windows } = await planOf(colorize, 1e9, ask);
    assert.equal(layout.overview, 4);
    assert.deepEqual(asked.slice(0, 2), [
      [12e6, true],
      [750e3, true],
    ]);
    assert.ok(asked.slice(2).every(([, hints]) => !hints));
    assert.equal(cost.tiles, 2 * windows);
    const { width, height } = windowSize(layout);
    assert.equal(cost.pixels, windows * width * height);
    // Of a larger photo the overview takes more than a window.
    const large = await planOf({ ...colorize, width: 12000, height: 9000 }, 2e9, worker().ask);
    const images = (2 + 2 + 1) * 4 * 12000 * 9000;
    assert.equal(large.cost.bytes, (200 * 12000 * 9000) / 16 + images);
    // An overview that does not fit would need one of its own.
    const { layout: none } = await planOf(colorize, 100e6, ask);
    assert.equal(none, undefined);
  });

  test('refuses what cannot be divided, and hands failures on', async () => {
    const deblur = { ...request, task: { kind: 'deblur' } };
    const plan = await planOf(deblur, 1e9, worker().ask);
    assert.equal(plan.layout, undefined);
    assert.throws(() => requireWithin(1e9, plan), eps('image-too-large', /2400 MB .* 1000 /));
    requireWithin(3e9, plan);
    requireWithin(1e9, await planOf(denoise, 1e9, worker().ask));
    const failure = { code: 'worker-failed', message: 'gone', fatal: true };
    const failing = async () => ({ ok: false, failure });
    await assert.rejects(planOf(denoise, 4e9, failing), eps('worker-failed', /gone/));
  });
});

describe('a division', () => {
  const photo = { width: 900, height: 70 };

  test('has an overview where the core colours coarse to fine', () => {
    const overview = (weights, size = photo) =>
      divisionOf({ kind: 'colorize', ...(weights && { weights }) }, size)?.overview;
    for (const mean of [undefined, 'mean', [1 / 3, 1 / 3, 1 / 3]]) assert.equal(overview(mean), 4);
    for (const other of ['bt601', [0.3, 0.4, 0.3]]) assert.equal(overview(other), undefined);
    assert.equal(divisionOf({ kind: 'colorize' }, { width: 900, height: 63 }), undefined);
  });

  test("keeps a mosaic's colours in their places", () => {
    assert.deepEqual(divisionOf({ kind: 'demosaic' }, photo), { factor: 1, step: 2 });
  });
});

describe('an overview', () => {
  const go = () => undefined;
  const pixel = (values) => Uint8Array.from(values.flat());

  test('is the means of blocks, of the pixels that there are', async () => {
    const data = pixel([
      [0, 0, 0, 255],
      [100, 50, 0, 255],
      [9, 9, 9, 255],
      [100, 50, 0, 255],
      [200, 100, 0, 255],
      [12, 9, 8, 255],
    ]);
    const small = await reducedPhoto({ data, width: 3, height: 2 }, 2, go);
    assert.deepEqual([small.width, small.height], [2, 1]);
    assert.deepEqual([...small.data], [100, 50, 0, 255, 11, 9, 9, 255]);
  });

  test('has a hint where a quarter of a block is painted, in its colour', async () => {
    const [blank, painted] = [
      [9, 9, 9, 127],
      [80, 90, 100, 255],
    ];
    // A line along the first row, but for a dot alone in the second block.
    const rows = Array.from({ length: 32 }, (_, i) => (i < 5 ? painted : blank));
    const hints = { colours: { data: pixel(rows), width: 8, height: 4 }, noise: 3 };
    const { colours, noise } = await reducedHints(hints, 4, go);
    assert.equal(noise, 3);
    assert.deepEqual([...colours.data], [80, 90, 100, 255, 0, 0, 0, 0]);
  });

  test('ends with an abort', async () => {
    const photo = { data: new Uint8Array(16), width: 2, height: 2 };
    const stop = () => {
      throw new Error('stopped');
    };
    await assert.rejects(reducedPhoto(photo, 2, stop), /stopped/);
  });

  test('gives each window the colours at its place', async () => {
    const size = { width: 1003, height: 701 };
    const layout = layoutOf(size, { factor: 1, step: 4, overview: 4 }, 120e3);
    const small = overviewSize(size, 4);
    // Each pixel of the overview tells its place.
    const mean = new Uint8Array(4 * small.width * small.height);
    for (let i = 0; i < small.width * small.height; i++)
      mean.set([i % small.width, Math.floor(i / small.width), 0, 255], 4 * i);
    const asked = [];
    const parts = await windowParts(
      layout,
      { image: { ...size, data: bytesOf(size) }, task: { kind: 'colorize', weights: 'mean' } },
      {
        unlessAborted: go,
        restoreOverview: async ({ width, height }, task) => {
          asked.push([width, height, task]);
          return { images: { mean, width, height }, samples: [mean] };
        },
      },
    );
    assert.deepEqual(asked, [[251, 176, { kind: 'colorize', weights: 'mean' }]]);
    assert.equal(parts.length, windowCount(layout));
    for (const { area, covers, task } of parts) {
      assert.equal(covers, area);
      assert.deepEqual([task.kind, task.small.length], ['colorizeFrom', 2]);
      for (const { data, width, height } of task.small) {
        assert.deepEqual({ width, height }, overviewSize(area, 4));
        assert.deepEqual([...data.subarray(0, 2)], [area.left / 4, area.top / 4]);
      }
    }
    const { width, height } = windowSize(layout);
    assert.equal(overviewShare(layout), (251 * 176) / (width * height));
  });
});

test('progress goes on from the overview to the windows, and from one to the next', () => {
  const progress = new WindowProgress(2, 0.5);
  const part = (tiles, totalTiles) =>
    progress.of({ tiles, totalTiles, fraction: tiles / totalTiles, secondsLeft: 1 });
  const shown = [];
  for (const [size, totalTiles] of [
    [0.5, 10],
    [1, 20],
    [1, 20],
  ]) {
    progress.begin(size);
    shown.push(part(totalTiles / 2, totalTiles), part(totalTiles, totalTiles));
  }
  assert.deepEqual(
    shown.map(({ fraction }) => fraction),
    [0.1, 0.2, 0.4, 0.6, 0.8, 1],
  );
  assert.deepEqual(
    shown.map(({ tiles }) => tiles),
    [5, 10, 20, 30, 40, 50],
  );
  assert.ok(shown.every(({ totalTiles }) => totalTiles === 50));
  assert.equal(shown.at(-1).secondsLeft, 0);
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
