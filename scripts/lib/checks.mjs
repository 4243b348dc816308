// The checks of npm test: each a name and what to run. A check counts the tests that its runner
// counts, or itself as one.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildDemo } from './demo.mjs';
import { ensureChromium } from './chromium.mjs';
import { ensureNodeModules } from './node-modules.mjs';
import { buildPackage, TSC } from './package.mjs';
import { ROOT } from './paths.mjs';
import { Stop } from './report.mjs';
import { ask, attempt, tail } from './run.mjs';
import { CARGO_ENV } from './rust.mjs';
import { checkSize } from './size.mjs';
import { buildGolden, buildWasm } from './wasm.mjs';

/** @typedef {{ passed: number, failed: number, skipped?: string, detail?: string }} Outcome */

/**
 * In order. `needs` names checks without which this one cannot be run; `tells`: it prints its own
 * lines.
 *
 * @type {{ name: string, needs?: string[], tells?: boolean, run: () => Promise<Outcome> }[]}
 */
export const CHECKS = [
  { name: 'cargo fmt', run: () => cargo('cargo fmt', ['fmt', '--check'], 'Run: cargo fmt') },
  {
    name: 'cargo fmt of tools',
    run: () =>
      cargo(
        'cargo fmt of tools',
        ['fmt', '--check', '--manifest-path', 'tools/bindgen/Cargo.toml'],
        'Run: cargo fmt --manifest-path tools/bindgen/Cargo.toml',
      ),
  },
  { name: 'cargo clippy', run: () => clippy('cargo clippy', []) },
  {
    name: 'cargo clippy, webgpu',
    run: () => clippy('cargo clippy, webgpu', ['--features', 'webgpu']),
  },
  { name: 'cargo test', run: () => cargo('cargo test', ['test', '--locked', '--release']) },
  { name: 'npm packages', tells: true, run: () => building(ensureNodeModules) },
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
  {
    name: 'types',
    needs: ['package'],
    run: () => program('types', [process.execPath, TSC, '--noEmit', '-p', ROOT]),
  },
  { name: 'unit tests', needs: ['package'], run: () => nodeTests('unit tests', 'tests/unit') },
  { name: 'browser tests', needs: ['package', 'demo', 'golden'], run: browserTests },
];

/** `cargo test` prints a line for each test program; other commands count as one check. */
async function cargo(name, args, advice = '') {
  const result = await attempt(name, ['cargo', ...args], { env: CARGO_ENV });
  const sum = (pattern) =>
    [...result.output.matchAll(pattern)].reduce((total, match) => total + Number(match[1]), 0);
  const counted = {
    passed: sum(/^test result: .*?(\d+) passed/gm),
    failed: sum(/^test result: .*?(\d+) failed/gm),
  };
  return outcome(result, counted, advice);
}

async function clippy(name, features) {
  if (ask(['cargo', 'clippy', '--version']) === undefined)
    return {
      passed: 0,
      failed: 0,
      skipped: 'this toolchain has none (rustup component add clippy)',
    };
  // The profile of the tests, so that build scripts and procedural macros are compiled once.
  return cargo(name, [
    'clippy',
    '--locked',
    '--release',
    '--all-targets',
    ...features,
    '--',
    '-D',
    'warnings',
  ]);
}

async function program(name, command) {
  return outcome(await attempt(name, command), { passed: 0, failed: 0 }, '');
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
