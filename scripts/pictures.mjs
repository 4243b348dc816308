// Makes the pictures of the demo with the built page itself: `npm run pictures`. Screenshots of its
// main states go to docs/demo/, the animation of the README to docs/demo.webp. The photo is a
// sample of www/samples/ that this script makes old.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  openDemo,
  openFile,
  paint,
  pick,
  restore,
  setVariants,
  smoothPng,
  untilDetail,
  untilOpen,
} from '../tests/browser/demo-tools.mjs';
import { ROOT } from '../tests/browser/harness.mjs';
import { animatedWebp } from './lib/animated-webp.mjs';
import { done } from './lib/report.mjs';

const FOLDER = join(ROOT, 'docs', 'demo');
const SAMPLE = readFileSync(join(ROOT, 'www', 'samples', 'spaniels.jpg'));
const DESKTOP = { width: 1280, height: 800 };
const PHONES = { upright: { width: 360, height: 740 }, lying: { width: 740, height: 360 } };
/** Of the animation: the desktop's, reduced. */
const FILM = { width: 960, height: 600, quality: 0.62 };
const QUALITY = 0.85;
/** Two variants of a whole photo, on a slow machine. */
const PATIENCE = 900_000;
/** The stage shows a result a moment after it is there. */
const SETTLING = 1200;

mkdirSync(FOLDER, { recursive: true });
const session = await openDemo({ viewport: DESKTOP, serviceWorkers: 'block' });
const { page } = session;
page.setDefaultTimeout(PATIENCE);
const studio = await session.context.newPage();
await studio.goto(`${session.origin}/blank.html`);
const film = [];

await page.locator('.card:disabled').first().waitFor({ state: 'detached' });
await shoot('start');
const photo = Buffer.from(await studio.evaluate(oldPhoto, [...SAMPLE]));
await filmImprove();
await shootTasks();
await shootLooks();
await session.close();

/** Opens the old photo and improves it, before the camera. */
async function filmImprove() {
  await frame(1200);
  await openFile(page, 'dogs.jpg', photo, 'image/jpeg');
  await page.getByText('Found in this photo').waitFor();
  await page.waitForFunction(() => !/Look/.test(document.querySelector('#improve-note').innerText));
  await page.waitForTimeout(3 * SETTLING);
  await untilDetail(page);
  await shoot('improve');
  await frame(2400);
  const button = page.getByRole('button', { name: 'Improve', exact: true });
  await button.click();
  await page.locator('#strip b').first().waitFor();
  await frame(700);
  await shoot('running');
  await button.waitFor();
  await page.waitForTimeout(SETTLING);
  const divider = page.locator('#divider');
  for (let i = 0; i < 40; i++) {
    await divider.press(i < 10 || i >= 30 ? 'ArrowLeft' : 'ArrowRight');
    await divider.press(i < 10 || i >= 30 ? 'ArrowLeft' : 'ArrowRight');
    if (i % 2) await frame(90);
  }
  await frame(1500);
  await shoot('improved');
  const bytes = animatedWebp(film, FILM);
  writeFileSync(join(ROOT, 'docs', 'demo.webp'), bytes);
  done(`docs/demo.webp: ${(bytes.length / 1000).toFixed(0)} kB`);
  await page.locator('#advanced > summary').click();
  await page.locator('#sampler').selectOption('draft');
  await page.locator('#advanced > summary').click();
  await page.getByRole('button', { name: 'Show 2 variants' }).click();
  await page.getByRole('button', { name: 'Another' }).waitFor();
  await pick(page, 'Map');
  await page.locator('#legend-ticks', { hasText: '±' }).waitFor();
  await shoot('map');
}

async function shootTasks() {
  await pick(page, 'Fill');
  await paint(page, [0.1, 0.3], [0.5, 0.45]);
  await paint(page, [0.45, 0.2], [0.3, 0.6]);
  await untilDetail(page);
  await shoot('fill');
  await shootInside();
  await pick(page, 'Unblur');
  await page.getByRole('button', { name: 'Find the blur' }).click();
  await page
    .locator('#blur-note')
    .getByText(/\w{4}.*\./)
    .waitFor();
  await shoot('unblur');
  const file = { name: 'a.jpg', mimeType: 'image/jpeg', buffer: photo };
  await page.getByLabel('Photo file').setInputFiles([file, { ...file, name: 'b.jpg' }]);
  await page.getByRole('heading', { name: '2 photos' }).waitFor();
  await pick(page, 'Denoise');
  await untilDetail(page);
  await shoot('queue');
}

