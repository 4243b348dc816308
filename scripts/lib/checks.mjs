// The checks of npm test: each a name and what to run. A check counts the tests that its runner
// counts, or itself as one.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { buildDemo } from './demo.mjs';
import { ensureChromium } from './chromium.mjs';
import { ensureFirefox } from './firefox.mjs';
import { ensureNodeModules } from './node-modules.mjs';
import { buildPackage, TSC } from './package.mjs';
import { NODE_MODULES, ROOT } from './paths.mjs';
import { Stop } from './report.mjs';
import { ask, attempt, tail } from './run.mjs';
import { cargoEnv } from './rust.mjs';
import { checkSize } from './size.mjs';
import { faults } from './structure.mjs';
import { buildForeign, buildGolden, buildWasm } from './wasm.mjs';
import { ensureWebKit } from './webkit.mjs';

const PRETTIER = join(NODE_MODULES, 'prettier', 'bin', 'prettier.cjs');
const ESLINT = join(NODE_MODULES, 'eslint', 'bin', 'eslint.js');
const FORMAT = 'Run: npm run format';
const TOOLS = ['--manifest-path', 'tools/bindgen/Cargo.toml'];
// In the profile of the tests, as clippy, which has checked the dependencies already.
const DOC = ['doc', '--locked', '--release', '--no-deps', '--features', 'webgpu'];
const PACKAGE = ['package', '--locked', '--list', '--allow-dirty'];
const LARGEST_CRATE = 10 * 2 ** 20;

/** @typedef {{ passed: number, failed: number, skipped?: string, detail?: string }} Outcome */

/**
 * In order. `needs` names checks without which this one cannot be run; `tells`: it prints its own
 * lines.
 *
 * @type {{ name: string, needs?: string[], tells?: boolean, run: () => Promise<Outcome> }[]}
 */
export const CHECKS = [
  { name: 'structure', run: structure },
  { name: 'cargo fmt', run: () => cargo('cargo fmt', ['fmt', '--check', '--all'], FORMAT) },
  {
    name: 'cargo fmt of tools',
    run: () => cargo('cargo fmt of tools', ['fmt', '--check', ...TOOLS], FORMAT),
  },
  { name: 'npm packages', tells: true, run: () => building(ensureNodeModules) },
  {
    name: 'prettier',
    needs: ['npm packages'],
    run: () => program('prettier', [process.execPath, PRETTIER, '--check', '.'], FORMAT),
  },
  { name: 'cargo clippy', run: clippy },
  { name: 'cargo doc', run: () => cargo('cargo doc', DOC, '', { RUSTDOCFLAGS: '-D warnings' }) },
  { name: 'cargo package', run: crateSize },
  { name: 'cargo test', run: () => cargo('cargo test', ['test', '--locked', '--release']) },
  { name: 'wasm', tells: true, run: () => building(buildWasm) },
  { name: 'size', needs: ['wasm'], tells: true, run: () => building(checkSize) },
  {
    name: 'package',
    needs: ['npm packages', 'wasm'],
    tells: true,
    run: () => building(buildPackage),
  },
  { name: 'demo', needs: ['package'], tells: true, run: () => building(buildDemo) },
  { name: 'golden', needs: ['wasm'], tells: true, run: () => building(buildGolden) },
  { name: 'foreign crate', needs: ['wasm'], tells: true, run: () => building(buildForeign) },
  {
    name: 'types',
    needs: ['package'],
    run: () => program('types', [process.execPath, TSC, '--noEmit', '-p', ROOT]),
  },
  {
    name: 'eslint',
    needs: ['package'],
    run: () => program('eslint', [process.execPath, ESLINT, '.'], FORMAT),
  },
  {
    name: 'unit tests',
    needs: ['package', 'foreign crate'],
    run: () => nodeTests('unit tests', 'tests/unit'),
  },
  // Without one of them tests/browser/engines.test.mjs fails; the other tests need only Chromium.
  { name: 'Firefox', tells: true, run: () => building(ensureFirefox) },
  { name: 'WebKit', tells: true, run: () => building(ensureWebKit) },
  { name: 'browser tests', needs: ['package', 'demo', 'golden'], run: browserTests },
];

