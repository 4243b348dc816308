// Debian's packages, where this machine is a Debian and we may install.
import { existsSync } from 'node:fs';
import { ask, run } from './run.mjs';

/**
 * Root on a system with apt-get. Anyone else is told what to install, and nothing is done behind
 * their back.
 */
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
