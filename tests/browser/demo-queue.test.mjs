// Many photos in the demo: one setting for all, progress for each, a zip at the end.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { grainyPng, openDemo, openFile, pick, restoreButton, smoothPng } from './demo-tools.mjs';
import { decodePng } from './harness.mjs';

const png = (name, buffer) => ({ name, mimeType: 'image/png', buffer });
const PHOTOS = [
  png('a.png', grainyPng(48)),
  png('b.png', smoothPng(40, 56)),
  png('broken.png', Buffer.from('no picture at all')),
  png('a.png', grainyPng(32)),
];

/** The files of a zip whose entries are stored as they are: { name, bytes }. */
function entriesOf(zip) {
  const entries = [];
  const directory = zip.readUInt32LE(zip.length - 22 + 16);
  const count = zip.readUInt16LE(zip.length - 22 + 10);
  for (let i = 0, at = directory; i < count; i++) {
    const [size, nameLength] = [zip.readUInt32LE(at + 24), zip.readUInt16LE(at + 28)];
    const from = zip.readUInt32LE(at + 42);
    const start = from + 30 + zip.readUInt16LE(from + 26) + zip.readUInt16LE(from + 28);
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength);
    entries.push({ name, bytes: zip.subarray(start, start + size) });
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return entries;
}

describe('many photos in the demo', { timeout: 5 * 60_000 }, () => {
  let session;
  let page;
  before(async () => {
    session = await openDemo({ viewport: { width: 1280, height: 800 } });
    ({ page } = session);
  });
  after(() => session?.close());
  /** Whether leaving the page would ask first. */
  const asks = () =>
    page.evaluate(() => !window.dispatchEvent(new Event('beforeunload', { cancelable: true })));
  const rows = () => page.locator('#queue-list li').allTextContents();
  const start = () => page.getByRole('button', { name: 'Restore all 4' });
  async function zip(act) {
    const download = page.waitForEvent('download');
    await act();
    const saved = await download;
    assert.equal(saved.suggestedFilename(), 'restored.zip');
    return entriesOf(readFileSync(await saved.path()));
  }

  it('lists them, and opens the first to find the settings', async () => {
    await page.getByLabel('Photo file').setInputFiles(PHOTOS);
    await page.getByRole('heading', { name: '4 photos' }).waitFor();
    assert.equal(await page.locator('h1:visible').textContent(), 'Restore “a”');
    assert.deepEqual(await rows(), [
      'a.png waiting',
      'b.png waiting',
      'broken.png waiting',
      'a.png waiting',
    ]);
    await page.getByText('Fill needs a mask for each photo').waitFor();
    assert.ok(await start().isDisabled());
  });

  it('restores all of them, says which failed, and saves a zip', async () => {
    await pick(page, 'Enlarge');
    await pick(page, '2×');
    const entries = await zip(() => start().click());
    await page.getByText('3 of 4 photos are restored').waitFor();
    assert.deepEqual(
      entries.map(({ name }) => name),
      ['a-enlarge.png', 'b-enlarge.png', 'a-enlarge (2).png'],
    );
    const sizes = entries.map(({ bytes }) => {
      const { width, height } = decodePng(bytes);
      return [width, height];
    });
    assert.deepEqual(sizes, [
      [96, 96],
      [80, 112],
      [64, 64],
    ]);
    const told = await rows();
    assert.equal(told[1], 'b.png done');
    assert.match(told[2], /“broken.png” cannot be read as a picture/);
    const again = await zip(() => page.getByRole('button', { name: 'Save 3 results' }).click());
    assert.deepEqual(again, entries);
  });

  it('asks before it loses what is not saved', async () => {
    assert.equal(await asks(), false, 'the zip is saved');
  });

  it('is cancelled by the button of a run, and keeps what is done', async () => {
    await pick(page, 'Denoise');
    await page.evaluate(() => {
      const observer = new MutationObserver(() => {
        const second = document.querySelector('#queue-list li:nth-child(2)');
        if (second.className !== 'running') return;
        observer.disconnect();
        document.querySelector('#cancel').click();
      });
      observer.observe(document.querySelector('#queue-list'), { subtree: true, attributes: true });
    });
    await start().click();
    await restoreButton(page).waitFor();
    const told = await rows();
    assert.deepEqual([told[0], told[3]], ['a.png done', 'a.png waiting']);
    assert.ok(await page.getByRole('button', { name: 'Save 1 result as a zip' }).isVisible());
    assert.equal(await asks(), true, 'one result is in no zip');
  });

  it('fits a phone, and is left by another photo', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    assert.equal(await page.evaluate(() => document.scrollingElement.scrollWidth), 360);
    await openFile(page, 'other.png', smoothPng(32));
    await page.locator('#queue').waitFor({ state: 'hidden' });
  });
});
