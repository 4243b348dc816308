// A static file server. It sends the right types and no stale files, and stays inside its folder.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';

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

/**
 * @param {string} root folder to serve.
 * @param {(request: import('node:http').IncomingMessage, response:
 *   import('node:http').ServerResponse) => boolean} [first] answers a request and returns true, or
 *   returns false.
 */
export function staticServer(root, first = () => false) {
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
    response.writeHead(200, {
      ...headers,
      'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
      'content-length': info.size,
    });
    if (request.method === 'HEAD') return void response.end();
    createReadStream(file)
      .on('error', () => response.destroy())
      .pipe(response);
  });
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
