// Where things are.
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const PKG = join(ROOT, 'pkg');
export const DIST = join(ROOT, 'dist');
export const NODE_MODULES = join(ROOT, 'node_modules');

// The user's cache: compiled dependencies, shared by every clone.
export const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'eps-restore');
export const CARGO_TARGET_DIR = process.env.CARGO_TARGET_DIR || join(CACHE, 'target');

// This clone's own: stamps and logs. Inside node_modules, so that a clone holds nothing else that
// git has to ignore.
export const STATE = join(NODE_MODULES, '.cache', 'eps-restore');
