// npm run test:long: checks that take too long for every change. Calls and weights are fuzzed ten
// times as long, from another seed; one page restores 500 photos, another enlarges a photo to 48
// megapixels; clippy reads what is compiled for the browser alone; the package is built from its
// own files, as crates.io would; licences and sources of all dependencies are checked.
import { ensureChromium } from './lib/chromium.mjs';
import { ensureNodeModules } from './lib/node-modules.mjs';
import { buildPackage } from './lib/package.mjs';
import { begun, done, main, Stop } from './lib/report.mjs';
import { ask, run } from './lib/run.mjs';
import { cargoEnv } from './lib/rust.mjs';
import { buildWasm, lintWasm } from './lib/wasm.mjs';

const PACKAGE = ['cargo', 'package', '--locked', '--allow-dirty'];
const DENY = ['cargo', 'deny', '--all-features', 'check', 'licenses', 'bans', 'sources'];
const FUZZ = ['tests/browser/fuzz.test.mjs', 'tests/browser/fuzz-weights.test.mjs'];
const FUZZ_ENV = { EPS_FUZZ_RUNS: '3000', EPS_FUZZ_WEIGHTS: '500', EPS_FUZZ_SEED: '1000' };
const LARGE = 'tests/browser/windows.test.mjs';
const SOAK = 'tests/browser/soak.test.mjs';
const SOAK_ENV = { EPS_SOAK_CALLS: '500', EPS_SOAK_WRITE: '1' };

await main(async () => {
  await ensureNodeModules();
  await buildWasm();
  await buildPackage();
  await ensureChromium();
  begun('fuzz: 3,000 calls and 500 weights (15 min)…');
  await run('fuzz', [process.execPath, '--test', '--test-concurrency=1', ...FUZZ], {
    env: FUZZ_ENV,
  });
  done('fuzz: passed');
  begun('soak: 500 restorations in one page (10 min)…');
  await run('soak', [process.execPath, '--test', SOAK], { env: SOAK_ENV });
  done('soak: passed, and docs/soak.json written');
  begun('windows: 12, 24 and 48 megapixels (15 min)…');
  await run('windows', [process.execPath, '--test', LARGE], { env: { EPS_WINDOWS_LONG: '1' } });
  done('windows: passed, and docs/large-photos.json written');
  await lintWasm();
  begun('cargo package: building the crate from its own files (10 min)…');
  await run('cargo package', PACKAGE, { env: cargoEnv() });
  done('cargo package: built');
  if (ask(['cargo', 'deny', '--version']) === undefined)
    throw new Stop('cargo-deny is missing. Install it: cargo install --locked cargo-deny');
  await run('cargo deny', DENY, { env: cargoEnv() });
  done('cargo deny: passed');
});
