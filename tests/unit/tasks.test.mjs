import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gaussianKernel } from '../../pkg/dist/page/kernels.js';
import {
  checkedTask,
  colorize,
  compose,
  deblur,
  demosaic,
  denoise,
  inpaint,
  jpeg,
  linearOperator,
  superResolve,
} from '../../pkg/dist/page/tasks.js';
import { eps } from './assertions.mjs';

const mask = { data: new Uint8Array(4), width: 2, height: 2 };

describe('tasks', () => {
  test('are plain objects, with the noise only where it is stated', () => {
    assert.deepEqual(superResolve(4), { kind: 'superResolve', factor: 4 });
    assert.deepEqual(denoise(), { kind: 'denoise' });
    assert.deepEqual(denoise(25), { kind: 'denoise', noise: 25 });
    assert.deepEqual(denoise({ noise: 25 }), { kind: 'denoise', noise: 25 });
    assert.deepEqual(
      [denoise('auto'), denoise({ noise: 'auto' })],
      [
        { kind: 'denoise', noise: 'auto' },
        { kind: 'denoise', noise: 'auto' },
      ],
    );
    assert.deepEqual(superResolve(2, { noise: 'auto' }), {
      kind: 'superResolve',
      factor: 2,
      noise: 'auto',
    });
    assert.deepEqual(colorize({ noise: undefined }), { kind: 'colorize' });
    assert.deepEqual(jpeg(), { kind: 'jpeg' });
    const thumbnail = { factor: 3, reduction: 'bicubic', noise: 2 };
    assert.deepEqual(checkedTask(jpeg(thumbnail)), { kind: 'jpeg', ...thumbnail });
    assert.deepEqual(inpaint(mask, { noise: 255 }), { kind: 'inpaint', mask, noise: 255 });
    assert.equal(deblur(gaussianKernel(1)).kind, 'deblur');
    assert.deepEqual(deblur('auto'), { kind: 'deblur', kernel: 'auto' });
  });
  test('written by hand are checked as made ones are', () => {
    assert.deepEqual(
      checkedTask({ kind: 'superResolve', factor: 8, noise: 1 }),
      superResolve(8, { noise: 1 }),
    );
    assert.throws(
      () => checkedTask({ kind: 'superResolve', factor: 3 }),
      eps('invalid-factor', /2, 4, 8 for this reduction; got 3/),
    );
    assert.throws(() => checkedTask({ kind: 'inpaint' }), eps('invalid-mask'));
    assert.throws(
      () => checkedTask({ kind: 'sharpen' }),
      eps('invalid-option', /got the kind 'sharpen'/),
    );
    assert.throws(() => checkedTask(undefined), eps('invalid-option', /got undefined/));
    assert.throws(() => checkedTask('denoise'), eps('invalid-option'));
  });
  test('refuse bad options of a JPEG', () => {
    assert.throws(() => jpeg({ noise: 'auto' }), eps('invalid-noise', /state its level/));
    assert.throws(() => jpeg({ factor: 3 }), eps('invalid-factor', /jpeg: the factor/));
    assert.throws(() => jpeg({ factor: 2, reduction: { gaussian: 1 } }), eps('invalid-option'));
    assert.throws(() => jpeg({ quality: 80 }), eps('invalid-option'));
    assert.throws(() => compose(superResolve(2), jpeg()), eps('invalid-operator', /own factor/));
  });
  test('refuse bad factors', () => {
    for (const factor of [0, 1, 3, 16, NaN, '4', undefined])
      assert.throws(() => superResolve(factor), eps('invalid-factor'));
  });
  test('of an operator keep what was said of it', () => {
    const blurred = deblur(gaussianKernel(1), { borders: 'circular' });
    assert.equal(blurred.borders, 'circular');
    const tasks = [
      superResolve(3, { reduction: 'bicubic' }),
      superResolve(16, { reduction: { gaussian: 2 }, noise: 1 }),
      blurred,
      deblur('auto', { noise: 2 }),
      colorize({ weights: 'bt709' }),
      colorize({ weights: [0, 1, 0] }),
      demosaic('gbrg'),
      compose(superResolve(2), inpaint(mask), { noise: 'auto' }),
      compose(blurred, compose(inpaint(mask), colorize())),
      linearOperator('https://example.org/operator.js'),
    ];
    for (const task of tasks) assert.deepEqual(checkedTask(structuredClone(task)), task);
  });
  test('refuse bad operators', () => {
    assert.throws(() => superResolve(3, { reduction: 'blockMean' }), eps('invalid-factor'));
    assert.throws(
      () => superResolve(2, { reduction: 'lanczos' }),
      eps('invalid-option', /'bicubic' or \{ gaussian: sigma \}; got 'lanczos'/),
    );
    for (const gaussian of [0, 31, '2', NaN])
      assert.throws(() => superResolve(2, { reduction: { gaussian } }), eps('invalid-kernel'));
    assert.throws(
      () => deblur(gaussianKernel(1), { borders: 'mirror' }),
      eps('invalid-option', /one of unknown, circular; got 'mirror'/),
    );
    for (const weights of ['rec601', [1, 1, 1], [0.5, 0.5], [2, -1, 0], [NaN, 1, 0]])
      assert.throws(() => colorize({ weights }), eps('invalid-option', /whose sum is 1/));
    assert.throws(
      () => demosaic('rgbg'),
      eps('invalid-option', /rggb, grbg, bggr, gbrg; got 'rgbg'/),
    );
    assert.throws(
      () => compose(denoise(3), colorize()),
      eps('invalid-noise', /compose's own option, not in the first task/),
    );
    assert.throws(
      () => compose(colorize(), linearOperator('https://example.org/a.js')),
      eps('invalid-operator', /in its own module/),
    );
    assert.throws(() => deblur('automatic'), eps('invalid-kernel'));
    assert.throws(
      () => compose(deblur('auto'), superResolve(2)),
      eps('invalid-kernel', /cannot be a part/),
    );
    assert.throws(() => compose(colorize()), eps('invalid-option', /got undefined/));
    assert.throws(
      () => linearOperator('no address'),
      eps('invalid-operator', /address of a module/),
    );
  });
  test('take hints of colour, and refuse what is none', () => {
    const colours = { data: new Uint8Array(4), width: 1, height: 1 };
    const hinted = colorize({ hints: { colours, noise: 6 }, weights: 'mean' });
    assert.deepEqual(checkedTask(hinted), hinted);
    assert.deepEqual(hinted.hints, { colours, noise: 6 });
    for (const [hints, code] of [
      [{}, 'invalid-image'],
      [{ colours: 5 }, 'invalid-image'],
      [{ colours, noise: 0 }, 'invalid-noise'],
      [{ colours, noise: 'auto' }, 'invalid-noise'],
      [{ colors: colours }, 'invalid-option'],
      [[], 'invalid-option'],
      [null, 'invalid-option'],
    ])
      assert.throws(() => colorize({ hints }), eps(code), JSON.stringify(hints));
    assert.throws(() => colorize({ hints: { colours }, weights: 'bt601' }), eps('invalid-option'));
    assert.throws(
      () => compose(colorize({ hints: { colours } }), superResolve(2)),
      eps('invalid-option'),
    );
  });
  test('refuse compositions without end', () => {
    const endless = { kind: 'compose', second: colorize() };
    endless.first = endless;
    assert.throws(
      () => checkedTask(endless),
      eps('invalid-option', /nested 16 deep.* or one contains itself/s),
    );
    assert.throws(() => compose(endless, colorize()), eps('invalid-option', /16 deep/));
    let nested = colorize();
    for (let i = 0; i < 16; i++) nested = { kind: 'compose', first: nested, second: colorize() };
    assert.equal(checkedTask(nested).kind, 'compose');
    for (let i = 0; i < 3000; i++) nested = { kind: 'compose', first: nested, second: colorize() };
    assert.throws(() => checkedTask(nested), eps('invalid-option', /16 deep/));
  });
  test('refuse what cannot be read or shown', () => {
    const cyclic = [];
    cyclic.push(cyclic);
    assert.throws(() => colorize({ weights: cyclic }), eps('invalid-option', /got \[an array\]/));
    const options = {
      get noise() {
        throw new Error('no reading');
      },
    };
    for (const make of [
      () => denoise(options),
      () => superResolve(2, options),
      () => colorize(options),
      () => compose(colorize(), colorize(), options),
      () => checkedTask(Object.create(options, { kind: { value: 'denoise' } })),
    ])
      assert.throws(make, eps('invalid-option', /cannot be read: no reading/));
    assert.throws(() => superResolve(Object.create(null)), eps('invalid-factor'));
    assert.throws(
      () =>
        deblur({
          get data() {
            throw new Error('no');
          },
        }),
      eps('invalid-kernel'),
    );
    assert.throws(() => linearOperator(Symbol('s')), eps('invalid-operator', /got Symbol\(s\)/));
  });
  test('refuse bad noise', () => {
    for (const noise of [0, -1, NaN, Infinity, 256, '5', 'atuo', null]) {
      assert.throws(() => denoise({ noise }), eps('invalid-noise'));
      assert.throws(() => inpaint(mask, { noise }), eps('invalid-noise'));
    }
    assert.throws(
      () => denoise(0),
      eps('invalid-noise', /above 0 and at most 255, or 'auto'; got 0/),
    );
  });
  test('refuse unknown options', () => {
    assert.throws(
      () => superResolve(2, { nosie: 3 }),
      eps('invalid-option', /superResolve's options: there is no 'nosie'. Did you mean 'noise'\?/),
    );
    assert.throws(() => colorize(5), eps('invalid-option'));
  });
  test('refuse a missing mask', () => {
    for (const none of [undefined, null, 'mask.png'])
      assert.throws(() => inpaint(none), eps('invalid-mask'));
  });
});
