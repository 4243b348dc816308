// Finds a Firefox for the tests of other engines, or installs Debian's packages: the browser, and
// Mesa's software adapter, on which its WebGPU runs without a GPU.
import { existsSync } from 'node:fs';
import { aptInstall, canInstall } from './apt.mjs';
import { findProgram } from './programs.mjs';
import { begun, done, Stop } from './report.mjs';
import { ask } from './run.mjs';

const PACKAGES = ['firefox-esr', 'mesa-vulkan-drivers'];
const VULKAN_DRIVERS = '/usr/share/vulkan/icd.d';

/** @throws Stop where there is none and none can be installed. */
export async function ensureFirefox() {
  let state = 'found';
  if (!(findFirefox() && existsSync(VULKAN_DRIVERS)) && canInstall()) {
    begun("Firefox: installing Debian's packages (1 min)…");
    await aptInstall(PACKAGES);
    state = 'installed';
  }
  done(`${ask([requireFirefox(), '--version']) ?? 'Firefox'}: ${state}`);
}

/** The program's path. */
export function requireFirefox() {
  const path = findFirefox();
  if (path) return path;
  throw new Stop(
    `Firefox is missing. Install it (Debian: apt-get install ${PACKAGES.join(' ')}), ` +
      'or give its path: FIREFOX_PATH=/path/to/firefox npm test',
  );
}

function findFirefox() {
  return findProgram({
    variable: 'FIREFOX_PATH',
    names: ['firefox-esr', 'firefox'],
    folders: ['/usr/bin', '/usr/local/bin', '/snap/bin'],
    paths: [
      '/Applications/Firefox.app/Contents/MacOS/firefox',
      'C:\\Program Files\\Mozilla Firefox\\firefox.exe',
    ],
  });
}
