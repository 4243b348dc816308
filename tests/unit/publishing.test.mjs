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

/**
 * Bytes under brotli of what a page imports: `Restorer` and one task, everything, and what is
 * fetched when a restorer is loaded.
 */
const LARGEST = { 'Restorer, inpaint': 12_000, '*': 14_000, 'Restorer.load': 11_000 };

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
  // As attw --profile esm-only. Tools that know no `exports` know no `eps-restore/node` either.
  const others = problems.filter(
    ({ entrypoint, resolutionKind }) =>
      resolutionKind !== 'node16-cjs' && !(entrypoint === './node' && resolutionKind === 'node10'),
  );
  assert.deepEqual(others, []);
});

/** Bytes under brotli of a page that imports these names: with its entry, and after it. */
async function bytesOf(names) {
  const { outputFiles, metafile } = await build({
    stdin: { contents: `export ${names} from 'eps-restore';`, resolveDir: PKG },
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    outdir: PKG,
    write: false,
    metafile: true,
  });
  const { outputs } = metafile;
  const paths = Object.keys(outputs);
  const imported = (path, wanted) =>
    outputs[path].imports.filter(({ kind }) => kind === wanted).map(({ path }) => path);
  /** What comes with some scripts, beside what is there. */
  const closure = (scripts, there) => {
    const found = new Set();
    const visit = (path) => {
      if (found.has(path) || there.has(path)) return;
      found.add(path);
      imported(path, 'import-statement').forEach(visit);
    };
    scripts.forEach(visit);
    return found;
  };
  const entry = closure(
    paths.filter((path) => outputs[path].entryPoint === '<stdin>'),
    new Set(),
  );
  const later = closure(
    [...entry].flatMap((path) => imported(path, 'dynamic-import')),
    entry,
  );
  const sizeOf = (scripts) =>
    [...scripts]
      .map((path) => brotliCompressSync(outputFiles[paths.indexOf(path)].contents).length)
      .reduce((sum, length) => sum + length, 0);
  return { entry: sizeOf(entry), later: sizeOf(later) };
}

test('a page grows by little, and by as little again when it loads a restorer', async () => {
  const [one, all] = await Promise.all(['{ Restorer, inpaint }', '*'].map(bytesOf));
  const found = {
    'Restorer, inpaint': one.entry,
    '*': all.entry,
    'Restorer.load': all.later,
  };
  console.log(JSON.stringify(found));
  for (const [name, largest] of Object.entries(LARGEST))
    assert.ok(found[name] > 3000 && found[name] <= largest, `${name}: ${found[name]} bytes`);
});
