import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { demoModule } from './demo-modules.mjs';

const { fillRectangle } = await demoModule('painting/rectangle');
const { fillPolygon } = await demoModule('painting/lasso');
const { floodRegion } = await demoModule('painting/flood');
const { grown } = await demoModule('painting/grow');
const { depthIn } = await demoModule('painting/depth');
const { soften } = await demoModule('results/blend');
const { inverted } = await demoModule('painting/invert');
const { editMask } = await demoModule('painting/edits');
const { maskBitsOf } = await demoModule('painting/mask-file');
const { boundsOf, resizeMask } = await demoModule('picture/mask-bits');

/** A mask drawn with # and dots. */
const bitsOf = (rows) => Uint8Array.from(rows.join(''), (c) => Number(c === '#'));
const sizeOf = (rows) => ({ width: rows[0].length, height: rows.length });
const drawn = (bits, width) =>
  Array.from({ length: bits.length / width }, (_, y) =>
    [...bits.subarray(y * width, (y + 1) * width)].map((v) => (v ? '#' : '.')).join(''),
  );
const point = (x, y) => ({ x, y });

describe('a rectangle', () => {
  const size = { width: 6, height: 4 };
  test('takes any two corners, and is cut at the photo’s borders', () => {
    const bits = new Uint8Array(24);
    const box = fillRectangle(bits, size, point(9, 3), point(3.6, 0.6), 1);
    assert.deepEqual(box, { x: 4, y: 1, width: 2, height: 2 });
    assert.deepEqual(drawn(bits, 6), ['......', '....##', '....##', '......']);
    fillRectangle(bits, size, point(0, 0), point(5, 2), 0);
    assert.deepEqual(drawn(bits, 6), ['......', '.....#', '....##', '......']);
  });
  test('outside the photo changes nothing', () => {
    assert.equal(fillRectangle(new Uint8Array(24), size, point(7, 1), point(9, 3), 1), undefined);
  });
});

describe('a lasso', () => {
  test('fills the pixels whose centres it encloses', () => {
    const bits = new Uint8Array(30);
    const triangle = [point(0, 0), point(6, 0), point(0, 5)];
    const box = fillPolygon(bits, { width: 6, height: 5 }, triangle, 1);
    assert.deepEqual(box, { x: 0, y: 0, width: 6, height: 5 });
    assert.deepEqual(drawn(bits, 6), ['#####.', '####..', '###...', '##....', '#.....']);
  });
  test('leaves out what it goes around twice', () => {
    const bits = new Uint8Array(25);
    const outer = [point(0, 0), point(5, 0), point(5, 5), point(0, 5), point(0, 0)];
    const inner = [point(1, 1), point(4, 1), point(4, 4), point(1, 4), point(1, 1)];
    fillPolygon(bits, { width: 5, height: 5 }, [...outer, ...inner], 1);
    assert.deepEqual(drawn(bits, 5), ['#####', '#...#', '#...#', '#...#', '#####']);
  });
  test('of one point changes nothing', () => {
    assert.equal(
      fillPolygon(new Uint8Array(4), { width: 2, height: 2 }, [point(1, 1)], 1),
      undefined,
    );
  });
});

describe('a mask that grows', () => {
  const rows = ['.......', '.......', '...#...', '.......', '.......'];
  test('reaches as far in every direction', () => {
    assert.deepEqual(drawn(grown(bitsOf(rows), sizeOf(rows), 2), 7), [
      '...#...',
      '..###..',
      '.#####.',
      '..###..',
      '...#...',
    ]);
  });
  test('shrinks to what it was, also at the photo’s border', () => {
    const border = ['##.....', '##.....', '.......', '.......', '.......'];
    const wide = grown(bitsOf(border), sizeOf(border), 2);
    assert.deepEqual(drawn(grown(wide, sizeOf(border), -2), 7), border);
  });
  test('is what the distance to the nearest painted pixel says', () => {
    const size = { width: 23, height: 17 };
    const bits = new Uint8Array(23 * 17);
    for (let i = 0; i < bits.length; i += 37) bits[i] = 1;
    const result = grown(bits, size, 3);
    for (let i = 0; i < bits.length; i++) {
      const isNear = bits.some(
        (v, j) =>
          v && Math.hypot((i % 23) - (j % 23), Math.floor(i / 23) - Math.floor(j / 23)) <= 3,
      );
      assert.equal(result[i], Number(isNear), `pixel ${i}`);
    }
  });
});

