// A page that can be frozen. Playwright keeps its pages in the foreground, where browsers freeze
// none: this one is Puppeteer's, and another page is in front of it.
import puppeteer from 'puppeteer-core';
import { findChromium } from '../../../scripts/lib/chromium.mjs';
import { staticServer } from '../../../scripts/lib/static-server.mjs';
import { ROOT } from '../harness.mjs';
import { preparePage } from '../page-tools.mjs';
import { prepare } from './page.mjs';
import { FROZEN_MS } from './sleeps.mjs';

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Opens the page, with the package in it and what the faults use. */
export async function openSleeper() {
  const server = staticServer(ROOT, blankPage);
  await new Promise((resolve) => server.listen(0, 'localhost', resolve));
  const origin = `http://localhost:${server.address().port}`;
  const browser = await puppeteer.launch({
    executablePath: findChromium(),
    args: ['--no-sandbox', '--disable-gpu'],
  });
  const page = await browser.newPage();
  await preparePage({ page, origin });
  let onUnderWay;
  await page.exposeFunction('underWay', () => onUnderWay());
  await page.evaluate(prepare);
  await page.evaluate(() => document.addEventListener('freeze', () => (window.isFrozen = true)));
  const front = await browser.newPage();
  await front.bringToFront();
  const cdp = await page.createCDPSession();
  const become = (state) => cdp.send('Page.setWebLifecycleState', { state });

  /** What a call throws, and how long it took. */
  const call = (work) =>
    page.evaluate(async (work) => {
      const began = performance.now();
      const failure = await tools.failure(() => (0, eval)(`(${work})`)());
      return { ...failure, took: performance.now() - began };
    }, String(work));

  return {
    call,
    /** The same of a call in which the page sleeps. */
    async sleepIn(work) {
      const underWay = new Promise((resolve) => (onUnderWay = resolve));
      const found = call(work);
      await underWay;
      await become('frozen');
      await sleep(FROZEN_MS);
      await become('active');
      const outcome = await found;
      if (!(await page.evaluate(() => window.isFrozen)))
        throw new Error('the page has not been frozen');
      return outcome;
    },
    async close() {
      await browser.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function blankPage({ url }, response) {
  if (url !== '/blank.html') return false;
  response.writeHead(200, { 'content-type': 'text/html' });
  response.end('<!doctype html><link rel="icon" href="data:,">');
  return true;
}
