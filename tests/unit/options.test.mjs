import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { editDistance, nearestName } from '../../pkg/dist/page/edit-distance.js';
import { checkedLoadOptions, checkedRestoreOptions } from '../../pkg/dist/page/options.js';
import { LIMITS } from '../../pkg/dist/shared/limits.js';
import { eps } from './assertions.mjs';

describe('restore options', () => {
  test('have defaults', () => {
    const { samples, sampler, refine, seed, onStep, signal } = checkedRestoreOptions();
    assert.deepEqual(
      { samples, sampler, refine, onStep, signal },
      { samples: 1, sampler: 'default', refine: false, onStep: undefined, signal: undefined },
    );
    assert.ok(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32);
  });
  test('undefined is absent', () => {
    const checked = checkedRestoreOptions({
      samples: undefined,
      sampler: undefined,
      seed: 7,
      onStep: undefined,
      signal: undefined,
    });
    assert.deepEqual(checked, {
      samples: 1,
      sampler: 'default',
      refine: false,
      seed: 7,
      inspect: false,
      file: undefined,
      onStep: undefined,
      onProgress: undefined,
      signal: undefined,
      whenBusy: 'fail',
    });
  });
  test('a sampler spelt out in part gets the rest', () => {
    const of = (sampler) => checkedRestoreOptions({ sampler }).sampler;
    assert.deepEqual(of({}), {
      solver: 'dpmpp2m',
      points: 6,
      tauMax: 5,
      tauMin: 0.01,
      fromMean: true,
    });
    assert.deepEqual(of({ solver: 'heun', points: 10, fromMean: false }), {
      solver: 'heun',
      points: 10,
      tauMax: 80,
      tauMin: 0.002,
      fromMean: false,
    });
    assert.deepEqual(of({ points: 1, tauMax: 3 }), {
      solver: 'dpmpp2m',
      points: 1,
      tauMax: 3,
      tauMin: 0.01,
      fromMean: true,
    });
  });

  const refused = [
    [{ sample: 2 }, /there is no 'sample'. Did you mean 'samples'\?/],
    [{ smaples: 2 }, /Did you mean 'samples'\?/],
    [{ steps: 2 }, /there is no 'steps'/],
    [{ quality: 2 }, /Valid: samples, sampler, refine, seed, inspect, onStep, onProgress, signal/],
    [{ whenBusy: 'queue' }, /whenBusy must be one of fail, wait, replace/],
    [{ samples: 1.5 }, /samples must be a whole number from 0 to 16; got 1.5/],
    [{ samples: -1 }, /samples/],
    [{ samples: 17 }, /samples/],
    [{ samples: NaN }, /samples/],
    [{ samples: '2' }, /got '2'/],
    [{ inspect: 1 }, /inspect must be true or false/],
    [{ seed: -1 }, /seed/],
    [{ seed: 2 ** 53 }, /seed/],
    [{ seed: 0.5 }, /seed/],
    [
      { sampler: 'defualt' },
      /sampler must be one of draft, default, accurate; got 'defualt'. Did you mean 'default'\?/,
    ],
    [{ sampler: null }, /sampler/],
    [{ sampler: 5 }, /sampler/],
    [{ sampler: { solver: 'rk4' } }, /sampler.solver must be one of dpmpp2m, heun, euler, churn/],
    [{ sampler: { points: 0 } }, /sampler.points must be a whole number from 1 to 1000; got 0/],
    [{ sampler: { points: 2.5 } }, /points/],
    [{ sampler: { point: 4 } }, /Did you mean 'points'\?/],
    [{ sampler: { tauMin: 0 } }, /tauMin must be a number from 0.002/],
    [{ sampler: { tauMax: 81 } }, /tauMax/],
    [{ sampler: { tauMax: NaN } }, /tauMax/],
    [{ sampler: { tauMin: 2, tauMax: 1 } }, /tauMin must be below/],
    [{ sampler: { fromMean: 1 } }, /sampler.fromMean must be true or false; got 1/],
    [{ refine: 'yes' }, /refine must be true or false; got 'yes'/],
    [{ onStep: 'log' }, /onStep must be a function/],
    [{ onProgress: 5 }, /onProgress must be a function/],
    [{ signal: {} }, /signal must be an AbortSignal/],
    ['fast', /must be an object/],
    [[], /must be an object/],
  ];
  for (const [options, message] of refused) {
    test(`refuse ${JSON.stringify(options)}`, () =>
      assert.throws(() => checkedRestoreOptions(options), eps('invalid-option', message)));
  }
});

