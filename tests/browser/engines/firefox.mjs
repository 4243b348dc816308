// Firefox over WebDriver BiDi.
import puppeteer from 'puppeteer-core';
import { requireFirefox } from '../../../scripts/lib/firefox.mjs';

/** Firefox on Linux has WebGPU, also on a software adapter, where these ask for it. */
const WEBGPU = { 'dom.webgpu.enabled': true, 'gfx.webgpu.ignore-blocklist': true };

/**
 * @param {{ webgpu: boolean }} options
 * @returns {Promise<import('./engines.mjs').Engine>}
 */
export async function openFirefox({ webgpu }) {
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: requireFirefox(),
    headless: true,
    extraPrefsFirefox: webgpu ? WEBGPU : {},
    // A run of a test may take longer than BiDi's usual three minutes on a busy machine.
    protocolTimeout: 300_000,
  });
  const errors = [];
  const newPage = async () => {
    const page = await browser.newPage();
    page.on('pageerror', (error) => errors.push(`page error: ${error.stack ?? error.message}`));
    return page;
  };
  return {
    version: await browser.version(),
    newPage,
    errors,
    close: () => browser.close(),
  };
}
