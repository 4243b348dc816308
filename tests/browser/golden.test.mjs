// Every quantity of the method against the reference's golden vectors, computed in a browser: on
// WebGPU and on the CPU.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openSession } from './harness.mjs';

for (const device of ['webgpu', 'cpu']) {
  test(`golden vectors on ${device}`, { timeout: 1_800_000 }, async (t) => {
    const session = await openSession({ root: '.', webgpu: device === 'webgpu' });
    try {
      const { cases, submissions } = await session.page.evaluate(openCheck, device);
      for (const name of cases) {
        await t.test(name, async () =>
          assertClose(await session.page.evaluate((name) => check.compare(name), name)),
        );
      }
      await t.test('both samplers', async () =>
        assertClose(await session.page.evaluate(() => check.samplers())),
      );
      const submitted = (await session.page.evaluate(() => submitted.count)) - submissions;
      if (device === 'webgpu')
        assert.ok(submitted > 100, `only ${submitted} submissions reached the GPU's queue`);
      else assert.equal(submitted, 0);
    } finally {
      await session.close();
    }
  });
}

test('GPU kernels against their plain-tensor twins', { timeout: 600_000 }, async (t) => {
  const session = await openSession({ root: '.', webgpu: true });
  try {
    const kinds = await session.page.evaluate(async () => {
      const { default: init, KernelCheck } = await import('/tests/browser/wasm/golden.js');
      await init();
      globalThis.kernels = await KernelCheck.create();
      return kernels.kinds();
    });
    for (const kind of kinds) {
      await t.test(kind, async () =>
        assertClose(await session.page.evaluate((kind) => kernels.compare(kind), kind)),
      );
    }
  } finally {
    await session.close();
  }
});

test("operators' contract on WebGPU", { timeout: 900_000 }, async (t) => {
  const session = await openSession({ root: '.', webgpu: true });
  try {
    const operators = await session.page.evaluate(async () => {
      const { default: init, ContractCheck } = await import('/tests/browser/wasm/golden.js');
      await init();
      globalThis.contract = await ContractCheck.create();
      return ContractCheck.operators();
    });
    assert.ok(operators.length >= 20, `only ${operators.length} operators`);
    for (const name of operators) {
      await t.test(name, async () =>
        assertClose(await session.page.evaluate((name) => contract.compare(name), name)),
      );
    }
  } finally {
    await session.close();
  }
});

/** In the page: the check, and a count of what is submitted to the GPU. */
async function openCheck(device) {
  globalThis.submitted = { count: 0 };
  if (globalThis.GPUQueue) {
    const { submit } = GPUQueue.prototype;
    GPUQueue.prototype.submit = function (...commands) {
      submitted.count++;
      return submit.apply(this, commands);
    };
  }
  const { default: init, GoldenCheck } = await import('/tests/browser/wasm/golden.js');
  await init();
  const read = async (name) =>
    new Uint8Array(await (await fetch(`/models/${name}.safetensors`)).arrayBuffer());
  globalThis.check = await GoldenCheck.create(
    device,
    await read('photo-v2'),
    await read('golden-operators-v2'),
    await read('golden-network-v2'),
  );
  return { cases: check.cases(), submissions: submitted.count };
}

/** Lines of `name error tolerance`. */
function assertClose(lines) {
  assert.ok(lines.length > 0);
  const far = lines.filter((line) => {
    const [, error, tolerance] = line.split(' ');
    return !(Number(error) < Number(tolerance));
  });
  assert.deepEqual(far, [], 'name, relative error, tolerance');
}
