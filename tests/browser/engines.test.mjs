// The package in three browser engines: on the CPU Firefox and WebKit give Chromium's bytes, and
// Firefox's WebGPU gives the CPU's levels.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openEngine } from './engines/engines.mjs';
import { FILES, INCOMPLETE, halfTransparent } from './engines/files.mjs';

const CASES = '/tests/browser/engines/page-cases.mjs';
/** What Chromium gives, by task and by file: it runs first. */
const reference = {};
const decoded = {};

for (const engine of ['Chromium', 'Firefox', 'WebKit']) {
  describe(`the package in ${engine}`, { timeout: 300_000 }, () => {
    let session;
    const inPage = (work, argument) => session.page.evaluate(work, argument);
    const downloads = () =>
      session.requests.filter(({ path }) => path.endsWith('.safetensors')).length;

    before(async () => {
      session = await openEngine(engine);
      console.log(session.version);
    });
    after(() => session?.close());

    /** A page with a restorer; how the weights came. */
    const load = async () => {
      await session.page.goto(`${session.origin}/blank.html`);
      return inPage(async (cases) => {
        globalThis.eps = await import('/pkg/dist/index.js');
        globalThis.cases = await import(cases);
        let last;
        globalThis.restorer = await eps.Restorer.load({
          device: 'cpu',
          workers: 2,
          onProgress: (progress) => (last = progress),
        });
        return { cached: last.cached, loadedBytes: last.loadedBytes, device: restorer.device };
      }, CASES);
    };

    test('loads from the server', async () => {
      const { cached, device } = await load();
      assert.deepEqual([cached, device, downloads()], [false, 'cpu', 1]);
    });

    test('gives the same bytes for every task', async (t) => {
      for (const name of await inPage(() => cases.NAMES))
        await t.test(name, async () => {
          const found = await inPage((name) => cases.digestsOf(restorer, name), name);
          reference[name] ??= found;
          assert.deepEqual(found, reference[name]);
        });
      assert.equal(Object.keys(reference).length, 14);
      const means = Object.values(reference).map(({ mean }) => mean);
      assert.equal(new Set(means).size, means.length, 'each task does something else');
    });

    test('ends an aborted run at once, and takes the next call', async () => {
      const { isEps, code, name, waited } = await inPage(() => cases.abortedRun(restorer));
      assert.deepEqual([isEps, code, name], [true, 'aborted', 'AbortError']);
      assert.ok(waited < 1000, `${waited} ms`);
      const found = await inPage(() => cases.digestsOf(restorer, 'denoise'));
      assert.deepEqual(found, reference.denoise);
    });

    test('decodes files to the same pixels', async () => {
      for (const [name, { bytes, expected }] of Object.entries(FILES)) {
        const found = await inPage((file) => cases.pixelsOf(file), bytes.toString('base64'));
        decoded[name] ??= found;
        assert.deepEqual(found, decoded[name], name);
        const { size, pixels } = expected;
        assert.deepEqual([found.width, found.height], size, name);
        for (const [i, level] of pixels.entries())
          assert.ok(Math.abs(found.data[i] - level) <= 1, `${name}: ${found.data.slice(0, 16)}`);
      }
    });

    test('keeps alpha, and colours of half-transparent pixels as its canvases can', async () => {
      const { bytes, data } = halfTransparent();
      const found = await inPage((file) => cases.pixelsOf(file), bytes.toString('base64'));
      for (const [i, level] of data.entries()) {
        const alpha = data[i | 3];
        // Without 16-bit floats a canvas holds colour times alpha in 8 bits.
        const rounding = i % 4 === 3 || engine === 'Chromium' ? 0 : (1.5 * 255) / alpha;
        assert.ok(Math.abs(found.data[i] - level) <= rounding, `${found.data[i]} of ${level}`);
      }
    });

    test('refuses incomplete files', async () => {
      for (const [name, bytes] of Object.entries(INCOMPLETE)) {
        const { code } = await inPage((file) => cases.pixelsOf(file), bytes.toString('base64'));
        assert.equal(code, 'undecodable-image', name);
      }
    });

    test('takes the weights from the cache at the next visit', async () => {
      await inPage(() => restorer.dispose());
      await session.newPage();
      const { cached } = await load();
      assert.deepEqual([cached, downloads()], [true, 1]);
    });
  });
}

test('WebGPU in Firefox gives what the CPU gives', { timeout: 300_000 }, async () => {
  const session = await openEngine('Firefox with WebGPU');
  try {
    await session.page.goto(`${session.origin}/blank.html`);
    const found = await session.page.evaluate(
      async (path) => (await import(path)).offOnWebGpu(),
      CASES,
    );
    assert.ok(found.adapter, 'Firefox has no WebGPU adapter. Is mesa-vulkan-drivers installed?');
    assert.equal(found.device, 'webgpu');
    assert.ok(found.mean <= 1 && found.sample <= 1, JSON.stringify(found));
  } finally {
    await session.close();
  }
});
