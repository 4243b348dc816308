// npm run test:examples: the examples whose tools are too large for every test. npm installs them
// from its registry into a folder outside the repository, beside the packed package.
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

  /** Copies an example, and installs what it asks for and the packed package. */
  const install = async (name) => {
    const site = join(packed.folder, name);
    cpSync(join(EXAMPLES, name), site, { recursive: true });
    const path = join(site, 'package.json');
    const asked = JSON.parse(readFileSync(path, 'utf8'));
    asked.dependencies['eps-restore'] = `file:${packed.tarball}`;
    writeFileSync(path, JSON.stringify(asked));
    await run('npm', ['install', '--silent', '--no-audit', '--no-fund'], { cwd: site });
    return site;
  };

  test('Parcel builds its example, which works', async () => {
    await runScript(await install('parcel'), 'build');
    await restoresIn(session, `${session.origin}/parcel/dist/`, expected);
  });

  test('Next.js builds its example, which works', async () => {
    process.env.NEXT_TELEMETRY_DISABLED = '1';
    const site = await install('next');
    await runScript(site, 'build');
    const port = await freePort();
    const program = join(site, 'node_modules', 'next', 'dist', 'bin', 'next');
    const server = spawn(process.execPath, [program, 'start', '--port', port], { cwd: site });
    try {
      const origin = `http://localhost:${port}`;
      session.allowOrigin(origin);
      session.allowErrors(/favicon/);
      await untilAnswers(origin);
      await restoresIn(session, origin, expected);
    } finally {
      server.kill();
    }
  });
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
