import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { demoModule } from './demo-modules.mjs';

const { kernelOf, MOST_SIDE } = await demoModule('blur/kernel-picture');

/** A grey picture of these rows of levels. */
function picture(rows, alpha = 255) {
  const [width, height] = [rows[0].length, rows.length];
  const data = Uint8ClampedArray.from(rows.flat().flatMap((v) => [v, v, v, alpha]));
  return { data, width, height };
}

/** A black picture with some bright pixels at [x, y]. */
function points(width, height, ...bright) {
  const rows = Array.from({ length: height }, () => Array(width).fill(0));
  for (const [x, y, level = 255] of bright) rows[y][x] = level;
  return picture(rows);
}

const rowsOf = ({ data, width, height }) =>
  Array.from({ length: height }, (_, y) => [...data.subarray(y * width, (y + 1) * width)]);

describe('the kernel of a picture', () => {
  test('is its brightness, with a sum of 1', () => {
    const rows = [
      [0, 100, 0],
      [50, 200, 0],
      [0, 0, 50],
    ];
    const kernel = kernelOf(picture(rows));
    assert.deepEqual(
      rowsOf(kernel),
      rows.map((row) => row.map((level) => level / 400)),
    );
  });

  test('is the mean of the colours, in proportion to their alpha', () => {
    const data = Uint8ClampedArray.of(255, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 170);
    const { data: weights } = kernelOf({ data, width: 3, height: 1 });
    const expected = [1 / 6, 3 / 6, 2 / 6];
    for (const [i, weight] of weights.entries())
      assert.ok(Math.abs(weight - expected[i]) < 1e-6, `${weights}`);
  });

  test('leaves the dark border out, and keeps the middle of the picture where it is', () => {
    const kernel = kernelOf(points(15, 11, [7, 5], [9, 5], [7, 4]));
    assert.deepEqual([kernel.width, kernel.height], [5, 3]);
    const third = Math.fround(1 / 3);
    assert.deepEqual(rowsOf(kernel), [
      [0, 0, third, 0, 0],
      [0, 0, third, 0, third],
      [0, 0, 0, 0, 0],
    ]);
  });

  test('has odd sides: of even ones the middle is the pixel that the package takes', () => {
    const kernel = kernelOf(points(4, 2, [0, 1], [2, 1]));
    assert.deepEqual(rowsOf(kernel), [[0.5, 0, 0.5, 0, 0]]);
  });

  test('has no haze of what rounding and JPEG leave in the dark', () => {
    const rows = Array.from({ length: 9 }, () => Array(9).fill(4));
    rows[4][4] = 250;
    rows[4][5] = 6;
    const { data, width, height } = kernelOf(picture(rows));
    assert.deepEqual([width, height], [3, 1]);
    assert.deepEqual([...data], [0, Math.fround(250 / 256), Math.fround(6 / 256)]);
  });

  test('may be dim: what counts is the share of its brightest pixel', () => {
    assert.deepEqual([...kernelOf(points(3, 3, [1, 1, 3], [2, 1, 1])).data], [0, 0.75, 0.25]);
  });

  test('is none where all is black or transparent', () => {
    assert.equal(kernelOf(points(5, 5)), 'black');
    assert.equal(kernelOf(picture([[255]], 0)), 'black');
  });

  test('is refused with its size where it is too large without its border', () => {
    const side = 2 * MOST_SIDE;
    const middle = side / 2;
    const reach = (MOST_SIDE - 1) / 2;
    assert.equal(kernelOf(points(side, side, [middle + reach, middle])).width, MOST_SIDE);
    assert.deepEqual(kernelOf(points(side, side, [middle, middle - reach - 1])), {
      tooLarge: { width: 1, height: MOST_SIDE + 2 },
    });
  });
});
