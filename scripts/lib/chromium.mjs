// Finds a Chromium for the browser tests, or installs Debian's package.
import { aptInstall, canInstall } from './apt.mjs';
import { findProgram } from './programs.mjs';
import { begun, done, Stop } from './report.mjs';
import { ask } from './run.mjs';

/** @returns {Promise<string>} the program's path. */
export async function ensureChromium() {
  let state = 'found';
  let path = findChromium();
  if (!path && canInstall()) {
    begun("Chromium: installing Debian's package (1 min)…");
    await aptInstall(['chromium']);
    state = 'installed';
    path = findChromium();
  }
  if (!path)
    throw new Stop(
      'Chromium is missing. Install Chromium or Chrome, or give its path: ' +
        'CHROMIUM_PATH=/path/to/chromium npm test',
    );
  done(`${ask([path, '--version']) ?? 'Chromium'}: ${state}`);
  return path;
}

/** The path of a Chromium or Chrome, or undefined. */
export function findChromium() {
  return findProgram({
    variable: 'CHROMIUM_PATH',
    names: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
    folders: ['/usr/bin', '/usr/local/bin', '/snap/bin', '/opt/google/chrome'],
    paths: [
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
      '/Applications/Chromium.app/Contents/MacOS/Chromium',
      'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    ],
  });
}
