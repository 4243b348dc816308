// Finds WebKitGTK for the tests of other engines, or installs Debian's packages: the driver, the
// browser that it starts, and a display for both.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { aptInstall, canInstall } from './apt.mjs';
import { findProgram } from './programs.mjs';
import { begun, done, Stop } from './report.mjs';

const PACKAGES = ['webkit2gtk-driver', 'libwebkit2gtk-4.1-0', 'xvfb'];
/** Where distributions put the browser: below a folder for the processor, or not. */
const LIBRARIES = ['/usr/lib', '/usr/lib64', '/usr/libexec'];

/** @throws Stop where there is none and none can be installed. */
export async function ensureWebKit() {
  let state = 'found';
  if (missing(findWebKit()).length > 0 && canInstall()) {
    begun("WebKitGTK: installing Debian's packages (1 min)…");
    await aptInstall(PACKAGES);
    state = 'installed';
  }
  requireWebKit();
  done(`WebKitGTK: ${state}`);
}

/** The paths of the three programs: { driver, browser, display }. */
export function requireWebKit() {
  const found = findWebKit();
  const names = missing(found);
  if (names.length === 0) return found;
  throw new Stop(
    `WebKitGTK cannot be started: no ${names.join(', no ')}. Install them on Linux ` +
      `(Debian: apt-get install ${PACKAGES.join(' ')}).`,
  );
}

function findWebKit() {
  const folders = ['/usr/bin', '/usr/local/bin'];
  return {
    driver: findProgram({
      variable: 'WEBKIT_DRIVER_PATH',
      names: ['WebKitWebDriver'],
      folders,
    }),
    browser: findProgram({
      variable: 'WEBKIT_BROWSER_PATH',
      names: ['MiniBrowser'],
      folders: LIBRARIES.flatMap(withSubfolders).map((path) => join(path, 'webkit2gtk-4.1')),
    }),
    display: findProgram({ variable: 'XVFB_PATH', names: ['Xvfb'], folders }),
  };
}

function missing(programs) {
  return Object.keys(programs).filter((name) => programs[name] === undefined);
}

function withSubfolders(path) {
  if (!existsSync(path)) return [];
  const inside = readdirSync(path, { withFileTypes: true });
  return [
    path,
    ...inside.filter((entry) => entry.isDirectory()).map(({ name }) => join(path, name)),
  ];
}