/** Lines, files and circles. */
async function structure() {
  const found = faults();
  return { passed: found.length ? 0 : 1, failed: found.length, detail: found.join('\n') };
}

/** `cargo test` prints a line for each test program; other commands count as one check. */
async function cargo(name, args, advice = '', env = {}) {
  const result = await attempt(name, ['cargo', ...args], { env: { ...cargoEnv(), ...env } });
  const sum = (pattern) =>
    [...result.output.matchAll(pattern)].reduce((total, match) => total + Number(match[1]), 0);
  const counted = {
    passed: sum(/^test result: .*?(\d+) passed/gm),
    failed: sum(/^test result: .*?(\d+) failed/gm),
  };
  return outcome(result, counted, advice);
}

/** With the GPU's kernels: that covers all code but the few lines for builds without them. */
async function clippy() {
  if (ask(['cargo', 'clippy', '--version']) === undefined)
    return {
      passed: 0,
      failed: 0,
      skipped: 'this toolchain has none (rustup component add clippy)',
    };
  // The profile of the tests, so that build scripts and procedural macros are compiled once.
  const what = ['--workspace', '--all-targets', '--features', 'eps-restore/webgpu'];
  return cargo('clippy', ['clippy', '--locked', '--release', ...what, '--', '-D', 'warnings']);
}

/** The crate's files as crates.io gets them, which takes at most 10 MiB. */
async function crateSize() {
  const listed = await attempt('cargo package', ['cargo', ...PACKAGE], { env: cargoEnv() });
  if (listed.code !== 0) return outcome(listed, { passed: 0, failed: 0 }, '');
  const paths = listed.output.split('\n').map((path) => join(ROOT, path.trim()));
  const files = paths.filter((path) => existsSync(path) && statSync(path).isFile());
  const bytes = files.reduce((sum, path) => sum + statSync(path).size, 0);
  if (bytes <= LARGEST_CRATE) return { passed: 1, failed: 0 };
  const detail = `The crate's files take ${bytes} bytes, and may take ${LARGEST_CRATE}.`;
  return { passed: 0, failed: 1, detail };
}

async function program(name, command, advice = '') {
  return outcome(await attempt(name, command), { passed: 0, failed: 0 }, advice);
}

/** Builds print their own lines, and stop by throwing. */
async function building(work) {
  try {
    await work();
    return { passed: 1, failed: 0 };
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    return { passed: 0, failed: 1, detail: error.message };
  }
}

async function browserTests() {
  const chromium = await building(ensureChromium);
  if (chromium.failed) return chromium;
  // One at a time: a software adapter takes every core there is.
  return nodeTests('browser tests', 'tests/browser', ['--test-concurrency=1']);
}

/** Node's own runner, on every *.test.mjs of a folder. */
async function nodeTests(name, folder, options = []) {
  const files = existsSync(join(ROOT, folder))
    ? readdirSync(join(ROOT, folder)).filter((file) => file.endsWith('.test.mjs'))
    : [];
  if (files.length === 0) return { passed: 0, failed: 1, detail: `${folder} holds no test.` };
  const result = await attempt(name, [
    process.execPath,
    '--test',
    '--test-reporter=spec',
    ...options,
    ...files.sort().map((file) => join(folder, file)),
  ]);
  const count = (word) =>
    Number(new RegExp(`^ℹ ${word} (\\d+)`, 'm').exec(result.output)?.[1] ?? 0);
  return outcome(result, { passed: count('pass'), failed: count('fail') + count('cancelled') }, '');
}

/**
 * What was counted; a program that counted nothing is one check, and one that failed has failed at
 * least once.
 */
function outcome(result, counted, advice) {
  const counts = counted.passed + counted.failed > 0;
  if (result.code === 0 && counted.failed === 0)
    return { passed: counts ? counted.passed : 1, failed: 0 };
  return {
    passed: counted.passed,
    failed: Math.max(1, counted.failed),
    detail: [advice, tail(result)].filter(Boolean).join('\n'),
  };
}
