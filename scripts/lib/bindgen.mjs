// The tool that writes the JavaScript beside a wasm file: tools/bindgen, built once.
import { join } from 'node:path';
import { CARGO_TARGET_DIR } from './paths.mjs';
import { begun, done, duration } from './report.mjs';
import { run } from './run.mjs';
import { cargoEnv } from './rust.mjs';
import { unlessFresh } from './stamp.mjs';

/** @returns {Promise<string>} the program's path: `bindgen INPUT.wasm OUTPUT_FOLDER NAME`. */
export async function ensureBindgen() {
  const program = join(
    CARGO_TARGET_DIR,
    'release',
    process.platform === 'win32' ? 'bindgen.exe' : 'bindgen',
  );
  let took = 0;
  const worked = await unlessFresh(
    'bindgen',
    { paths: ['tools/bindgen/src', 'tools/bindgen/Cargo.toml', 'tools/bindgen/Cargo.lock'] },
    [program],
    async () => {
      begun('wasm-bindgen: building (1 min)…');
      const build = [
        'cargo',
        'build',
        '--locked',
        '--release',
        '--manifest-path',
        'tools/bindgen/Cargo.toml',
      ];
      took = (
        await run('wasm-bindgen', build, {
          env: cargoEnv(),
          advice: 'Is cargo installed (https://rustup.rs), and the crate registry reachable?',
        })
      ).seconds;
    },
  );
  done(`wasm-bindgen: ${worked ? `built in ${duration(took)}` : 'up to date'}`);
  return program;
}
