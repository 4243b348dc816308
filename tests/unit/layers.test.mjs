// The package's files by layer: what the page and the worker share knows neither of them, and no
// file imports itself by way of others.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT } from '../../scripts/lib/paths.mjs';
import { circle, typescriptEdges } from '../../scripts/lib/structure.mjs';

const SOURCE = join('pkg', 'src');
const files = readdirSync(join(ROOT, SOURCE), { recursive: true });
const sources = files.filter((path) => path.endsWith('.ts')).map((path) => join(SOURCE, path));
/** The files that each file imports, by paths such as `pkg/src/page/restorer.ts`. Types count. */
const imports = typescriptEdges(sources);
const layerOf = (path) => path.split('/')[2];

test('shared imports neither page nor worker, and those two not each other', () => {
  assert.ok(imports.size > 20);
  for (const [path, imported] of imports) {
    const layer = layerOf(path);
    if (!['page', 'shared', 'worker'].includes(layer)) continue;
    for (const other of [...imported].map(layerOf))
      assert.ok(other === layer || other === 'shared', `${path} imports from ${other}`);
  }
});

test('no file imports itself by way of others', () => {
  const found = circle(imports);
  assert.equal(found, undefined, found?.join(' → '));
});
