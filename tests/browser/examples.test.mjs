// The examples of the package: each is short, builds from the packed package and restores a photo
// that is chosen in it to the same pixels as the package itself.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createServer } from 'vite';
import { staticServer } from '../../scripts/lib/static-server.mjs';
import { expectedIn, PIXELS, restoresIn } from './example-page.mjs';
import { openSession, ROOT } from './harness.mjs';
import {
  copyExample,
  EXAMPLES,
  installPackage,
  packPackage,
  removeFolder,
  runScript,
} from './example-sites.mjs';

const MOST_LINES = 40;
/** Files that are data, or markup alone. */
const NO_CODE = /(package\.json|(public|vite|parcel|react)\/index\.html)$/;
/** The page of each example that is built, in its folder. */
const BUILT = { webpack: 'public/', esbuild: 'public/', rollup: 'public/', vite: 'dist/' };
/** Examples that no program builds. */
const UNBUILT = ['cdn', 'worker'];
/** Examples that `npm run test:examples` builds: their tools are large. */
const HEAVY = ['next', 'parcel', 'react'];

describe('the examples', { timeout: 300_000 }, () => {
  let packed;
  let session;
  let cdn;
  let expected;

  before(async () => {
    packed = await packPackage();
    await installPackage(packed);
    session = await openSession({ root: relative(ROOT, packed.folder), webgpu: false });
    cdn = staticServer(join(packed.folder, 'node_modules'), (request, response) => {
      response.setHeader('access-control-allow-origin', '*');
      return false;
    });
    await new Promise((resolve) => cdn.listen(0, 'localhost', resolve));
    expected = await expectedIn(session);
  });
  after(async () => {
    cdn?.closeAllConnections();
    cdn?.close();
    removeFolder(packed.folder);
    await session?.close();
  });

  const restores = (address) => restoresIn(session, address, expected);

  test('the photo is restored, not returned', () => {
    assert.equal(expected.length, PIXELS.length);
    const changed = expected.filter((level, i) => Math.abs(level - PIXELS[i]) > 5).length;
    assert.ok(changed > 0.3 * PIXELS.length, `${changed} levels of ${PIXELS.length} changed`);
  });

  test(`are of at most ${MOST_LINES} lines each, and all of them are tried`, () => {
    const names = readdirSync(EXAMPLES, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
    assert.deepEqual(names.sort(), [...Object.keys(BUILT), ...UNBUILT, ...HEAVY].sort());
    for (const name of names) {
      const lines = linesOf(join(EXAMPLES, name));
      assert.ok(lines > 5 && lines <= MOST_LINES, `${name}: ${lines} lines`);
    }
  });

  test('ask for the versions that are tried here', () => {
    const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    for (const name of Object.keys(BUILT)) {
      const asked = JSON.parse(readFileSync(join(EXAMPLES, name, 'package.json'), 'utf8'));
      for (const [tool, version] of Object.entries(asked.devDependencies))
        assert.equal(version, `^${devDependencies[tool]}`, `${name}: ${tool}`);
    }
  });

  for (const [name, page] of Object.entries(BUILT))
    test(`${name} builds and works`, async () => {
      const site = copyExample(packed.folder, name);
      await runScript(site, 'build');
      await restores(`${session.origin}/${name}/${page}`);
    });

  test('Vite serves its example while it is developed', async () => {
    const server = await createServer({
      root: join(packed.folder, 'vite'),
      configFile: false,
      logLevel: 'error',
      server: { port: 0, host: 'localhost' },
    });
    try {
      await server.listen();
      const [address] = server.resolvedUrls.local;
      session.allowOrigin(new URL(address).origin);
      await restores(address);
    } finally {
      await server.close();
    }
  });

  test('a worker of the page works', async () => {
    copyExample(packed.folder, 'worker');
    await restores(`${session.origin}/worker/`);
  });

  test('a page that takes the package from another site works', async () => {
    const page = join(copyExample(packed.folder, 'cdn'), 'index.html');
    const origin = `http://localhost:${cdn.address().port}`;
    session.allowOrigin(origin);
    const source = readFileSync(page, 'utf8');
    const stated = 'https://cdn.example/eps-restore@0.1.0/';
    assert.ok(source.includes(stated));
    writeFileSync(page, source.replace(stated, `${origin}/eps-restore/`));
    await restores(`${session.origin}/cdn/`);
  });
});

/** Lines of an example's own code. */
function linesOf(folder) {
  const files = readdirSync(folder, { recursive: true })
    .map((path) => join(folder, path))
    .filter((path) => statSync(path).isFile() && !NO_CODE.test(path));
  const lines = files.map((path) => readFileSync(path, 'utf8').trimEnd().split('\n').length);
  return lines.reduce((sum, count) => sum + count, 0);
}
