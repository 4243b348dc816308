// The size of a visitor's download: the wasm file, compressed by brotli as a server sends it.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import { PKG, STATE } from './paths.mjs';
import { begun, done, Stop } from './report.mjs';
import { unlessFresh } from './stamp.mjs';

/** The most bytes that the compressed wasm may have. */
export const LARGEST = 2_000_000;
const WASM = join(PKG, 'wasm', 'eps_restore_bg.wasm');

/**
 * The bytes of the package's wasm at brotli's highest quality. Compressing takes a minute, once for
 * each build.
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

/** @throws Stop where the wasm is too large. */
export async function checkSize() {
  const bytes = await wasmBrotliBytes();
  const megabytes = (value) => `${(value / 1e6).toFixed(2)} MB`;
  if (bytes > LARGEST)
    throw new Stop(
      `The wasm has ${megabytes(bytes)} under brotli; the limit is ${megabytes(LARGEST)}. ` +
        'Look for code that only one caller needs.',
    );
  done(`size: ${megabytes(bytes)} of ${megabytes(LARGEST)} under brotli`);
}
