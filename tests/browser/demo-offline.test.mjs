// The demo without a network: stored by its service worker, brought up to date without a loss, and
// cleared.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  openDemo,
  openFile,
  pick,
  restore,
  restoreButton,
  setVariants,
  smoothPng,
  untilReady,
} from './demo-tools.mjs';
import { openSession, ROOT } from './harness.mjs';

/**
 * Keeps the titles of the notifications that the browser has taken, in `told`. What the browser
 * shows is not asked: without a desktop to show it on, Chromium forgets one that it has just taken.
 */
function recordNotifications() {
  const { prototype } = ServiceWorkerRegistration;
  const { showNotification } = prototype;
  window.told = [];
  prototype.showNotification = async function (title, options) {
    await showNotification.call(this, title, options);
    window.told.push(title);
  };
}

describe('the demo without a network', { timeout: 5 * 60_000 }, () => {
  let session;
  let page;
  before(async () => {
    session = await openDemo();
    ({ page } = session);
    await page.getByText('This page works offline').waitFor();
  });
  after(() => session?.close());
  const updateButton = () => page.locator('#update');

  it('can be installed', async () => {
    const devtools = await session.context.newCDPSession(page);
    const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors');
    // A context of Playwright is a private window, from which nothing is installed.
    const wrong = installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito');
    assert.deepEqual(wrong, []);
    const { errors, url } = await devtools.send('Page.getAppManifest');
    assert.deepEqual([errors, url], [[], `${session.origin}/manifest.webmanifest`]);
  });

  it('restores a photo after a reload', async () => {
    await session.unplug();
    await page.reload();
    await untilReady(page);
    await openFile(page, 'photo.png', smoothPng(48));
    await pick(page, 'Denoise');
    await setVariants(page, 0);
    await restore(page);
    await page.getByRole('button', { name: /^Two spaniels/ }).click();
    await page.getByText('Scratched by this page').waitFor();
    await session.plugIn();
  });

  it('tells the end of a run to who looks at something else', async () => {
    await session.context.grantPermissions(['notifications']);
    await openFile(page, 'photo.png', smoothPng(48));
    await page.evaluate(recordNotifications);
    const told = () => page.evaluate(() => window.told);
    await pick(page, 'Denoise');
    await restore(page);
    assert.deepEqual(await told(), []);
    await page.evaluate(() => Object.defineProperty(document, 'hidden', { value: true }));
    await pick(page, 'Photo');
    await restoreButton(page).click();
    await page.waitForFunction(() => window.told.length > 0);
    await restoreButton(page).waitFor();
    assert.deepEqual(await told(), ['photo is done.']);
  });

  it('keeps a new version waiting while a photo is open in some tab', async () => {
    session.route('/sw.js', (request, response) => {
      const worker = readFileSync(join(ROOT, 'dist', 'sw.js'), 'utf8');
      response
        .writeHead(200, { 'content-type': 'text/javascript' })
        .end(`${worker}\n/* another version */`);
    });
    const first = page;
    const second = await session.newPage();
    second.setDefaultTimeout(60_000);
    await second.goto(`${session.origin}/`);
    // The photo of the first tab is kept for all of them.
    await second.getByRole('heading', { name: /^Restore “/ }).waitFor({ state: 'attached' });
    await untilReady(second);
    await second.getByText('It waits until the photo is closed').waitFor();
    assert.ok(await second.locator('#update').isHidden());
    await second.getByRole('button', { name: 'Close the photo and forget it' }).click();
    await second.locator('#update').click();
    await second.locator('.notice', { hasText: 'in every tab' }).waitFor();
    await first.evaluate(() => (window.isOld = true));
    await first.getByRole('button', { name: 'Close the photo and forget it' }).click();
    await second.locator('#update').click();
    await first.waitForFunction(() => !window.isOld);
    await untilReady(first);
    assert.ok(await updateButton().isHidden());
    await second.close();
    page = first;
    const waiting = await page.evaluate(async () => {
      const registration = await navigator.serviceWorker.getRegistration();
      return registration.waiting !== null;
    });
    assert.equal(waiting, false);
  });

  it('tells what is stored, and clears it', async () => {
    await page.locator('#stored').scrollIntoViewIfNeeded();
    const stored = page.getByText(/^\d+\.\d MB are stored in this browser/);
    await stored.waitFor();
    const megabytes = Number.parseFloat(await stored.textContent());
    assert.ok(megabytes > 8, `${megabytes} MB: the model alone has 7`);
    await page.getByRole('button', { name: 'Clear what is stored' }).click();
    await page.getByText('Nothing is stored any more').waitFor();
    const left = await page.evaluate(async () => [
      (await caches.keys()).length,
      (await navigator.serviceWorker.getRegistrations()).length,
    ]);
    assert.deepEqual(left, [0, 0]);
  });
});

describe('the demo on a connection where megabytes cost', { timeout: 3 * 60_000 }, () => {
  let session;
  before(async () => {
    session = await openSession({ root: 'dist', webgpu: false, serviceWorkers: 'block' });
    await session.context.addInitScript(() => {
      Object.defineProperty(Navigator.prototype, 'connection', { value: { saveData: true } });
    });
  });
  after(() => session?.close());
  const isModel = ({ path }) => /photo-v2.*\.safetensors$/.test(path);

  it('loads the model when it is asked to, or with the first photo', async () => {
    for (const want of [
      (page) => page.getByRole('button', { name: 'Get ready now' }).click(),
      (page) => openFile(page, 'photo.png', smoothPng(48)),
    ]) {
      const page = await session.newPage();
      await page.goto(`${session.origin}/`);
      await page.getByText('The first visit loads 10 MB').waitFor();
      await page.getByText('Loads with your first photo').waitFor();
      await page.locator('.card:disabled').first().waitFor({ state: 'detached' });
      const before = session.requests.filter(isModel).length;
      await want(page);
      await untilReady(page);
      if (before === 0) assert.ok(session.requests.some(isModel));
      assert.ok(await page.getByRole('button', { name: 'Get ready now' }).isHidden());
    }
  });
});
