// What every browser test needs: a server, a Chromium with or without WebGPU, a record of requests,
// errors and GPU work.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { PNG } from 'pngjs';
import { findChromium } from '../../scripts/lib/chromium.mjs';
import { staticServer } from '../../scripts/lib/static-server.mjs';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const QUIET = [
  '--no-sandbox',
  '--no-first-run',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** WebGPU on Chromium's software adapter, which needs no GPU. */
const WITH_WEBGPU = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];
/**
 * Chromium hands out no adapter then, though `navigator.gpu` stays: `withoutWebGpu` removes it too,
 * as in a browser that never had it.
 */
const WITHOUT_WEBGPU = ['--disable-gpu'];

/** Runs before everything else in pages and workers of a session without WebGPU. */
function withoutWebGpu() {
  for (const scope of [globalThis.Navigator, globalThis.WorkerNavigator])
    if (scope) delete scope.prototype.gpu;
  for (const name of Object.getOwnPropertyNames(globalThis))
    if (/^GPU[A-Z]/.test(name)) delete globalThis[name];
}

/**
 * Runs at the top of every worker script of ours: counts what is submitted to the GPU and compiled
 * for it, and can lose its devices.
 */
function probe() {
  const found = { submissions: 0, pipelines: 0, devices: [] };
  globalThis.epsProbe = found;
  if (!globalThis.GPUQueue) return;
  const { createComputePipeline } = GPUDevice.prototype;
  GPUDevice.prototype.createComputePipeline = function (...args) {
    found.pipelines++;
    return createComputePipeline.apply(this, args);
  };
  const { submit } = GPUQueue.prototype;
  GPUQueue.prototype.submit = function (...args) {
    found.submissions++;
    return submit.apply(this, args);
  };
  const { requestDevice } = GPUAdapter.prototype;
  GPUAdapter.prototype.requestDevice = async function (...args) {
    const device = await requestDevice.apply(this, args);
    found.devices.push(device);
    return device;
  };
}

/**
 * Opens a page in a fresh browser, with a server of its own.
 *
 * @param {object} options
 * @param {string} options.root folder to serve, relative to the repository: 'dist' for the demo,
 *   '.' for the package.
 * @param {boolean} options.webgpu whether the browser has WebGPU (on the software adapter).
 * @param {{ width: number, height: number }} [options.viewport]
 * @param {'allow' | 'block'} [options.serviceWorkers] 'block': every file comes from the server,
 *   also on the next visit.
 * @param {string[]} [options.args] of the browser's command line.
 * @param {boolean} [options.hasTouch]
 * @param {string} [options.locale] what the browser prefers.
 */
export async function openSession({
  root,
  webgpu,
  viewport = { width: 1280, height: 900 },
  serviceWorkers = 'allow',
  hasTouch = false,
  locale = 'en-US',
  args = [],
}) {
  const session = new Session();
  await session.open(root, webgpu, args, { viewport, serviceWorkers, hasTouch, locale });
  return session;
}

class Session {
  /** Every request that reached the server: { method, path }. */
  requests = [];
  /** Requests to anywhere else: addresses. */
  foreign = [];
  /** Unexpected errors: of the page, its console, its workers. */
  errors = [];
  #allowed = [];
  #allowedOrigins = [];
  #routes = new Map();
  #folder = '';
  #port = 0;

