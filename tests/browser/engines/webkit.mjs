// WebKitGTK's browser by its WebDriver, on a display of its own.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireWebKit } from '../../../scripts/lib/webkit.mjs';
import { isReady, openWebDriver, pageOf } from './web-driver.mjs';

const TIMEOUTS = { script: 300_000, pageLoad: 60_000 };

/** @returns {Promise<import('./engines.mjs').Engine>} */
export async function openWebKit() {
  const programs = requireWebKit();
  // Nothing of this user's, and a folder that only this user may read, as WebKit asks.
  const home = mkdtempSync(join(tmpdir(), 'eps-webkit-'));
  const children = [];
  const close = async () => {
    for (const child of children.reverse()) await end(child);
    rmSync(home, { recursive: true, force: true });
  };
  try {
    const display = await openDisplay(programs.display, children);
    const address = await openDriver(programs.driver, { display, home }, children);
    const { command, facts } = await openWebDriver(address, {
      'webkitgtk:browserOptions': { binary: programs.browser, args: ['--automation'] },
    });
    await command('POST', '/timeouts', TIMEOUTS);
    const newPage = async () =>
      pageOf(command, (await command('POST', '/window/new', { type: 'tab' })).handle);
    return {
      version: `${facts.browserName} ${facts.browserVersion}`,
      newPage,
      errors: [],
      close: async () => {
        await command('DELETE', '');
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Starts a display and gives its name: the server chooses the number. */
async function openDisplay(program, children) {
  const child = spawn(
    program,
    ['-displayfd', '3', '-screen', '0', '1280x900x24', '-nolisten', 'tcp'],
    {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    },
  );
  children.push(child);
  const number = await new Promise((resolve, reject) => {
    child.stdio[3].once('data', (data) => resolve(String(data).trim()));
    child.once('exit', (code) => reject(new Error(`Xvfb ended with status ${code}.`)));
  });
  return `:${number}`;
}

async function openDriver(program, { display, home }, children) {
  const port = await freePort();
  const child = spawn(program, [`--port=${port}`, '--host=127.0.0.1'], {
    stdio: 'ignore',
    env: {
      PATH: process.env.PATH,
      LANG: 'C.UTF-8',
      DISPLAY: display,
      HOME: home,
      XDG_RUNTIME_DIR: home,
      // Containers allow no sandbox, and a virtual display has no GPU.
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
      WEBKIT_DISABLE_COMPOSITING_MODE: '1',
    },
  });
  children.push(child);
  const address = `http://127.0.0.1:${port}`;
  const deadline = Date.now() + 30_000;
  while (!(await isReady(address))) {
    if (Date.now() > deadline || child.exitCode !== null)
      throw new Error('WebKitWebDriver does not answer.');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return address;
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill();
  await ended;
}