/** A step of a variant, under Advanced. */
async function shootInside() {
  await setVariants(page, 1);
  await page.locator('#inside > summary').click();
  await page.locator('#sampler').selectOption('default');
  await page.locator('#fill').selectOption('network');
  await page.getByRole('button', { name: 'Restore', exact: true }).click();
  await page.locator('#inside-state-text', { hasText: '265 levels' }).waitFor();
  const bytes = await page.locator('#inside').screenshot();
  const { width, height } = await page.locator('#inside').boundingBox();
  await save('inside', bytes, { width, height });
  await page.locator('#cancel').click();
  await page.locator('#fill').selectOption('auto');
  await setVariants(page, 0);
  await page.locator('#inside > summary').click();
  await page.locator('#advanced > summary').click();
}

/** Dark, on phones, in German. */
async function shootLooks() {
  await openFile(page, 'small.png', smoothPng(64));
  await untilOpen(page, 'small');
  await pick(page, 'Denoise');
  await restore(page);
  await page.getByRole('radio', { name: /^Improve/ }).check();
  await openFile(page, 'dogs.jpg', photo, 'image/jpeg');
  await page.getByText('Found in this photo').waitFor();
  await page.waitForTimeout(3 * SETTLING);
  await untilDetail(page);
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    for (const [name, size] of Object.entries({ ...PHONES, desktop: DESKTOP })) {
      await page.setViewportSize(size);
      await shoot(`improve-${name}-${colorScheme}`);
    }
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.goto(`${session.origin}/de.html`);
  await page.locator('#engine').getByText('Bereit').waitFor();
  await page.getByText('In diesem Foto gefunden').waitFor();
  await page.waitForTimeout(3 * SETTLING);
  await untilDetail(page);
  await shoot('german');
}

async function shoot(name) {
  await page.waitForTimeout(SETTLING);
  await save(name, await page.screenshot(), page.viewportSize());
}

async function save(name, png, { width, height }) {
  const bytes = await webp(png, { width, height, quality: QUALITY });
  writeFileSync(join(FOLDER, `${name}.webp`), bytes);
  done(`docs/demo/${name}.webp: ${(bytes.length / 1000).toFixed(0)} kB`);
}

async function frame(milliseconds) {
  film.push({ bytes: await webp(await page.screenshot(), FILM), milliseconds });
}

/** A PNG as a WebP of a size, by the browser. */
async function webp(png, size) {
  const text = await studio.evaluate(
    async ({ png, width, height, quality }) => {
      const bytes = Uint8Array.from(atob(png), (char) => char.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes]), {
        resizeWidth: width,
        resizeHeight: height,
        resizeQuality: 'high',
      });
      const canvas = new OffscreenCanvas(width, height);
      canvas.getContext('2d', { alpha: false }).drawImage(bitmap, 0, 0);
      const blob = await canvas.convertToBlob({ type: 'image/webp', quality });
      const written = new Uint8Array(await blob.arrayBuffer());
      return btoa(written.reduce((all, byte) => all + String.fromCharCode(byte), ''));
    },
    { png: png.toString('base64'), ...size },
  );
  return Buffer.from(text, 'base64');
}

/** In the page: the photo with grain, as a JPEG. */
async function oldPhoto(bytes) {
  const bitmap = await createImageBitmap(new Blob([new Uint8Array(bytes)]));
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext('2d');
  context.drawImage(bitmap, 0, 0);
  const image = context.getImageData(0, 0, bitmap.width, bitmap.height);
  let state = 5;
  const uniform = () => ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0) + 0.5) / 2 ** 32;
  for (let i = 0; i < image.data.length; i++) {
    if (i % 4 === 3) continue;
    const normal = Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
    image.data[i] += 15 * normal;
  }
  context.putImageData(image, 0, 0);
  const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.92 });
  return [...new Uint8Array(await blob.arrayBuffer())];
}
