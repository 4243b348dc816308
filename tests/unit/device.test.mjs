import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { chooseDevice, fasterDevice, isSoftwareAdapter } from '../../pkg/dist/shared/device.js';
import { eps } from './assertions.mjs';

const REAL = {
  vendor: 'nvidia',
  architecture: 'hopper',
  description: '',
  isFallbackAdapter: false,
};
const SOFTWARE = [
  { ...REAL, isFallbackAdapter: true },
  { vendor: 'google', architecture: 'swiftshader', description: '', isFallbackAdapter: false },
  {
    vendor: 'mesa',
    architecture: '',
    description: 'llvmpipe (LLVM 15.0.6, 256 bits)',
    isFallbackAdapter: false,
  },
  {
    vendor: 'microsoft',
    architecture: '',
    description: 'Microsoft Basic Render Driver',
    isFallbackAdapter: false,
  },
  { vendor: 'Software', architecture: '', description: '', isFallbackAdapter: false },
];

describe('isSoftwareAdapter', () => {
  test('knows a GPU', () => {
    for (const [vendor, architecture] of [
      ['nvidia', 'hopper'],
      ['intel', 'xe'],
      ['amd', 'rdna-3'],
      ['apple', 'metal-3'],
      ['', ''],
    ]) {
      assert.equal(isSoftwareAdapter({ ...REAL, vendor, architecture }), false, vendor);
    }
  });
  test('refuses what is no adapter', () => {
    for (const none of [undefined, null])
      assert.throws(() => isSoftwareAdapter(none), eps('invalid-option', /The adapter cannot be/));
    const symbol = { ...REAL, vendor: Symbol('s') };
    assert.throws(() => chooseDevice('auto', symbol), eps('invalid-option'));
  });
  test('knows what is none', () => {
    for (const adapter of SOFTWARE)
      assert.equal(isSoftwareAdapter(adapter), true, JSON.stringify(adapter));
  });
});

describe('chooseDevice', () => {
  test('auto: both are tried on a real adapter', () =>
    assert.deepEqual(chooseDevice('auto', REAL).candidates, ['webgpu', 'cpu']));
  test('auto: the CPU alone where there is no adapter', () =>
    assert.deepEqual(chooseDevice('auto', null).candidates, ['cpu']));
  test('auto: the CPU alone on a software adapter, and it is said why', () => {
    for (const adapter of SOFTWARE) {
      const { candidates, reason } = chooseDevice('auto', adapter);
      assert.deepEqual(candidates, ['cpu']);
      assert.match(reason, /software/);
    }
  });
  test('webgpu is obeyed on any adapter', () => {
    for (const adapter of [REAL, ...SOFTWARE])
      assert.deepEqual(chooseDevice('webgpu', adapter).candidates, ['webgpu']);
    assert.deepEqual(chooseDevice('webgpu', null).candidates, []);
  });
  test('cpu is obeyed', () => assert.deepEqual(chooseDevice('cpu', REAL).candidates, ['cpu']));
});

describe('fasterDevice', () => {
  test('takes the faster, and says the times', () => {
    assert.equal(fasterDevice({ webgpu: 10, cpu: 300 }).kind, 'webgpu');
    const { kind, reason } = fasterDevice({ webgpu: 900.4, cpu: 300 });
    assert.equal(kind, 'cpu');
    assert.match(reason, /900 ms on WebGPU and 300 ms on the CPU/);
  });
  test('takes what could be started', () => {
    assert.equal(fasterDevice({ cpu: 300 }).kind, 'cpu');
    assert.equal(fasterDevice({ webgpu: 3000 }).kind, 'webgpu');
    assert.equal(fasterDevice({}), undefined);
  });
});