describe('the rim of a mask', () => {
  const size = { width: 19, height: 15 };
  const bits = Uint8Array.from({ length: 19 * 15 }, (_, i) =>
    Number(Math.hypot((i % 19) - 9, Math.floor(i / 19) - 7) < 6.5),
  );
  test('is as deep as the nearest pixel that is not painted is far', () => {
    const depth = depthIn(bits, size, 4);
    for (let i = 0; i < bits.length; i++) {
      const far = bits.reduce((least, bit, j) => {
        const way = Math.hypot((i % 19) - (j % 19), Math.floor(i / 19) - Math.floor(j / 19));
        return bit ? least : Math.min(least, way);
      }, Infinity);
      const expected = Math.min(4, far);
      const isNear = depth[i] >= expected - 1e-4 && depth[i] <= 1.09 * expected;
      assert.ok(isNear, `pixel ${i}: ${depth[i]}, not ${expected}`);
    }
  });
  test('counts what lies beyond the photo as painted', () => {
    assert.ok(
      depthIn(new Uint8Array(12).fill(1), { width: 4, height: 3 }, 7).every((d) => d === 7),
    );
  });
  test('lets the photo through, and nothing else changes', () => {
    const picture = { data: new Uint8ClampedArray(4 * 3).fill(200) };
    const photo = { data: new Uint8ClampedArray(4 * 3).fill(100) };
    soften(picture, photo, Float32Array.of(0, 1, 5), 3);
    assert.deepEqual(
      [...picture.data],
      [200, 200, 200, 200, 125, 125, 125, 125, 200, 200, 200, 200],
    );
  });
});

describe('an area of one colour', () => {
  const levels = [
    [10, 10, 90, 12],
    [12, 90, 90, 14],
    [16, 18, 22, 90],
  ];
  const image = {
    width: 4,
    height: 3,
    data: Uint8ClampedArray.from(levels.flat().flatMap((v) => [v, 50, 50, 255])),
  };
  test('hangs together, and is like its first pixel', () => {
    assert.deepEqual(drawn(floodRegion(image, point(0.5, 0.5), 8), 4), ['##..', '#...', '##..']);
    assert.deepEqual(drawn(floodRegion(image, point(0.5, 0.5), 12), 4), ['##..', '#...', '###.']);
  });
  test('counts each channel', () => {
    const green = { ...image, data: image.data.slice() };
    green.data[4 * 4 + 1] = 200;
    assert.deepEqual(drawn(floodRegion(green, point(0.5, 0.5), 8), 4), ['##..', '....', '....']);
  });
});

describe('an edit of the whole mask', () => {
  test('tells what it changes, before and after', () => {
    const rows = ['#..', '...', '..#'];
    const bits = bitsOf(rows);
    const patches = editMask(bits, sizeOf(rows), { kind: 'invert' });
    assert.deepEqual(patches, [
      { box: { x: 0, y: 0, width: 3, height: 3 }, before: bits, after: inverted(bits) },
    ]);
    assert.deepEqual(editMask(bits, sizeOf(rows), { kind: 'replace', bits: bits.slice() }), []);
  });
});

describe('a mask in a file', () => {
  test('is painted where it is bright and opaque', () => {
    const data = [255, 255, 255, 255, 0, 0, 0, 255, 255, 0, 0, 255, 255, 255, 255, 90];
    assert.deepEqual([...maskBitsOf({ data })], [1, 0, 1, 0]);
  });
});

describe('a mask of colours', () => {
  const bits = Uint8Array.from([0, 2, 0, 0, 0, 0, 0, 0, 3]);
  test('has bounds around every colour', () => {
    const box = { x: 1, y: 0, width: 2, height: 3 };
    assert.deepEqual(boundsOf(bits, { width: 3 }, 3), box);
    assert.equal(boundsOf(bits, { width: 3 }, 1), undefined);
  });
  test('keeps its colours at another size', () => {
    const [from, to] = [3, 6].map((side) => ({ width: side, height: side }));
    const large = resizeMask(bits, from, to, 3);
    const count = (value) => large.filter((each) => each === value).length;
    assert.deepEqual([2, 3, 1].map(count), [4, 4, 0]);
    assert.equal(large[2], 2);
  });
});
