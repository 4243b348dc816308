// Finds a Chromium for the browser tests, or installs Debian's package.
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { aptInstall, canInstall } from './apt.mjs';
import { begun, done, Stop } from './report.mjs';
import { ask } from './run.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const FOLDERS = ['/usr/bin', '/usr/local/bin', '/snap/bin', '/opt/google/chrome'];
const PROGRAMS = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

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
  const stated = process.env.CHROMIUM_PATH;
  if (stated) {
    if (!runs(stated)) throw new Stop(`CHROMIUM_PATH is '${stated}', which is not a program.`);
    return stated;
  }
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...FOLDERS];
  return [
    ...folders.flatMap((folder) => NAMES.map((name) => join(folder, name))),
    ...PROGRAMS,
  ].find(runs);
}

function runs(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
