// Paths of the repository and its caches.
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const PKG = join(ROOT, 'pkg');
export const DIST = join(ROOT, 'dist');
export const NODE_MODULES = join(ROOT, 'node_modules');

// The user's cache: all clones share the compiled dependencies.
export const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'eps-restore');
export const CARGO_TARGET_DIR = process.env.CARGO_TARGET_DIR || join(CACHE, 'target');

// The stamps and logs of this clone, inside node_modules, which git ignores already.
export const STATE = join(NODE_MODULES, '.cache', 'eps-restore');
