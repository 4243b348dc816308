// Everything that is built, in order, each part only where something changed.
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
