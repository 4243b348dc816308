// The package's files by layer: what the page and the worker share knows neither of them, and no
// file imports itself by way of others.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const SOURCE = fileURLToPath(new URL('../../pkg/src', import.meta.url));

/** The files that each file imports, by paths such as `page/restorer.ts`. Types count too. */
const imports = new Map(
  readdirSync(SOURCE, { recursive: true })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => {
      const text = readFileSync(join(SOURCE, path), 'utf8');
      const names = [...text.matchAll(/from '(\.[^']+)\.js'/g)].map(([, name]) => name);
      const paths = names.map((name) => join(dirname(path), `${name}.ts`));
      return [path, paths.filter((imported) => !imported.startsWith('..'))];
    }),
);
const layerOf = (path) => path.split('/')[0];

test('shared imports neither page nor worker, and those two not each other', () => {
  assert.ok(imports.size > 20);
  for (const [path, imported] of imports) {
    const layer = layerOf(path);
    if (!['page', 'shared', 'worker'].includes(layer)) continue;
    for (const other of imported.map(layerOf))
      assert.ok(other === layer || other === 'shared', `${path} imports from ${other}`);
  }
});

test('no file imports itself by way of others', () => {
  const finished = new Set();
  const visit = (path, parents) => {
    assert.ok(!parents.includes(path), [...parents, path].join(' → '));
    if (finished.has(path)) return;
    for (const imported of imports.get(path) ?? []) visit(imported, [...parents, path]);
    finished.add(path);
  };
  for (const path of imports.keys()) visit(path, []);
});
