import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { EpsError, toEpsError } from '../../pkg/dist/shared/errors.js';
import { explainFailure, isFatal } from '../../pkg/dist/worker/failure.js';

const coreError = (code, message) => Object.assign(new Error(message), { code });

describe('toEpsError', () => {
  test('keeps the core’s own codes, and no others', () => {
    assert.deepEqual(
      [
        toEpsError(coreError('invalid-mask', 'bad mask'), 'internal').code,
        toEpsError(coreError('ENOENT', 'no file'), 'internal').code,
      ],
      ['invalid-mask', 'internal'],
    );
  });
  test('takes anything', () => {
    for (const thrown of ['text', undefined, null, 5, {}, new Error('')])
      assert.equal(toEpsError(thrown, 'internal').code, 'internal');
    const own = new EpsError('busy', 'at work');
    assert.equal(toEpsError(own, 'internal'), own);
  });
  test('takes what cannot be turned into a string', () => {
    const hostile = Object.defineProperty({}, 'message', {
      get() {
        throw new Error('no');
      },
    });
    for (const thrown of [Object.create(null), hostile, Proxy.revocable({}, {}), Symbol('s')])
      assert.equal(toEpsError(thrown, 'internal').code, 'internal');
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    assert.equal(toEpsError(proxy, 'internal').code, 'internal');
  });
});

describe('an EpsError', () => {
  test('as plain data keeps what a structured clone loses', () => {
    const plain = new EpsError('invalid-mask', 'no mask').toJSON();
    assert.deepEqual(structuredClone(plain), {
      name: 'EpsError',
      code: 'invalid-mask',
      message: 'no mask',
    });
    assert.equal(JSON.parse(JSON.stringify(new EpsError('aborted', 'x'))).name, 'AbortError');
  });
});

describe('after an error', () => {
  test('the instance is sound where the core refused, and lost where it stopped', () => {
    for (const code of [
      'invalid-image',
      'image-too-large',
      'invalid-option',
      'invalid-weights',
      'unsupported-device',
    ])
      assert.equal(isFatal(new EpsError(code, 'x')), false, code);
    for (const code of ['internal', 'device-lost', 'device-failed', 'worker-failed'])
      assert.equal(isFatal(new EpsError(code, 'x')), true, code);
    assert.equal(
      isFatal(toEpsError(new WebAssembly.RuntimeError('unreachable'), 'internal')),
      true,
    );
    assert.equal(
      isFatal(toEpsError(new RangeError('Maximum call stack size exceeded'), 'internal')),
      true,
    );
  });
});

describe('explainFailure', () => {
  const explain = (thrown, panicMessage) => explainFailure(thrown, panicMessage);
  const trap = new WebAssembly.RuntimeError('unreachable');

  test('takes a trap without a panic for exhausted memory, which is fatal', () => {
    const error = explain(trap);
    assert.equal(error.code, 'image-too-large');
    assert.match(error.message, /memory .* ran out/);
    assert.equal(isFatal(error), true);
  });
  test('tells another trap as it is', () => {
    const error = explain(new WebAssembly.RuntimeError('memory access out of bounds'));
    assert.deepEqual([error.code, error.message], ['internal', 'memory access out of bounds']);
  });
  test('then tells what the panic said, and not where in the source', () => {
    const error = explain(trap, 'panicked at src/sampler.rs:7:9:\nno grid');
    assert.deepEqual([error.code, error.message], ['internal', 'The core stopped: no grid']);
    assert.equal(error.cause, trap);
  });
  test('leaves the core’s own errors alone', () =>
    assert.equal(explain(coreError('device-lost', 'gone')).code, 'device-lost'));
});
