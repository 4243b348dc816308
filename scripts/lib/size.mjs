// What a visitor downloads: the wasm file as a server sends it, compressed by brotli.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import { PKG, STATE } from './paths.mjs';
import { begun, done, Stop } from './report.mjs';
import { unlessFresh } from './stamp.mjs';

/** Bytes that the wasm may have, compressed. */
export const LARGEST = 2_000_000;
const WASM = join(PKG, 'wasm', 'eps_restore_bg.wasm');

/**
 * Bytes of the package's wasm at brotli's highest quality: a minute's work, done once for each
 * build.
 */
export async function wasmBrotliBytes() {
  const kept = join(STATE, 'wasm-brotli-bytes');
  await unlessFresh('size', { paths: [WASM] }, [kept], async () => {
    begun('size: compressing (1 min)…');
    const bytes = readFileSync(WASM);
    const params = {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    };
    const compressed = await promisify(brotliCompress)(bytes, { params });
    mkdirSync(STATE, { recursive: true });
    writeFileSync(kept, String(compressed.length));
  });
  return Number(readFileSync(kept, 'utf8'));
}

/** @throws Stop where the wasm has become too large. */
export async function checkSize() {
  const bytes = await wasmBrotliBytes();
  const megabytes = (value) => `${(value / 1e6).toFixed(2)} MB`;
  if (bytes > LARGEST)
    throw new Stop(
      `The wasm is ${megabytes(bytes)} under brotli, and may be ${megabytes(LARGEST)}: look for code that only one place needs.`,
    );
  done(`size: ${megabytes(bytes)} of ${megabytes(LARGEST)} under brotli`);
}
