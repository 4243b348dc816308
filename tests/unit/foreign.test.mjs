// A third-party crate that uses the library in a browser: see tests/foreign.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

/** What wasm-bindgen's own JavaScript needs. */
const BINDGEN =
  /^(memory$|__wbindgen|__externref|wasm_bindgen__|__abort_handler$|__instance_terminated$)/;

test('a foreign crate exports its own functions and nothing of the library', () => {
  const wasm = readFileSync(new URL('../foreign/wasm/foreign_bg.wasm', import.meta.url));
  const exported = WebAssembly.Module.exports(new WebAssembly.Module(wasm));
  const names = exported.map(({ name }) => name).filter((name) => !BINDGEN.test(name));
  assert.deepEqual(names.sort(), ['denoised', 'start']);
});
