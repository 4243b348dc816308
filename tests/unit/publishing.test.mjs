// The packed package as npm's own checkers and a page's bundler see it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { brotliCompressSync } from 'node:zlib';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { build } from 'esbuild';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { PKG } from '../../scripts/lib/paths.mjs';

/** Bytes under brotli of what a page imports: `Restorer` and one task, and everything. */
const LARGEST = { 'Restorer, inpaint': 15_000, '*': 16_000 };

test('publint finds nothing', async () => {
  const { messages, pkg } = await publint({ pkgDir: PKG, strict: true });
  assert.deepEqual(
    messages.map((message) => formatMessage(message, pkg)),
    [],
  );
});

test('are the types wrong? Only for require() of what is a module', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'eps-pack-'));
  const packed = ['pack', '--silent', '--pack-destination', folder];
  const name = execFileSync('npm', packed, { cwd: PKG, encoding: 'utf8' }).trim();
  const tarball = createPackageFromTarballData(new Uint8Array(readFileSync(join(folder, name))));
  rmSync(folder, { recursive: true });
  const { problems, types } = await checkPackage(tarball);
  assert.ok(types, 'the package has types');
  // As attw --profile esm-only.
  const others = problems.filter(({ resolutionKind }) => resolutionKind !== 'node16-cjs');
  assert.deepEqual(others, []);
});

for (const [names, largest] of Object.entries(LARGEST))
  test(`a page that imports ${names} grows by at most ${largest} bytes`, async () => {
    const list = names === '*' ? '*' : `{ ${names} }`;
    const { outputFiles } = await build({
      stdin: { contents: `export ${list} from 'eps-restore';`, resolveDir: PKG },
      bundle: true,
      minify: true,
      format: 'esm',
      write: false,
    });
    const { length } = brotliCompressSync(outputFiles[0].contents);
    assert.ok(length > 5000 && length <= largest, `${length} bytes`);
  });
