// Clones share cargo's target directory, and must not run each other's programs.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { claimTarget } from '../../scripts/lib/shared-target.mjs';

const LONG_AGO = new Date('2020-01-01');

/** A clone with one source file, written long ago. */
function clone(folder, name) {
  const source = join(folder, name, 'src', 'lib.rs');
  mkdirSync(join(folder, name, 'src'), { recursive: true });
  writeFileSync(source, '');
  utimesSync(source, LONG_AGO, LONG_AGO);
  const isOld = () => statSync(source).mtime.getTime() === LONG_AGO.getTime();
  return { root: join(folder, name), isOld };
}

test('sources are newer than what another clone compiled', () => {
  const folder = mkdtempSync(join(tmpdir(), 'clones-'));
  try {
    const target = join(folder, 'target');
    const [first, second] = [clone(folder, 'first'), clone(folder, 'second')];
    assert.equal(claimTarget(target, first.root), true);
    assert.equal(first.isOld(), false);
    assert.equal(claimTarget(target, first.root), false, 'nobody else compiled in between');
    assert.equal(second.isOld(), true, 'only its own files are touched');
    assert.equal(claimTarget(target, second.root), true);
    assert.equal(second.isOld(), false);
    assert.equal(claimTarget(target, first.root), true, 'the second compiled in between');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
