// Rust to WebAssembly, and the JavaScript around it: the core for the package, and the golden
// vectors' check for the browser tests.
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBindgen } from './bindgen.mjs';
import { CARGO_TARGET_DIR, PKG, ROOT } from './paths.mjs';
import { begun, done, duration } from './report.mjs';
import { run } from './run.mjs';
import { ensureWasmRust, TARGET } from './rust.mjs';
import { unlessFresh } from './stamp.mjs';

/**
 * Both crates, whatever is built: cargo then chooses the same features for what they share, and
 * compiles it once.
 */
const CRATES = ['-p', 'eps-restore', '-p', 'eps-restore-core', '--features', 'eps-restore/webgpu'];

/** Everything that a wasm is made of. */
const SOURCES = [
  'Cargo.toml',
  'Cargo.lock',
  '.cargo',
  'rust-toolchain.toml',
  'src',
  'pkg/core',
  'tools/bindgen/src',
  'tools/bindgen/Cargo.lock',
];

/** Builds pkg/wasm. */
export async function buildWasm() {
  const rust = await ensureWasmRust();
  const bindgen = await ensureBindgen();
  const state = await build('wasm', rust, bindgen, {
    cargo: ['--lib'],
    built: 'eps_restore_core.wasm',
    as: 'eps_restore',
    folder: join(PKG, 'wasm'),
    sources: SOURCES,
    expect: 'a first time 15 min, then seconds',
  });
  const size = (statSync(join(PKG, 'wasm', 'eps_restore_bg.wasm')).size / 1e6).toFixed(1);
  done(`wasm: ${state}, ${size} MB`);
}

/**
 * Builds tests/browser/wasm from tests/browser/golden.rs. After {@link buildWasm} only that file is
 * compiled.
 */
export async function buildGolden() {
  const rust = await ensureWasmRust();
  const bindgen = await ensureBindgen();
  const sources = [...SOURCES, 'tests/browser/golden.rs', 'tests/common'];
  const state = await build('golden', rust, bindgen, {
    cargo: ['--example', 'golden'],
    built: 'examples/golden.wasm',
    as: 'golden',
    folder: join(ROOT, 'tests', 'browser', 'wasm'),
    sources,
    expect: '1 min',
  });
  done(`golden vectors' check: ${state}`);
}

/** Builds tests/foreign/wasm, a third-party crate. {@link buildWasm} compiled it. */
export async function buildForeign() {
  const rust = await ensureWasmRust();
  const bindgen = await ensureBindgen();
  const state = await build('foreign', rust, bindgen, {
    cargo: ['-p', 'foreign', '--lib'],
    built: 'foreign.wasm',
    as: 'foreign',
    folder: join(ROOT, 'tests', 'foreign', 'wasm'),
    sources: [...SOURCES, 'tests/foreign/src', 'tests/foreign/Cargo.toml'],
    expect: '1 min',
  });
  done(`foreign crate: ${state}`);
}

/** Clippy on what is compiled for the browser alone: to the host, those crates are empty. */
export async function lintWasm() {
  const { cargo, env } = await ensureWasmRust();
  begun('clippy of the wasm crates (3 min)…');
  const command = [cargo, 'clippy', '--locked', '--profile', 'web', '--target', TARGET];
  const targets = ['-p', 'foreign', '--lib', '--example', 'golden', '--example', 'network'];
  await run('clippy', [...command, ...CRATES, ...targets, '--', '-D', 'warnings'], { env });
  done('clippy of the wasm crates: passed');
}

/**
 * Builds bench/wasm/network from bench/network.rs. After {@link buildWasm} only that file is
 * compiled.
 */
export async function buildBench() {
  const rust = await ensureWasmRust();
  const bindgen = await ensureBindgen();
  const sources = [...SOURCES, 'bench/network.rs'];
  const state = await build('network', rust, bindgen, {
    cargo: ['--example', 'network'],
    built: 'examples/network.wasm',
    as: 'network',
    folder: join(ROOT, 'bench', 'wasm', 'network'),
    sources,
    expect: '1 min',
  });
  done(`bench: ${state}`);
}

async function build(name, rust, bindgen, { cargo, built, as, folder, sources, expect }) {
  let took = 0;
  const worked = await unlessFresh(
    name,
    { paths: sources, text: [rust.version, 'declarations without Symbol.dispose'] },
    [folder],
    async () => {
      begun(`${name}: building (${expect})…`);
      const command = [rust.cargo, 'build', '--locked', '--profile', 'web', '--target', TARGET];
      const compiled = await run(name, [...command, ...CRATES, ...cargo], { env: rust.env });
      rmSync(folder, { recursive: true, force: true });
      const bound = await run(`${name} bindings`, [
        bindgen,
        join(CARGO_TARGET_DIR, TARGET, 'web', built),
        folder,
        as,
      ]);
      removeDisposal(join(folder, `${as}.d.ts`));
      took = compiled.seconds + bound.seconds;
    },
  );
  return worked ? `built in ${duration(took)}` : 'up to date';
}

/**
 * Takes `Symbol.dispose` out of declarations: a program whose `lib` is ES2022 does not know it, and
 * the package's public types lead here.
 */
function removeDisposal(path) {
  const lines = readFileSync(path, 'utf8').split('\n');
  writeFileSync(path, lines.filter((line) => !line.includes('[Symbol.dispose]')).join('\n'));
}
