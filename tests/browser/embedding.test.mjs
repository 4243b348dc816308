// The package in pages of other kinds: its files on another site (a CDN), in other places than its
// own, under a Content-Security-Policy, under Trusted Types. What works without such a policy is
// tried by examples.test.mjs.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { staticServer } from '../../scripts/lib/static-server.mjs';
import { openSession, ROOT } from './harness.mjs';

let session;
/** Another site with the package. */
let cdn;
let cdnOrigin;
/** Whether it allows others to read its files. */
let isShared = true;

before(async () => {
  session = await openSession({ root: '.', webgpu: false });
  cdn = staticServer(ROOT, (request, response) => {
    if (isShared) response.setHeader('access-control-allow-origin', '*');
    return false;
  });
  await new Promise((resolve) => cdn.listen(0, 'localhost', resolve));
  cdnOrigin = `http://localhost:${cdn.address().port}`;
  session.allowOrigin(cdnOrigin);
});
after(async () => {
  cdn?.closeAllConnections();
  await new Promise((resolve) => cdn?.close(resolve));
  await session.close();
});

/**
 * Opens a page that loads a restorer, removes noise from a photo and reports what happened. The
 * page runs its own script: Playwright's would not pass a Content-Security-Policy.
 */
async function visit({ from = '/pkg/dist/index.js', options = '{}', policy }) {
  const report = deferred();
  session.route('/report', (request, response) => {
    let text = '';
    request.on('data', (part) => (text += part));
    request.on('end', () => report.resolve(JSON.parse(text)));
    response.writeHead(204).end();
  });
  session.route('/embedded.js', (request, response) => {
    response.writeHead(200, { 'content-type': 'text/javascript' }).end(`
      const violations = [];
      document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) =>
        violations.push(effectiveDirective));
      const outcome = {};
      try {
        const { Restorer, denoise } = await import('${from}');
        const restorer = await Restorer.load({ device: 'cpu', workers: 2, ...${options} });
        const photo = new ImageData(16, 16);
        const { samples } = await restorer.restore(photo, denoise(20), { samples: 2 });
        outcome.samples = samples.length;
        restorer.dispose();
      } catch ({ code, message }) {
        Object.assign(outcome, { code, message });
      }
      await fetch('/report', { method: 'POST', body: JSON.stringify({ ...outcome, violations }) });
    `);
  });
  session.route('/embedding.html', (request, response) => {
    response
      .writeHead(200, {
        'content-type': 'text/html; charset=utf-8',
        ...(policy && { 'content-security-policy': policy }),
      })
      .end(
        '<!doctype html><link rel="icon" href="data:,">' +
          '<script type="module" src="/embedded.js"></script>',
      );
  });
  await session.page.goto(`${session.origin}/embedding.html`);
  return report.promise;
}

function deferred() {
  let resolve;
  const promise = new Promise((settle) => (resolve = settle));
  return { promise, resolve };
}

/** Serves the page's part of the package alone from elsewhere, as a bundler leaves it. */
function serveBundled() {
  const folder = join(ROOT, 'pkg', 'dist');
  for (const path of readdirSync(folder, { recursive: true })) {
    if (!/^(index|(page|page\/windows|shared)\/[\w-]+)\.js$/.test(path)) continue;
    const source = readFileSync(join(folder, path), 'utf8');
    session.route(`/app/chunks/${path}`, (request, response) =>
      response.writeHead(200, { 'content-type': 'text/javascript' }).end(source),
    );
  }
  session.route('/app/chunks/worker.js', (request, response) => response.writeHead(404).end());
  return '/app/chunks/index.js';
}

