// Measures all parts in one browser on one adapter.
import { openSession } from '../tests/browser/harness.mjs';
import { contenders, evaluations, groupOf, SHAPES } from './evaluations.mjs';
import { ensureOnnx } from './onnx.mjs';
import { coldStart, memory, restorations } from './restorations.mjs';
import { oneImage } from './tiles.mjs';
import { workers } from './workers.mjs';

/**
 * @param {{ parts: string[], groups: ('cpu' | 'webgpu')[], quick: boolean }} options
 * @returns {Promise<object>} the results of these parts.
 */
export async function measure({ parts, groups, quick }) {
  const webgpu = groups.includes('webgpu');
  const onnx = parts.includes('evaluations') ? await ensureOnnx([64, 256]) : {};
  // Cold starts, workers and tiles use the CPU, so that a GPU would not change them.
  const session = await openSession({ root: '.', webgpu: true });
  try {
    const results = {
      versions: { browser: `Chromium ${session.browser.version()}` },
      machine: { adapter: await session.page.evaluate(adapterName) },
    };
    const fresh = async () => {
      await session.page.close();
      const page = await session.newPage();
      await page.goto(`${session.origin}/blank.html`);
      return page;
    };
    if (parts.includes('start')) results.cold_start = await coldStart(session);
    if (parts.includes('workers')) results.workers = await workers(await fresh());
    if (parts.includes('tiles')) results.one_image = await oneImage(await fresh());
    if (parts.includes('restorations'))
      results.restorations = await restorations(await fresh(), { webgpu });
    if (parts.includes('memory')) results.memory = await memory(await fresh(), { webgpu });
    if (parts.includes('evaluations')) {
      const all = contenders(onnx);
      const field = Object.fromEntries(
        Object.entries(all).filter(([name]) => webgpu || groupOf(name) === 'cpu'),
      );
      // The quick plan leaves out 256² on the software adapter, which takes minutes.
      const plan = Object.keys(SHAPES).map((shape) => [
        shape,
        groups.filter((group) => !quick || group === 'cpu' || shape !== '1x256'),
      ]);
      results.evaluations = await evaluations(await fresh(), field, plan);
    }
    return results;
  } finally {
    await session.close();
  }
}

async function adapterName() {
  const { vendor, architecture, description } = (await navigator.gpu.requestAdapter()).info;
  return [vendor, architecture, description].filter(Boolean).join(' ');
}