describe('load options', () => {
  test('have defaults', () => {
    assert.deepEqual(checkedLoadOptions(), {
      device: 'auto',
      precision: 'f32',
      workers: undefined,
      onProgress: undefined,
      signal: undefined,
      modelUrl: undefined,
      workerUrl: undefined,
      wasmUrl: undefined,
      trustedTypesPolicy: { isStated: false, policy: 'eps-restore' },
      stallMs: 60_000,
      memoryLimit: LIMITS.pageBytes,
      sha256: undefined,
      modelRequest: undefined,
    });
  });
  test('take a URL, and a hash in either case', () => {
    const checked = checkedLoadOptions({
      modelUrl: new URL('https://example.test/w'),
      sha256: 'AB'.repeat(32),
    });
    assert.equal(checked.modelUrl, 'https://example.test/w');
    assert.equal(checked.sha256, 'ab'.repeat(32));
  });
  const refused = [
    [{ modelRequest: 'omit' }, /modelRequest must be an object, as fetch takes it/],
    [{ device: 'gpu' }, /device must be one of auto, webgpu, cpu; got 'gpu'/],
    [{ device: 'webgl' }, /Did you mean 'webgpu'\?/],
    [{ precision: 16 }, /precision must be one of f32, f16/],
    [{ device: 'cpu', precision: 'f16' }, /for GPUs/],
    [{ modelURL: '/w' }, /Did you mean 'modelUrl'\?/],
    [{ modelUrl: 5 }, /modelUrl/],
    [{ workerUrl: {} }, /workerUrl must be a string or a URL/],
    [{ wasmUrl: 'https://' }, /wasmUrl cannot be read: Invalid URL/],
    [{ trustedTypesPolicy: '' }, /trustedTypesPolicy must be a name or a TrustedTypePolicy/],
    [{ trustedTypesPolicy: {} }, /trustedTypesPolicy/],
    [{ stallMs: 0 }, /stallMs must be a number from 1 to 3600000/],
    [{ stallMs: Infinity }, /stallMs/],
    [{ memoryLimit: 1e6 }, /memoryLimit must be a number from 32000000 to/],
    [{ memoryLimit: '1e9' }, /memoryLimit/],
    [{ sha256: 'abc' }, /64 hexadecimal digits/],
    [{ onProgress: 1 }, /onProgress/],
    [{ workers: 0 }, /workers must be a whole number from 1 to 16/],
  ];
  for (const [options, message] of refused) {
    test(`refuse ${JSON.stringify(options)}`, () =>
      assert.throws(() => checkedLoadOptions(options), eps('invalid-option', message)));
  }
});

describe('options that cannot be read', () => {
  const hostile = (name, value = {}) =>
    Object.defineProperty(value, name, {
      enumerable: true,
      get() {
        throw new RangeError('no reading');
      },
    });
  test('are refused as any others', () => {
    for (const check of [
      () => checkedRestoreOptions(hostile('samples')),
      () => checkedRestoreOptions({ signal: hostile('aborted') }),
      () => checkedLoadOptions(hostile('device')),
      () => checkedLoadOptions({ trustedTypesPolicy: hostile('createScriptURL') }),
    ])
      assert.throws(check, eps('invalid-option', /cannot be read: no reading/));
    const cyclic = [];
    cyclic.push(cyclic, 2n, Symbol('s'));
    assert.throws(
      () => checkedRestoreOptions({ samples: cyclic }),
      eps('invalid-option', /got \[an array, 2n, Symbol\(s\)\]/),
    );
    assert.throws(
      () => checkedRestoreOptions({ samples: Object.create(null) }),
      eps('invalid-option', /an object of kind Object/),
    );
  });
});

describe('nearest name', () => {
  test('counts edits, a swap of neighbours as one', () => {
    assert.equal(editDistance('', 'abc'), 3);
    assert.equal(editDistance('kitten', 'sitting'), 3);
    assert.equal(editDistance('smaples', 'samples'), 1);
    assert.equal(editDistance('same', 'same'), 0);
  });
  test('suggests what is near, and nothing that is not', () => {
    assert.equal(nearestName('Seed', ['samples', 'seed']), 'seed');
    assert.equal(nearestName('xyz', ['samples', 'seed']), undefined);
    assert.equal(nearestName('x', []), undefined);
  });
});
