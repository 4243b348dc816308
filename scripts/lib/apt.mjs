// Installs Debian packages, where this machine runs Debian and this user may install them.
import { existsSync } from 'node:fs';
import { ask, run } from './run.mjs';

/** Whether this user is root on a Debian. For other users the scripts only print advice. */
export function canInstall() {
  return (
    process.getuid?.() === 0 &&
    existsSync('/etc/debian_version') &&
    ask(['apt-get', '--version']) !== undefined
  );
}

/** @param {string[]} packages */
export async function aptInstall(packages) {
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get update', ['apt-get', 'update'], { env });
  await run(
    `apt-get install ${packages[0]}`,
    ['apt-get', 'install', '-y', '--no-install-recommends', ...packages],
    { env },
  );
}
