// Finds or installs a Rust compiler for wasm32: rustup's, or Debian's where rustup cannot download.
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canInstall, aptInstall } from './apt.mjs';
import { CARGO_TARGET_DIR, ROOT } from './paths.mjs';
import { begun, done, Stop } from './report.mjs';
import { ask, attempt, run } from './run.mjs';
import { claimTarget } from './shared-target.mjs';

export const TARGET = 'wasm32-unknown-unknown';
/** Debian's web toolchain: newer than Debian's rustc, and with the standard library's source. */
const DEBIAN = {
  cargo: '/usr/bin/cargo',
  rustc: '/usr/bin/rustc',
  library: `/usr/lib/rustlib/${TARGET}/lib`,
  packages: ['rustc-web', 'cargo-web', 'rust-web-src'],
  linker: '/usr/bin/rust-lld',
};

/** The environment of every cargo command of this repository, which is about to run. */
export function cargoEnv() {
  claimTarget(CARGO_TARGET_DIR, ROOT);
  return { CARGO_TARGET_DIR };
}

/**
 * Finds or installs a compiler for wasm32.
 *
 * @returns {Promise<{ cargo: string, env: Record<string, string>, version: string }>}
 */
export async function ensureWasmRust() {
  const usual = { cargo: 'cargo', env: { ...cargoEnv() } };
  const debian = { cargo: DEBIAN.cargo, env: { ...cargoEnv(), RUSTC: DEBIAN.rustc } };
  if (hasTarget('rustc')) return ready(usual, 'rustc', 'up to date');
  if (ask(['rustup', '--version']) !== undefined) {
    begun(`Rust: adding the target ${TARGET} (1 min)…`);
    const added = await attempt('rustup target add', ['rustup', 'target', 'add', TARGET]);
    if (added.code === 0 && hasTarget('rustc')) return ready(usual, 'rustc', 'added');
  }
  if (hasTarget(DEBIAN.rustc))
    return ready(await withLinker(debian), DEBIAN.rustc, 'up to date (Debian)');
  if (!canInstall()) {
    throw new Stop(
      `Rust for ${TARGET} is missing. Install Rust from https://rustup.rs, ` +
        `then run: rustup target add ${TARGET}`,
    );
  }
  begun(
    "Rust: installing Debian's packages and building the standard library " +
      `for ${TARGET} (2 min)…`,
  );
  await aptInstall(DEBIAN.packages);
  await buildDebianLibrary(debian);
  return ready(await withLinker(debian), DEBIAN.rustc, 'installed (Debian)');
}

/** Whether the compiler has the target's standard library. */
function hasTarget(rustc) {
  const folder = ask([rustc, '--print', 'target-libdir', '--target', TARGET]);
  return (
    folder !== undefined &&
    existsSync(folder) &&
    readdirSync(folder).some((name) => /^libstd-.*\.rlib$/.test(name))
  );
}

function ready(rust, rustc, state) {
  const version = ask([rustc, '--version']) ?? '';
  done(`${version.split(' (')[0]} with ${TARGET}: ${state}`);
  return { ...rust, version };
}

/**
 * Builds the standard library for wasm32, beside the one of the compiler: Debian only ships its
 * source.
 */
async function buildDebianLibrary({ cargo, env }) {
  const folder = mkdtempSync(join(tmpdir(), 'eps-restore-std-'));
  try {
    mkdirSync(join(folder, 'src'));
    writeFileSync(
      join(folder, 'Cargo.toml'),
      '[package]\nname = "empty"\nversion = "0.0.0"\nedition = "2024"\n',
    );
    writeFileSync(join(folder, 'src', 'lib.rs'), '');
    const build = [cargo, 'build', '--release', '-Zbuild-std=std,panic_abort', '--target', TARGET];
    const target = join(folder, 'target');
    await run('standard library', build, {
      cwd: folder,
      env: { ...env, CARGO_TARGET_DIR: target, RUSTC_BOOTSTRAP: '1' },
    });
    mkdirSync(DEBIAN.library, { recursive: true });
    const built = join(target, TARGET, 'release', 'deps');
    for (const name of readdirSync(built)) {
      if (/^lib.*\.rlib$/.test(name) && !name.startsWith('libempty-'))
        cpSync(join(built, name), join(DEBIAN.library, name));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Adds a wasm linker that is as new as Debian's compiler: rustup's, or else Debian's. */
async function withLinker(rust) {
  const sysroot = ask(['rustc', '--print', 'sysroot']);
  const libraries = sysroot && join(sysroot, 'lib', 'rustlib');
  const hosts = libraries && existsSync(libraries) ? readdirSync(libraries) : [];
  let linker = hosts
    .map((host) => join(libraries, host, 'bin', 'rust-lld'))
    .find((path) => existsSync(path));
  if (!linker && !existsSync(DEBIAN.linker) && canInstall()) {
    begun("Rust: installing Debian's linker (1 min)…");
    await aptInstall(['rust-web-llvm']);
    // The package only holds a link to the linker of the right LLVM, such as lld-22.
    await aptInstall([readlinkSync(DEBIAN.linker)]);
  }
  linker ??= DEBIAN.linker;
  return { ...rust, env: { ...rust.env, CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER: linker } };
}
