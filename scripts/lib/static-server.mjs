// A static file server. It sends the right types and no stale files, and stays inside its folder.
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';

const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.safetensors': 'application/octet-stream',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
};

/** What brotli makes smaller; pictures and weights are dense already. */
const COMPRESSIBLE = new Set(['.css', '.html', '.js', '.json', '.svg', '.wasm', '.webmanifest']);
/** Quick, and within a few percent of the best. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } };

/**
 * @param {string} root folder to serve.
 * @param {(request: import('node:http').IncomingMessage, response:
 *   import('node:http').ServerResponse) => boolean} [first] answers a request and returns true, or
 *   returns false.
 * @param {{ compresses?: boolean }} [options] whether it sends brotli to who takes it.
 */
export function staticServer(root, first = () => false, { compresses = false } = {}) {
  const brotli = compresses ? compressor() : undefined;
  return createServer(async (request, response) => {
    if (first(request, response)) return;
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405);
    const file = fileOf(root, request.url);
    const info = file && (await stat(file).catch(() => undefined));
    if (!info?.isFile()) return refuse(response, 404);
    const tag = `"${info.size.toString(36)}-${info.mtimeMs.toString(36)}"`;
    // The browser asks at every use whether the file has changed, so that no page is stale.
    const headers = { 'cache-control': 'no-cache', etag: tag, 'x-content-type-options': 'nosniff' };
    if (request.headers['if-none-match'] === tag)
      return void response.writeHead(304, headers).end();
    const type = TYPES[extname(file)] ?? 'application/octet-stream';
    const small = await brotli?.(request, file, tag);
    if (small) {
      const encoded = { 'content-encoding': 'br', vary: 'accept-encoding' };
      const length = { 'content-length': small.length };
      response.writeHead(200, { ...headers, ...encoded, ...length, 'content-type': type });
      return void response.end(request.method === 'HEAD' ? undefined : small);
    }
    response.writeHead(200, {
      ...headers,
      'content-type': type,
      'content-length': info.size,
    });
    if (request.method === 'HEAD') return void response.end();
    createReadStream(file)
      .on('error', () => response.destroy())
      .pipe(response);
  });
}

/** Compresses each version of a file once. */
function compressor() {
  const made = new Map();
  return (request, file, tag) => {
    const takesBrotli = /\bbr\b/.test(request.headers['accept-encoding'] ?? '');
    if (!takesBrotli || !COMPRESSIBLE.has(extname(file))) return undefined;
    const key = `${file} ${tag}`;
    if (!made.has(key))
      made.set(
        key,
        readFile(file).then((bytes) => promisify(brotliCompress)(bytes, BROTLI)),
      );
    return made.get(key);
  };
}

/** The file that an address names, or undefined where it is outside the folder. */
function fileOf(root, url) {
  try {
    const path = decodeURIComponent(new URL(url, 'http://localhost').pathname);
    const file = normalize(join(root, path.endsWith('/') ? `${path}index.html` : path));
    return file.startsWith(normalize(root + sep)) && !file.includes('\0') ? file : undefined;
  } catch {
    return undefined;
  }
}

function refuse(response, status) {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${status}\n`);
}
