// npm run bench -- [--quick] [--only PARTS] [--cpu | --webgpu]: measures this package and other
// runtimes side by side in one browser; see bench/. PARTS are names from the list below, separated
// by commas. Parts that are not measured keep their last figures.
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readFileSync, statSync } from 'node:fs';
import { ensureChromium } from './lib/chromium.mjs';
import { ensureNodeModules } from './lib/node-modules.mjs';
import { buildPackage } from './lib/package.mjs';
import { PKG, ROOT } from './lib/paths.mjs';
import { done, duration, main, Stop } from './lib/report.mjs';
import { run } from './lib/run.mjs';
import { wasmBrotliBytes } from './lib/size.mjs';
import { unlessFresh } from './lib/stamp.mjs';
import { buildBench, buildWasm } from './lib/wasm.mjs';

/** What a visitor downloads beside the wasm file. */
const WEIGHTS = join(PKG, 'models', 'photo-v2-8bit.safetensors');
const PARTS = ['evaluations', 'restorations', 'memory', 'start', 'workers', 'tiles'];

await main(async () => {
  const options = readOptions();
  const begin = performance.now();
  await ensureNodeModules();
  await ensureRivals();
  await buildWasm();
  await buildPackage();
  await buildBench();
  await ensureChromium();
  // These need the modules that were just installed.
  const { measure } = await import('../bench/measure.mjs');
  const { merged, readResults, writeResults } = await import('../bench/report.mjs');
  const results = merged(readResults(), {
    ...(await measure(options)),
    wasm_brotli_bytes: await wasmBrotliBytes(),
    weights_bytes: statSync(WEIGHTS).size,
  });
  results.command = [
    'npm run bench',
    ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : []),
  ].join(' ');
  results.machine = {
    ...results.machine,
    processor: `${cpus().length} cores, ${cpus()[0].model.trim()}`,
  };
  results.versions = { ...results.versions, ...versions() };
  for (const [name, value] of Object.entries(writeResults(results)))
    console.log(`  ${name}: ${value ?? 'not measured'}`);
  const took = duration((performance.now() - begin) / 1000);
  done(`bench: wrote bench/results.json, docs/speed.md and README.md in ${took}`);
});

function readOptions() {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean' },
      only: { type: 'string' },
      cpu: { type: 'boolean' },
      webgpu: { type: 'boolean' },
    },
  });
  const parts = values.only?.split(',') ?? PARTS;
  const unknown = parts.find((part) => !PARTS.includes(part));
  if (unknown) throw new Stop(`--only takes ${PARTS.join(', ')}; '${unknown}' is none of them.`);
  const groups = ['cpu', 'webgpu'].filter(
    (group) => values[group] || !(values.cpu || values.webgpu),
  );
  return { parts, groups, quick: values.quick ?? false };
}

/** onnxruntime-web, in a separate folder because only the bench needs its 150 MB. */
async function ensureRivals() {
  const worked = await unlessFresh(
    'rivals',
    { paths: ['bench/package-lock.json'] },
    ['bench/node_modules/.package-lock.json'],
    async () => {
      await run(
        'npm ci of bench',
        [
          process.platform === 'win32' ? 'npm.cmd' : 'npm',
          'ci',
          '--ignore-scripts',
          '--no-fund',
          '--no-audit',
        ],
        { cwd: join(ROOT, 'bench'), advice: 'Is the npm registry reachable?' },
      );
    },
  );
  done(`onnxruntime-web: ${worked ? 'installed' : 'up to date'}`);
}

function versions() {
  const installed = JSON.parse(
    readFileSync(join(ROOT, 'bench', 'node_modules', 'onnxruntime-web', 'package.json'), 'utf8'),
  ).version;
  const burn = /^burn = \{ version = "=([\d.]+)"/m.exec(
    readFileSync(join(ROOT, 'Cargo.toml'), 'utf8'),
  )[1];
  return { 'onnxruntime-web': installed, burn, node: process.versions.node };
}
