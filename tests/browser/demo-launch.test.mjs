// Photos that the system hands to the installed demo: opened with it, and shared with it.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openDemo, smoothPng, untilKept } from './demo-tools.mjs';

describe('the installed demo', { timeout: 5 * 60_000 }, () => {
  let session;
  let page;
  before(async () => {
    session = await openDemo();
    ({ page } = session);
    page.setDefaultTimeout(60_000);
    await page.getByText('This page works offline').waitFor();
  });
  after(() => session?.close());
  const title = (name) =>
    page.getByRole('heading', { name: `Restore “${name}”` }).waitFor({ state: 'attached' });

  it('is offered for pictures by its manifest, in both languages', async () => {
    for (const [address, start] of [
      ['/manifest.webmanifest', './'],
      ['/manifest.de.webmanifest', 'de.html'],
    ]) {
      const manifest = await (await fetch(`${session.origin}${address}`)).json();
      assert.equal(manifest.start_url, start);
      const [handler] = manifest.file_handlers;
      assert.equal(handler.action, start);
      assert.deepEqual(handler.accept['image/jpeg'], ['.jpg', '.jpeg']);
      const { action, method, enctype, params } = manifest.share_target;
      assert.deepEqual([action, method, enctype], ['share', 'POST', 'multipart/form-data']);
      assert.deepEqual(params.files, [{ name: 'photos', accept: ['image/*'] }]);
    }
  });

  /** Does what the system does when something is shared: from a page without a content policy. */
  async function share(names, meanwhile = () => undefined) {
    await page.goto(`${session.origin}/blank.html`);
    await meanwhile();
    await page.evaluate(
      ({ names, bytes }) => {
        const files = new DataTransfer();
        for (const name of names)
          files.items.add(new File([new Uint8Array(bytes)], name, { type: 'image/png' }));
        const form = document.createElement('form');
        Object.assign(form, { action: 'share', method: 'post', enctype: 'multipart/form-data' });
        const input = document.createElement('input');
        Object.assign(input, { type: 'file', name: 'photos', multiple: true });
        input.files = files.files;
        form.append(input);
        document.body.append(form);
        form.submit();
      },
      { names, bytes: [...smoothPng(40)] },
    );
  }

  it('opens a photo that is shared with it, without a network', async () => {
    await share(['Ferien 1.png'], () => session.unplug());
    await title('Ferien 1');
    assert.equal(page.url(), `${session.origin}/`);
    await session.plugIn();
    await untilKept(page, ({ photo }) => photo === 'Ferien 1');
    await page.reload();
    await page.getByText('Your last photo is open again').waitFor();
  });

  it('lists several', async () => {
    await share(['a.png', 'b.png']);
    await page.getByRole('heading', { name: '2 photos' }).waitFor();
  });

  it('opens a file that is opened with it, now and later', async () => {
    await page.addInitScript(() => {
      const setConsumer = (consume) => (window.launch = consume);
      Object.defineProperty(window, 'launchQueue', { value: { setConsumer } });
    });
    await page.reload();
    await page.waitForFunction(() => window.launch);
    const launch = (name) =>
      page.evaluate(
        ({ name, bytes }) => {
          const file = new File([new Uint8Array(bytes)], name, { type: 'image/png' });
          window.launch({ files: [{ getFile: () => Promise.resolve(file) }] });
        },
        { name, bytes: [...smoothPng(40)] },
      );
    await launch('first.png');
    await title('first');
    await launch('second.png');
    await title('second');
  });
});
