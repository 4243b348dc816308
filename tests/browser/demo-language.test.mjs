// The demo in the language that the browser prefers, and in the other by its link.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { demoModule } from '../unit/demo-modules.mjs';
import { grainyPng, openFile, untilKept } from './demo-tools.mjs';
import { openSession } from './harness.mjs';

const english = await demoModule('words');
const german = await demoModule('words/german');

/** Every text of a language that is written as it is. */
function texts(value) {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' ? Object.values(value).flatMap(texts) : [];
}
const spoken = new Set(texts([german.words, german.markup]));
const foreign = texts([english.WORDS, english.markup]).filter(
  (text) => /[a-z]{3}/i.test(text) && !spoken.has(text),
);

describe('the demo in German', { timeout: 5 * 60_000 }, () => {
  let session;
  let page;
  before(async () => {
    session = await openSession({
      root: 'dist',
      webgpu: false,
      locale: 'de-DE',
      viewport: { width: 1280, height: 800 },
    });
    ({ page } = session);
    page.setDefaultTimeout(120_000);
    await page.goto(`${session.origin}/`);
    await page.locator('#engine').getByText('Bereit auf dem Prozessor').waitFor();
  });
  after(() => session?.close());

  /** English texts that are on the page, in attributes too. */
  const left = () =>
    page.evaluate((foreign) => {
      const known = new Set(foreign);
      const seen = new Set();
      const look = (text) => known.has(text?.trim()) && seen.add(text.trim());
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ALL);
      for (let node = walker.currentNode; node; node = walker.nextNode()) {
        // The name of a language stands in itself.
        if (node.parentElement?.id === 'language') continue;
        if (node.nodeType === Node.TEXT_NODE) look(node.data.replace(/\s+/g, ' '));
        for (const { name, value } of node.attributes ?? [])
          if (/^(aria-|title|alt|placeholder)/.test(name)) look(value);
      }
      return [...seen];
    }, foreign);

  it('is chosen by what the browser prefers', async () => {
    assert.match(page.url(), /\/de\.html$/);
    assert.equal(await page.locator('html').getAttribute('lang'), 'de');
    assert.equal(await page.title(), 'eps-restore: Fotos auf dem eigenen Gerät restaurieren');
    await page.getByRole('button', { name: /^Zwei Spaniels/ }).waitFor();
    assert.deepEqual(await left(), []);
  });

  it('improves a photo, and says all of it in German', async () => {
    await page.getByLabel('Fotodatei').setInputFiles({
      name: 'körnig.png',
      mimeType: 'image/png',
      buffer: grainyPng(160),
    });
    await page.getByText('In diesem Foto gefunden').waitFor();
    assert.ok(await page.getByRole('checkbox', { name: /^Körnung stark/ }).isChecked());
    await page.getByRole('button', { name: 'Verbessern', exact: true }).click();
    await page
      .locator('#facts')
      .getByText(/^Entrauschen, \d Auswertung.* auf dem Prozessor/)
      .waitFor();
    await page.getByRole('button', { name: 'Bestes Ergebnis speichern' }).waitFor();
    for (const task of ['Füllen', 'Vergrößern', 'Schärfen', 'Entrauschen', 'Einfärben']) {
      await page.getByRole('radio', { name: task, exact: true }).check();
      assert.deepEqual(await left(), []);
    }
  });

  it('has no room too small for its words', async () => {
    for (const [width, height] of [
      [1280, 800],
      [360, 740],
      [740, 360],
    ]) {
      await page.setViewportSize({ width, height });
      assert.equal(await page.evaluate(() => document.scrollingElement.scrollWidth), width);
      const cut = await page.evaluate(() =>
        [...document.querySelectorAll('.task-tiles span, .segments span, .button')]
          .filter((part) => {
            // On phones the panel makes no box of its own.
            const panel = part.closest('.panel')?.getBoundingClientRect();
            const edge = panel?.width ? panel.right : innerWidth;
            const isCut = part.getBoundingClientRect().right > edge;
            return part.checkVisibility() && (isCut || part.scrollWidth > part.clientWidth + 1);
          })
          .map((part) => part.textContent.trim()),
      );
      assert.deepEqual(cut, []);
    }
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  it('gives way to English by its link, which is remembered, and keeps the photo', async () => {
    await untilKept(page, ({ photo }) => photo !== undefined);
    await page.getByRole('link', { name: 'English' }).click();
    await page.getByText('Your last photo is open again').waitFor();
    assert.equal(await page.locator('html').getAttribute('lang'), 'en');
    await page.goto(`${session.origin}/`);
    await page.getByText('Your last photo is open again').waitFor();
    await openFile(page, 'other.png', grainyPng(48));
    await untilKept(page, ({ photo }) => photo === 'other');
    await page.getByRole('link', { name: 'Deutsch' }).click();
    await page.getByText('Ihr letztes Foto ist wieder offen').waitFor();
  });
});
