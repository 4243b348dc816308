// Installs the npm packages of package-lock.json.
import { begun, done, duration, Stop } from './report.mjs';
import { run } from './run.mjs';
import { unlessFresh } from './stamp.mjs';

/**
 * Installs the packages where they are missing or the lock file has changed. Before this, scripts
 * can only import Node's own modules.
 */
export async function ensureNodeModules() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 9))
    throw new Stop(`Node ${process.versions.node} is too old: install Node 20.9 or newer.`);
  let took = 0;
  const packages = ['package.json', 'pkg/package.json', 'tests/types/package.json'];
  const inputs = { paths: ['package-lock.json', ...packages, '.npmrc'] };
  const worked = await unlessFresh('npm', inputs, ['node_modules/.package-lock.json'], async () => {
    begun('npm packages: installing (10 s)…');
    const { seconds } = await run(
      'npm ci',
      [process.platform === 'win32' ? 'npm.cmd' : 'npm', 'ci', '--no-fund', '--no-audit'],
      { advice: 'Is the npm registry reachable?' },
    );
    took = seconds;
  });
  done(`npm packages: ${worked ? `installed in ${duration(took)}` : 'up to date'}`);
}
