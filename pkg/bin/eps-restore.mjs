#!/usr/bin/env node
// eps-restore copy-assets DIR: copies what the package loads at run time into a folder of a site,
// for bundlers that do not do it.
import { cpSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGE = fileURLToPath(new URL('..', import.meta.url));
const ASSETS = [
  'dist/worker.js',
  'dist/worker',
  'dist/shared',
  'wasm/eps_restore.js',
  'wasm/eps_restore_bg.wasm',
  'models/photo-v2-8bit.safetensors',
  'LICENSE-MIT',
  'LICENSE-APACHE',
  'THIRD-PARTY-NOTICES.txt',
];

const [command, folder, ...rest] = process.argv.slice(2);
if (command !== 'copy-assets' || folder === undefined || rest.length > 0) {
  console.error('Usage: eps-restore copy-assets DIR');
  process.exitCode = 2;
} else {
  copyAssets(folder);
}

function copyAssets(folder) {
  for (const path of ASSETS) {
    const to = join(folder, path);
    mkdirSync(dirname(to), { recursive: true });
    // Declarations and source maps are for people who write programs.
    const filter = (from) => !/\.(d\.ts|map)$/.test(from);
    cpSync(join(PACKAGE, path), to, { recursive: true, filter });
  }
  console.log(
    `Copied to ${folder}. State the addresses, relative to the page, in Restorer.load:\n` +
      '  workerUrl: …/dist/worker.js\n' +
      '  modelUrl: …/models/photo-v2-8bit.safetensors\n' +
      '  sha256: as in the README, so that the weights are checked and cached',
  );
}
