import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  checkedKernel,
  diskKernel,
  gaussianKernel,
  motionKernel,
} from '../../pkg/dist/page/kernels.js';
import { eps, near } from './assertions.mjs';

const at = ({ data, width, height }, x, y) => data[(y + (height >> 1)) * width + x + (width >> 1)];
const sum = (kernel, weigh = () => 1) => {
  let total = 0;
  for (let y = -(kernel.height >> 1); y <= kernel.height >> 1; y++) {
    for (let x = -(kernel.width >> 1); x <= kernel.width >> 1; x++)
      total += at(kernel, x, y) * weigh(x, y);
  }
  return total;
};

const MADE = {
  'gaussian 0.3': gaussianKernel(0.3),
  'gaussian 1.5': gaussianKernel(1.5),
  'gaussian 12': gaussianKernel(12),
  'gaussian 30': gaussianKernel(30),
  'motion 0.5 at 0': motionKernel(0.5, 0),
  'motion 9 at 0': motionKernel(9, 0),
  'motion 9 at 90': motionKernel(9, 90),
  'motion 14.2 at 33': motionKernel(14.2, 33),
  'motion 20 at 135': motionKernel(20, 135),
  'motion 100 at 1': motionKernel(100, 1),
  'disk 0.4': diskKernel(0.4),
  'disk 3': diskKernel(3),
  'disk 7.3': diskKernel(7.3),
  'disk 50': diskKernel(50),
};

describe('every kernel', () => {
  for (const [name, kernel] of Object.entries(MADE)) {
    test(`${name} sums to 1, is odd-sided, non-negative and symmetric about its origin`, () => {
      near(sum(kernel), 1, 1e-6);
      assert.ok(kernel.width % 2 === 1 && kernel.height % 2 === 1);
      assert.equal(kernel.data.length, kernel.width * kernel.height);
      for (let i = 0; i < kernel.data.length; i++) {
        assert.ok(kernel.data[i] >= 0);
        near(kernel.data[i], kernel.data[kernel.data.length - 1 - i], 1e-7);
      }
    });
  }
});

describe('gaussianKernel', () => {
  test('falls off as exp(-r²/(2 sigma²))', () => {
    const kernel = gaussianKernel(1.5);
    near(at(kernel, 1, 0) / at(kernel, 0, 0), Math.exp(-1 / 4.5), 1e-6);
    near(at(kernel, 2, 3) / at(kernel, 0, 0), Math.exp(-13 / 4.5), 1e-6);
  });
  test('has variance sigma² along each axis', () => {
    for (const sigma of [1.5, 4, 12]) {
      const kernel = gaussianKernel(sigma);
      near(sum(kernel, (x) => x * x) / sigma ** 2, 1, 2e-3);
      near(sum(kernel, (x, y) => y * y) / sigma ** 2, 1, 2e-3);
    }
  });
});

describe('motionKernel', () => {
  test('9 px at 0° is nine equal weights in a row, at 90° in a column', () => {
    const row = motionKernel(9, 0);
    assert.deepEqual([row.width, row.height], [9, 1]);
    for (const value of row.data) near(value, 1 / 9, 1e-7);
    const column = motionKernel(9, 90);
    assert.deepEqual([column.width, column.height], [1, 9]);
    assert.deepEqual([...column.data], [...row.data]);
  });
  test('10 px at 0° ends in half pixels', () => {
    const kernel = motionKernel(10, 0);
    assert.equal(kernel.width, 11);
    near(at(kernel, 5, 0) / at(kernel, 0, 0), 0.5, 1e-6);
  });
  test('a positive angle leans to the upper right on the screen', () => {
    const kernel = motionKernel(11, 45);
    assert.ok(at(kernel, 3, -3) > 0.1);
    near(at(kernel, 3, 3), 0, 1e-9);
  });
  test('a line has no front', () =>
    assert.deepEqual(motionKernel(13, 30), motionKernel(13, 30 + 360)));
  test('the second moment is length² / 12 plus that of a pixel', () => {
    const kernel = motionKernel(60, 27);
    near(
      sum(kernel, (x, y) => x * x + y * y),
      60 ** 2 / 12,
      0.5,
    );
  });
  test('1 px or less at 0° is no blur', () => assert.deepEqual([...motionKernel(1, 0).data], [1]));
});

describe('diskKernel', () => {
  test('weights are areas: the inner pixel of a disc of radius r weighs 1 / (pi r²)', () => {
    for (const radius of [1, 3, 7.3, 40])
      near(at(diskKernel(radius), 0, 0) * Math.PI * radius ** 2, 1, 1e-4);
  });
  test('radius 0.5 or less is no blur', () => assert.deepEqual([...diskKernel(0.5).data], [1]));
  test('radius 1: the edge pixel is the area beyond x = 1/2, within |y| < 1/2', () => {
    // ∫ over y in [-1/2, 1/2] of (√(1 - y²) - 1/2) = √3/4 + asin(1/2) - 1/2
    near(at(diskKernel(1), 1, 0) * Math.PI, Math.sqrt(3) / 4 + Math.asin(0.5) - 0.5, 1e-6);
  });
});

describe('checkedKernel', () => {
  test('scales to sum 1 and copies', () => {
    const data = Float32Array.from([1, 2, 1]);
    const kernel = checkedKernel({ data, width: 3, height: 1 });
    assert.deepEqual([...kernel.data], [0.25, 0.5, 0.25]);
    assert.deepEqual([...data], [1, 2, 1]);
  });
  const bad = {
    NaN: [{ data: Float32Array.from([1, NaN, 1]), width: 3, height: 1 }, /row 0, column 1 is NaN/],
    'an infinite value': [
      { data: Float32Array.from([1, Infinity, 1]), width: 3, height: 1 },
      /Infinity/,
    ],
    'a negative value': [
      { data: Float32Array.from([1, 1, 1, -1]), width: 2, height: 2 },
      /row 1, column 1 is -1/,
    ],
    'all zero': [
      { data: new Float32Array(9), width: 3, height: 3 },
      /Every value of the kernel is zero/,
    ],
    'a wrong length': [{ data: new Float32Array(8), width: 3, height: 3 }, /9 values; got 8/],
    'no side': [{ data: new Float32Array(0), width: 0, height: 0 }, /0 × 0/],
    'no data': [{ width: 3, height: 3 }, /no data/],
    nothing: [null, /got null/],
  };
  for (const [name, [kernel, message]] of Object.entries(bad)) {
    test(`refuses ${name}`, () =>
      assert.throws(() => checkedKernel(kernel), eps('invalid-kernel', message)));
  }
  test('makers refuse what is out of range', () => {
    for (const make of [
      () => gaussianKernel(0),
      () => gaussianKernel(NaN),
      () => gaussianKernel(31),
      () => motionKernel(101, 0),
      () => diskKernel(51),
      () => motionKernel(-1, 0),
      () => motionKernel(9, Infinity),
      () => diskKernel('3'),
    ]) {
      assert.throws(make, eps('invalid-kernel'));
    }
  });
});
