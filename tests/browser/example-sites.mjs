// Builds the examples as a stranger would: from the packed package, in a folder outside the
// repository.
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { PKG, NODE_MODULES } from '../../scripts/lib/paths.mjs';

const run = promisify(execFile);
export const EXAMPLES = join(PKG, 'examples');

/** What is installed beside the package: the repository has these versions. */
const TOOLS = [
  '@rollup/plugin-node-resolve',
  'esbuild',
  'rollup',
  'vite',
  'webpack',
  'webpack-cli',
];

/** Packs the package into a new folder: { folder, tarball }. */
export async function packPackage() {
  const folder = mkdtempSync(join(tmpdir(), 'eps-examples-'));
  const { stdout } = await run('npm', ['pack', '--silent', '--pack-destination', folder], {
    cwd: PKG,
  });
  return { folder, tarball: join(folder, stdout.trim()) };
}

/** Unpacks the package, with its command, and links the tools, as `npm install` would. */
export async function installPackage({ folder, tarball }) {
  const modules = join(folder, 'node_modules');
  const own = join(modules, 'eps-restore');
  mkdirSync(own, { recursive: true });
  await run('tar', ['-xzf', tarball, '-C', own, '--strip-components=1']);
  mkdirSync(join(modules, '.bin'));
  const { bin } = JSON.parse(readFileSync(join(own, 'package.json'), 'utf8'));
  symlinkSync(join('..', 'eps-restore', bin), join(modules, '.bin', 'eps-restore'));
  for (const tool of TOOLS) {
    mkdirSync(dirname(join(modules, tool)), { recursive: true });
    symlinkSync(join(NODE_MODULES, tool), join(modules, tool));
  }
}

/** Copies an example, with the package in a folder of its own. @returns its folder. */
export function copyExample(folder, name) {
  const site = join(folder, name);
  cpSync(join(EXAMPLES, name), site, { recursive: true });
  const modules = [folder, site].map((path) => join(path, 'node_modules'));
  cpSync(...modules, { recursive: true, verbatimSymlinks: true });
  return site;
}

/** Runs a script of an example's package.json. */
export async function runScript(site, name) {
  const PATH = `${process.env.PATH}:${join(NODE_MODULES, '.bin')}`;
  await run('npm', ['run', '--silent', name], { cwd: site, env: { ...process.env, PATH } });
}

export function removeFolder(folder) {
  rmSync(folder, { recursive: true, force: true });
}
