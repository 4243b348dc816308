// npm run test:examples: the examples whose tools are too large for every test, and tools that have
// no example of their own. npm installs them from its registry into a folder outside of the
// repository, beside the packed package.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, relative } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { expectedIn, restoresIn } from '../example-page.mjs';
import {
  EXAMPLES,
  installPackage,
  packPackage,
  removeFolder,
  runScript,
} from '../example-sites.mjs';
import { openSession, ROOT } from '../harness.mjs';

const run = promisify(execFile);

/** The two lines that the README states. */
const VITE_7 = {
  'vite.config.js':
    "export default { worker: { format: 'es' }, optimizeDeps: { exclude: ['eps-restore'] } };",
};

const TSUP_TOOLS = { tsup: '^9.0.0', typescript: '~6.0.3' };
const TSUP = {
  'tsup.config.js':
    "export default { entry: ['main.js'], format: 'esm', target: 'es2022', outDir: 'public', " +
    "platform: 'browser', noExternal: ['eps-restore'] };",
};

/** The last version for Node 20, which this repository needs. */
const ANGULAR_PARTS = ['build', 'cli', 'common', 'compiler', 'compiler-cli', 'core'];
const ANGULAR_TOOLS = {
  ...Object.fromEntries(ANGULAR_PARTS.map((name) => [`@angular/${name}`, '^20.3.0'])),
  '@angular/platform-browser': '^20.3.0',
  rxjs: '^7.8.0',
  tslib: '^2.8.0',
  typescript: '~5.9.0',
};

/** The least that Angular's builder takes; the page's script is the example's own. */
const ANGULAR = {
  'angular.json': JSON.stringify({
    version: 1,
    projects: {
      page: {
        projectType: 'application',
        root: '',
        architect: {
          build: {
            builder: '@angular/build:application',
            options: {
              browser: 'main.ts',
              index: 'index.html',
              tsConfig: 'tsconfig.json',
              outputPath: 'dist',
              outputHashing: 'none',
              assets: [{ glob: '**/*', input: 'assets' }],
            },
          },
        },
      },
    },
  }),
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      target: 'ES2022',
      module: 'ES2022',
      moduleResolution: 'bundler',
      allowJs: true,
      skipLibCheck: true,
    },
    files: ['main.ts'],
  }),
  'main.ts': "import './main.js';",
  'index.html':
    '<!doctype html><html><head><base href="./"><link rel="icon" href="data:,"></head>' +
    '<body><input type="file"><output></output><canvas></canvas></body></html>',
};

describe('the heavy examples', { timeout: 1_200_000 }, () => {
  let packed;
  let session;
  let expected;

  before(async () => {
    packed = await packPackage();
    await installPackage(packed);
    session = await openSession({ root: relative(ROOT, packed.folder), webgpu: false });
    expected = await expectedIn(session);
  });
  after(async () => {
    await session?.close();
    removeFolder(packed.folder);
  });

  /**
   * Copies an example, with other files and tools if there are any, and installs what it asks for
   * and the packed package.
   */
  const install = async (name, { as = name, tools, files = {} } = {}) => {
    const site = join(packed.folder, as);
    cpSync(join(EXAMPLES, name), site, { recursive: true });
    const path = join(site, 'package.json');
    const asked = JSON.parse(readFileSync(path, 'utf8'));
    asked.dependencies['eps-restore'] = `file:${packed.tarball}`;
    if (tools) asked.devDependencies = tools;
    writeFileSync(path, JSON.stringify(asked));
    for (const [file, text] of Object.entries(files)) writeFileSync(join(site, file), text);
    await run('npm', ['install', '--silent', '--no-audit', '--no-fund'], { cwd: site });
    return site;
  };

  test('Parcel builds its example, which works', async () => {
    await runScript(await install('parcel'), 'build');
    await restoresIn(session, `${session.origin}/parcel/dist/`, expected);
  });

  test('Vite builds the page with the React component, which works', async () => {
    await runScript(await install('react'), 'build');
    await restoresIn(session, `${session.origin}/react/dist/`, expected);
  });

  test('Next.js builds its example, which works', async () => {
    process.env.NEXT_TELEMETRY_DISABLED = '1';
    const site = await install('next');
    await runScript(site, 'build');
    const port = await freePort();
    const program = join(site, 'node_modules', 'next', 'dist', 'bin', 'next');
    await worksServed(site, [program, 'start', '--port', port], port);
  });

  test('Vite 7 builds and serves the example, with the two lines of the README', async () => {
    const tools = { vite: '^7.3.8' };
    const site = await install('vite', { as: 'vite-7', tools, files: VITE_7 });
    await runScript(site, 'build');
    await restoresIn(session, `${session.origin}/vite-7/dist/`, expected);
    const port = await freePort();
    const program = join(site, 'node_modules', 'vite', 'bin', 'vite.js');
    await worksServed(site, [program, '--host', 'localhost', '--port', port], port);
  });

  test('tsup bundles the example of esbuild', async () => {
    const site = await install('esbuild', { as: 'tsup', tools: TSUP_TOOLS, files: TSUP });
    await run('npx', ['eps-restore', 'copy-assets', 'public/eps-restore'], { cwd: site });
    await run('npx', ['tsup'], { cwd: site });
    await restoresIn(session, `${session.origin}/tsup/public/`, expected);
  });

  test('Angular builds the example of esbuild, with the copied files as assets', async () => {
    const site = await install('esbuild', { as: 'angular', tools: ANGULAR_TOOLS, files: ANGULAR });
    await run('npx', ['eps-restore', 'copy-assets', 'assets/eps-restore'], { cwd: site });
    const env = { ...process.env, NG_CLI_ANALYTICS: 'false' };
    await run('npx', ['ng', 'build'], { cwd: site, env });
    await restoresIn(session, `${session.origin}/angular/dist/browser/`, expected);
  });

  /** Starts a site's own server, and tries its page. */
  const worksServed = async (site, command, port) => {
    const server = spawn(process.execPath, command, { cwd: site });
    try {
      const origin = `http://localhost:${port}`;
      session.allowOrigin(origin);
      session.allowErrors(/favicon/);
      await untilAnswers(origin);
      await restoresIn(session, origin, expected);
    } finally {
      server.kill();
    }
  };
});

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}

async function untilAnswers(origin) {
  for (let tries = 0; tries < 120; tries++) {
    if (
      await fetch(origin).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  assert.fail(`${origin} does not answer`);
}
