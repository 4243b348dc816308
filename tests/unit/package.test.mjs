// What would be published, and that it is what the build says it is.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as api from '../../pkg/dist/index.js';
import { DEFAULT_WEIGHTS } from '../../pkg/dist/page/default-weights.js';

const PKG = fileURLToPath(new URL('../../pkg', import.meta.url));

test('the package holds what its README promises, and nothing else', () => {
  const [{ files }] = JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--json'], {
      cwd: PKG,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  );
  const paths = files.map(({ path }) => path);
  for (const needed of [
    'README.md',
    'LICENSE-MIT',
    'LICENSE-APACHE',
    'THIRD-PARTY-NOTICES.txt',
    'bin/eps-restore.mjs',
    'dist/index.js',
    'dist/index.d.ts',
    'dist/worker.js',
    'dist/page/worker-link.js',
    'dist/shared/protocol.js',
    'dist/worker/core.js',
    'wasm/eps_restore.js',
    'wasm/eps_restore_bg.wasm',
    'models/photo-v2-8bit.safetensors',
  ]) {
    assert.ok(paths.includes(needed), `${needed} is not in the package`);
  }
  const allowed = [
    /^(package\.json|README\.md|LICENSE-\w+|THIRD-PARTY-NOTICES\.txt)$/,
    /^bin\/eps-restore\.mjs$/,
    /^dist\/((page|page\/windows|shared|worker)\/)?[\w-]+\.(js|js\.map|d\.ts)$/,
    /^wasm\/eps_restore(_bg)?\.(js|wasm|d\.ts|wasm\.d\.ts)$/,
    /^models\/photo-v2-8bit\.safetensors$/,
  ];
  for (const path of paths)
    assert.ok(
      allowed.some((pattern) => pattern.test(path)),
      `${path} does not belong in the package`,
    );
});

test('the notices name the crates in the wasm file, with the texts of their licences', () => {
  const notices = readFileSync(join(PKG, 'THIRD-PARTY-NOTICES.txt'), 'utf8');
  for (const crate of ['wasm-bindgen', 'burn-backend', 'cubecl-core', 'wgpu', 'js-sys'])
    assert.match(notices, new RegExp(`^${crate} \\d+\\.\\d+\\.\\d+ \\(.+\\)`, 'm'), crate);
  for (const text of ['MIT License', 'Apache License', 'Mozilla Public License', 'Boost Software'])
    assert.ok(notices.includes(text), text);
  assert.doesNotMatch(notices, /\/(home|root|Users)\//);
});

test('package.json says where the project is, and what has effects when it is imported', () => {
  const { repository, bugs, homepage, sideEffects, exports } = JSON.parse(
    readFileSync(join(PKG, 'package.json'), 'utf8'),
  );
  const cargo = readFileSync(join(PKG, '..', 'Cargo.toml'), 'utf8');
  const [, address] = /^repository = "(.+)"$/m.exec(cargo);
  assert.equal(repository.url, `git+${address}.git`);
  for (const link of [bugs, homepage]) assert.ok(link.startsWith(`${address}/`), link);
  // The worker's script and the core's JavaScript run as they are imported; the API does not.
  assert.deepEqual(sideEffects, ['./dist/worker.js', './wasm/*.js']);
  assert.ok(!sideEffects.includes(exports['.'].import));
});

test('the command says how it is called', () => {
  for (const words of [[], ['copy-assets'], ['copy', 'public'], ['copy-assets', 'public', 'all']]) {
    const command = [join(PKG, 'bin', 'eps-restore.mjs'), ...words];
    const { status, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8' });
    assert.deepEqual(
      [status, stderr],
      [2, 'Usage: eps-restore copy-assets DIR\n'],
      words.join(' '),
    );
  }
});

test('the weights in the package are the ones that its source names', () => {
  const bytes = readFileSync(join(PKG, 'models', 'photo-v2-8bit.safetensors'));
  assert.equal(bytes.length, DEFAULT_WEIGHTS.bytes);
  assert.equal(createHash('sha256').update(bytes).digest('hex'), DEFAULT_WEIGHTS.sha256);
});

test('the package exports its API, and nothing by accident', () => {
  const functions = [
    'EpsError',
    'LIMITS',
    'Restorer',
    'chooseDevice',
    'clearCache',
    'colorize',
    'compose',
    'deblur',
    'demosaic',
    'denoise',
    'diskKernel',
    'gaussianKernel',
    'inpaint',
    'interval',
    'isSoftwareAdapter',
    'isSupported',
    'jpeg',
    'linearOperator',
    'motionKernel',
    'preload',
    'readPhoto',
    'restoreAll',
    'superResolve',
    'toBlob',
  ];
  assert.deepEqual(Object.keys(api).sort(), functions);
});

test('every public option and error code is explained in the README', () => {
  const readme = readFileSync(join(PKG, 'README.md'), 'utf8');
  const declared = readFileSync(join(PKG, 'dist', 'shared', 'errors.d.ts'), 'utf8');
  const codes = [...declared.split('/**')[1].matchAll(/'([a-z-]+)'/g)].map((match) => match[1]);
  assert.ok(codes.length > 15);
  for (const name of [
    ...codes,
    ...Object.keys(api),
    'samples',
    'sampler',
    'seed',
    'onStep',
    'signal',
    'device',
    'modelUrl',
    'workerUrl',
    'wasmUrl',
    'trustedTypesPolicy',
    'stallMs',
    'memoryLimit',
    'sha256',
    'modelRequest',
    'whenBusy',
    'onProgress',
  ]) {
    assert.ok(readme.includes(`\`${name}`), `the README says nothing of ${name}`);
  }
  assert.ok(readme.includes(DEFAULT_WEIGHTS.sha256), "the README's hash is not the weights'");
});
