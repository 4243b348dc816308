// A third-party crate that uses the library in a browser: see tests/foreign.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

test('a foreign crate exports its own functions and nothing of the library', () => {
  const types = readFileSync(new URL('../foreign/wasm/foreign.d.ts', import.meta.url), 'utf8');
  const functions = [...types.matchAll(/^export (?:default )?(?:function|class) (\w+)/gm)];
  const names = functions
    .map(([, name]) => name)
    .filter((name) => !/^(__wbg_init|initSync)$/.test(name));
  assert.deepEqual(names.sort(), ['denoised', 'start']);
});
