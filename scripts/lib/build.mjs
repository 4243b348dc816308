// Builds all parts in order, and each part only where its inputs have changed.
import { buildDemo } from './demo.mjs';
import { ensureNodeModules } from './node-modules.mjs';
import { buildPackage } from './package.mjs';
import { buildWasm } from './wasm.mjs';

export async function build() {
  await ensureNodeModules();
  await buildWasm();
  await buildPackage();
  await buildDemo();
}
