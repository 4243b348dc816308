// npm run docs:api: writes the reference of the package's API into docs/api, which git ignores.
// What is exported without documentation, and links to nothing, end it.
import { join } from 'node:path';
import { ensureNodeModules } from './lib/node-modules.mjs';
import { buildPackage } from './lib/package.mjs';
import { NODE_MODULES, PKG } from './lib/paths.mjs';
import { done, main } from './lib/report.mjs';
import { run } from './lib/run.mjs';
import { buildWasm } from './lib/wasm.mjs';

const TYPEDOC = join(NODE_MODULES, 'typedoc', 'bin', 'typedoc');

await main(async () => {
  await ensureNodeModules();
  // The declarations of the core are a part of the package's.
  await buildWasm();
  await buildPackage();
  await run('docs-api', [process.execPath, TYPEDOC, '--options', join(PKG, 'typedoc.json')]);
  done('docs/api: written');
});
