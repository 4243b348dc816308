// All clones compile into one folder, so that dependencies are compiled once. Cargo names what it
// compiles by its path inside the workspace, and takes it for fresh where no source file is newer:
// a clone of older files would get another clone's programs, with that clone's paths in them.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

/** Folders without crates of ours, or with too many files. */
const SKIPPED = new Set(['node_modules', 'target', '.git']);

/**
 * Makes cargo compile this clone's crates anew where another clone compiled into `target` last.
 *
 * @param {string} target cargo's target directory.
 * @param {string} root of this clone.
 * @returns {boolean} whether another clone did, or none is on record.
 */
export function claimTarget(target, root) {
  const record = join(target, 'compiled-by');
  if (existsSync(record) && readFileSync(record, 'utf8') === root) return false;
  const now = new Date();
  for (const file of rustFiles(root)) utimesSync(file, now, now);
  mkdirSync(target, { recursive: true });
  writeFileSync(record, root);
  return true;
}

function rustFiles(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : rustFiles(path);
    return entry.isFile() && entry.name.endsWith('.rs') ? [path] : [];
  });
}