  async open(root, webgpu, args, options) {
    this.#folder = join(ROOT, root);
    await this.plugIn();
    this.origin = `http://localhost:${this.server.address().port}`;
    this.browser = await chromium.launch({
      executablePath: findChromium(),
      args: [...QUIET, ...(webgpu ? WITH_WEBGPU : WITHOUT_WEBGPU), ...args],
    });
    this.context = await this.browser.newContext({ ...options, acceptDownloads: true });
    this.prelude = webgpu ? probe : withoutWebGpu;
    if (!webgpu) await this.context.addInitScript(withoutWebGpu);
    this.context.on('request', (request) => {
      const url = request.url();
      const allowed = [this.origin, ...this.#allowedOrigins];
      if (!allowed.some((origin) => url.startsWith(`${origin}/`)) && !/^(blob|data):/.test(url))
        this.foreign.push(url);
    });
    await this.newPage();
    await this.page.goto(`${this.origin}/blank.html`);
    const present = await this.page.evaluate(
      () => 'gpu' in navigator && navigator.gpu !== undefined,
    );
    if (present !== webgpu)
      throw new Error(
        `navigator.gpu should be ${webgpu ? 'there' : 'absent'} in this browser, and is not.`,
      );
  }

  /** Starts the server, on the port that it had before. */
  async plugIn() {
    const folder = this.#folder;
    this.server = staticServer(folder, (request, response) =>
      this.#answer(folder, request, response),
    );
    await new Promise((resolve) => this.server.listen(this.#port, 'localhost', resolve));
    this.#port = this.server.address().port;
  }

  /** Ends the server, as if there were no network. */
  async unplug() {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** A page that shares the cache of the others: the next visit. It becomes `page`. */
  async newPage() {
    const page = await this.context.newPage();
    page.on('pageerror', (error) => this.#record(`page error: ${error.stack ?? error.message}`));
    page.on(
      'console',
      (message) =>
        message.type() === 'error' &&
        this.#record(`console error: ${message.text()} (${message.location().url})`),
    );
    page.on('crash', () => this.#record('the page crashed'));
    this.page = page;
    return page;
  }

  /** An error that a test brings about on purpose. */
  allowErrors(pattern) {
    this.#allowed.push(pattern);
  }

  /** Another server that a test asks on purpose. */
  allowOrigin(origin) {
    this.#allowedOrigins.push(origin);
  }

  /** Answers a path in another way: `(request, response) => …`; undefined takes it back. */
  route(path, handler) {
    if (handler) this.#routes.set(path, handler);
    else this.#routes.delete(path);
  }

  /** Calls of GPUQueue.submit in the page's workers so far. */
  submissions() {
    return this.#counted('submissions');
  }

  /** Compute pipelines that the page's workers have made. */
  pipelines() {
    return this.#counted('pipelines');
  }

  async #counted(what) {
    const counts = await Promise.all(
      this.page
        .workers()
        .map((worker) => worker.evaluate((what) => globalThis.epsProbe?.[what] ?? 0, what)),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** Waits until the page has this number of workers: an ended one is gone a moment later. */
  async untilWorkers(count) {
    const deadline = Date.now() + 10_000;
    while (this.page.workers().length !== count) {
      if (Date.now() > deadline)
        throw new Error(
          `The page should have ${count} workers, and has ${this.page.workers().length}.`,
        );
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** The page's one worker: not one that has just been ended. */
  async worker() {
    await this.untilWorkers(1);
    return this.page.workers()[0];
  }

  /**
   * For `afterEach`: says of a failed test whether its page still runs and draws. A log then tells
   * a page that hangs from a browser that stopped drawing.
   */
  async tellFailure(test) {
    if (!test.error) return;
    const frame = () => new Promise((resolve) => requestAnimationFrame(() => resolve('draws')));
    const within = (promise, otherwise) =>
      Promise.race([
        promise.catch(({ message }) => message),
        new Promise((resolve) => setTimeout(resolve, 5000, otherwise)),
      ]);
    const script = await within(
      this.page.evaluate(() => `is ${document.visibilityState}`),
      'hangs',
    );
    const drawing = await within(this.page.evaluate(frame), 'does not draw');
    const workers = this.page.workers().length;
    test.diagnostic(`the page ${script}, ${drawing}, and has ${workers} workers`);
  }

  /** Takes the GPU away from the page's workers. */
  async loseDevices() {
    await Promise.all(
      this.page
        .workers()
        .map((worker) =>
          worker.evaluate(() => globalThis.epsProbe.devices.forEach((device) => device.destroy())),
        ),
    );
  }

  /**
   * Closes everything. Throws where something went wrong that no test asked for, or anything was
   * asked of another server.
   */
  async close() {
    await this.browser?.close();
    if (this.server) await this.unplug();
    const foreign = this.foreign.map((url) => `request to elsewhere: ${url}`);
    const wrong = [...this.errors, ...foreign];
    if (wrong.length > 0) throw new Error(`Errors in the page:\n${wrong.join('\n')}`);
  }

  #record(error) {
    if (!this.#allowed.some((pattern) => pattern.test(error))) this.errors.push(error);
  }

  #answer(folder, request, response) {
    const path = new URL(request.url, this.origin).pathname;
    this.requests.push({ method: request.method, path });
    const route = this.#routes.get(path);
    if (route) {
      route(request, response);
      return true;
    }
    if (path === '/blank.html') {
      sendBlankPage(response);
      return true;
    }
    if (/\/[\w-]*worker(\.\w+)?\.js$/.test(path)) {
      response
        .writeHead(200, { 'content-type': 'text/javascript; charset=utf-8' })
        .end(`(${this.prelude})();\n${readFileSync(join(folder, path), 'utf8')}`);
      return true;
    }
    return false;
  }
}

/** A page without anything in it. */
export function sendBlankPage(response) {
  response
    .writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
    .end('<!doctype html><title>eps-restore</title><link rel="icon" href="data:,">');
}

/** Decodes a PNG file: { width, height, data } with RGBA bytes. */
export function decodePng(bytes) {
  return PNG.sync.read(Buffer.from(bytes));
}

/** Encodes RGBA bytes as a PNG file. */
export function encodePng({ data, width, height }) {
  const png = new PNG({ width, height });
  png.data = Buffer.from(data);
  return PNG.sync.write(png);
}