describe('the package on another site', { timeout: 120_000 }, () => {
  test('works under the policy that the README states', async () => {
    const { samples, message, violations } = await visit({
      from: `${cdnOrigin}/pkg/dist/index.js`,
      policy: cdnPolicy("'wasm-unsafe-eval'"),
    });
    assert.equal(samples, 2, message);
    assert.deepEqual(violations, []);
  });

  test('says what a policy against WebAssembly must allow', async () => {
    session.allowErrors(/WebAssembly|wasm/i);
    const { code, message } = await visit({
      from: `${cdnOrigin}/pkg/dist/index.js`,
      policy: cdnPolicy(''),
    });
    assert.equal(code, 'worker-failed', message);
    assert.match(message, /Add 'wasm-unsafe-eval' to its script-src/);
  });

  test('is refused with a reason where the other site does not allow it', async () => {
    session.allowErrors(/CORS|ERR_FAILED/);
    isShared = false;
    const { code, message } = await visit({
      // An address that no cache knows yet.
      options: `{ workerUrl: '${cdnOrigin}/pkg/dist/worker.js?refused' }`,
    });
    isShared = true;
    assert.equal(code, 'worker-failed', message);
    assert.match(message, /another site that does not allow it \(CORS\)/);
  });
});

/** What a page must allow that takes the package from the other site. */
function cdnPolicy(wasm) {
  return [
    "default-src 'self'",
    `script-src 'self' ${cdnOrigin} ${wasm}`,
    `connect-src 'self' ${cdnOrigin}`,
    `worker-src blob: ${cdnOrigin}`,
    'img-src data:',
  ].join('; ');
}

describe('the package after a bundler that does not know its files', { timeout: 120_000 }, () => {
  before(() => {
    session.allowErrors(/Failed to load resource/);
  });

  test('says which addresses to state', async () => {
    const from = serveBundled();
    const none = await visit({ from });
    assert.equal(none.code, 'worker-failed', none.message);
    assert.match(none.message, /state workerUrl .*optimizeDeps: \{ exclude: \['eps-restore'\] \}/);
    // Weights that the browser's cache does not have.
    const options = "{ workerUrl: '/pkg/dist/worker.js', sha256: 'ab'.repeat(32) }";
    const worker = await visit({ from, options });
    assert.equal(worker.code, 'download-failed', worker.message);
    assert.match(worker.message, /answered 404.* state modelUrl/);
  });

  test('takes the core from where it is stated to be', async () => {
    const core = readFileSync(join(ROOT, 'pkg/wasm/eps_restore_bg.wasm'));
    session.route('/files/core.wasm', (request, response) =>
      response.writeHead(200, { 'content-type': 'application/wasm' }).end(core),
    );
    const { samples, message } = await visit({ options: "{ wasmUrl: 'files/core.wasm' }" });
    assert.equal(samples, 2, message);
    assert.equal(session.requests.filter(({ path }) => path === '/files/core.wasm').length, 1);
    const missing = await visit({ options: "{ wasmUrl: 'files/none.wasm' }" });
    assert.equal(missing.code, 'worker-failed', missing.message);
    assert.match(missing.message, /none\.wasm answered 404.*stated by wasmUrl/);
  });
});

describe('the package under Trusted Types', { timeout: 120_000 }, () => {
  const enforced = (names) => `require-trusted-types-for 'script'; trusted-types ${names}`;
  before(() => {
    session.allowErrors(/TrustedScriptURL|Trusted ?Type/i);
  });

  test('works with the policy of its name, silently where the worker is stated', async () => {
    const byDefault = await visit({ policy: enforced('eps-restore') });
    assert.equal(byDefault.samples, 2, byDefault.message);
    const { samples, message, violations } = await visit({
      policy: enforced('eps-restore'),
      options: "{ workerUrl: '/pkg/dist/worker.js' }",
    });
    assert.equal(samples, 2, message);
    assert.deepEqual(violations, []);
  });

  test('works with another name, or with a policy of the page', async () => {
    for (const options of [
      "{ trustedTypesPolicy: 'page' }",
      "{ trustedTypesPolicy: trustedTypes.createPolicy('page', { createScriptURL: (u) => u }) }",
    ]) {
      const { samples, message, violations } = await visit({ policy: enforced('page'), options });
      assert.equal(samples, 2, message);
      assert.deepEqual(violations, []);
    }
  });

  test('says what the page must allow', async () => {
    const { code, message } = await visit({ policy: enforced("'none'") });
    assert.equal(code, 'worker-failed', message);
    assert.match(message, /add 'trusted-types eps-restore' .* or state trustedTypesPolicy/);
  });
});
