// The three engines behind one interface, each with a server of its own, so that what one asks for
// is not counted for another.
import { staticServer } from '../../../scripts/lib/static-server.mjs';
import { openSession, ROOT, sendBlankPage } from '../harness.mjs';
import { openFirefox } from './firefox.mjs';
import { openWebKit } from './webkit.mjs';

/**
 * @typedef {object} Engine
 * @property {string} version
 * @property {() => Promise<Page>} newPage a page that shares the cache of the others.
 * @property {string[]} errors of its pages, where the driver reports them.
 * @property {() => Promise<void>} close
 *
 * @typedef {object} Page
 * @property {(url: string) => Promise<unknown>} goto
 * @property {(work: Function, argument?: unknown) => Promise<any>} evaluate
 */

const OPENERS = {
  Firefox: () => openFirefox({ webgpu: false }),
  'Firefox with WebGPU': () => openFirefox({ webgpu: true }),
  WebKit: openWebKit,
};

/** Opens an engine and a server of the repository: { version, page, origin, requests, close }. */
export async function openEngine(name) {
  if (name === 'Chromium') return openChromium();
  const requests = [];
  const server = staticServer(ROOT, (request, response) => answer(requests, request, response));
  await new Promise((resolve) => server.listen(0, 'localhost', resolve));
  const engine = await OPENERS[name]();
  const session = {
    version: engine.version,
    origin: `http://localhost:${server.address().port}`,
    requests,
    page: await engine.newPage(),
    async newPage() {
      session.page = await engine.newPage();
    },
    async close() {
      await engine.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      if (engine.errors.length > 0) throw new Error(engine.errors.join('\n'));
    },
  };
  return session;
}

async function openChromium() {
  const session = await openSession({ root: '.', webgpu: false });
  session.version = `Chromium ${session.browser.version()}`;
  return session;
}

/** The session's own page; every other path is a file. */
function answer(requests, request, response) {
  const { pathname: path } = new URL(request.url, 'http://localhost');
  requests.push({ method: request.method, path });
  if (path !== '/blank.html') return false;
  sendBlankPage(response);
  return true;
}
