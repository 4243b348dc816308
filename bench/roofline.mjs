// npm run roofline: the speed on a real GPU, estimated on paper. Runs the package in a browser,
// reads every kernel launch and its buffers from the WebGPU calls, and computes the time of the
// launches by the roofline model. Writes docs/roofline.md.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureChromium } from '../scripts/lib/chromium.mjs';
import { ensureNodeModules } from '../scripts/lib/node-modules.mjs';
import { buildPackage } from '../scripts/lib/package.mjs';
import { ROOT } from '../scripts/lib/paths.mjs';
import { done, main } from '../scripts/lib/report.mjs';
import { buildBench, buildWasm } from '../scripts/lib/wasm.mjs';
import { rooflineDocument } from './roofline-document.mjs';
import { restorationCost } from './roofline-restoration.mjs';

/** The tasks of the demo, restored at every size. */
const TASKS = ['denoise', 'inpaint', 'superResolve', 'deblur', 'colorize'];
/** The other operators that run on a GPU, restored at the smaller sizes. */
const OPERATORS = [
  'superResolve, bicubic',
  'superResolve, Gaussian',
  'colorize, BT.601',
  'demosaic',
];
const SIDES = [64, 256, 1024];
/** Sides of other tiles: with the margin of a filter, and of grey photos at a smaller size. */
const OTHER_TILES = [72, 264, 128];

await main(async () => {
  await ensureNodeModules();
  await buildWasm();
  await buildPackage();
  await buildBench();
  await ensureChromium();
  // The harness needs the modules just installed.
  const { openSession } = await import('../tests/browser/harness.mjs');
  const session = await openSession({ root: '.', webgpu: true });
  try {
    const { network, restorations } = await count(session.page);
    const document = rooflineDocument(network, restorations, TASKS);
    writeFileSync(join(ROOT, 'docs', 'roofline.md'), document);
  } finally {
    await session.close();
  }
});

/**
 * Counts the launches of the network and of every restoration.
 *
 * @param {import('playwright-core').Page} page of a server of the repository.
 */
async function count(page) {
  const call = (name, ...args) =>
    page.evaluate(
      async ([name, args]) => (await import('/bench/page-roofline.mjs'))[name](...args),
      [name, args],
    );
  await call('open');
  const network = {};
  for (const side of new Set(SIDES.map(tileSide))) network[side] = await call('evaluation', side);
  done(`the network: ${network[256].length} launches`);
  const tiles = Object.values(network);
  for (const side of OTHER_TILES) tiles.push(await call('evaluation', side));
  const restorations = {};
  for (const side of SIDES) {
    for (const kind of side > 256 ? TASKS : [...TASKS, ...OPERATORS]) {
      const steps = await call('steps', kind, side);
      const cost = restorationCost(steps, tiles);
      restorations[`${kind} ${side}`] = cost;
      done(`${kind}, ${side}²: ${cost.launches} launches`);
    }
  }
  return { network, restorations };
}

/**
 * The side of the tiles in which an image of `side`² is evaluated. As in src/denoiser/tiling.rs, it
 * is at most 256 and a multiple of 8, and tiles overlap by 32.
 */
function tileSide(side) {
  const tiles = Math.max(1, Math.ceil((side - 32) / (256 - 32)));
  return Math.min(side, Math.ceil((side + 32 * (tiles - 1)) / tiles / 8) * 8);
}
