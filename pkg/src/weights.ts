import { EpsError, abortedError, throwIfAborted } from './errors.js';

/** Which weights to read. */
export interface WeightsSource {
  readonly url: string;
  /**
   * Lower-case hexadecimal; undefined: unknown, and then the weights are neither checked nor kept.
   */
  readonly sha256: string | undefined;
  /** Expected size, for the progress where the server does not tell. */
  readonly bytes: number | undefined;
}

/** What the platform provides; tests bring their own. */
export interface WeightsPlatform {
  readonly fetch: typeof fetch;
  readonly caches: CacheStorage | undefined;
  readonly subtle: SubtleCrypto | undefined;
}

export interface WeightsProgress {
  readonly loadedBytes: number;
  readonly totalBytes: number | undefined;
  readonly cached: boolean;
}

const CACHE = 'eps-restore-weights';
/** Weights kept at a time: this release's, and those of another page of the same site. */
const KEPT = 2;

/**
 * Reads the weights: from the cache of an earlier visit without any request, else from their
 * address; checks their SHA-256; keeps them for the next visit. A cache that is missing, full or
 * broken costs the next visit a download, and nothing else.
 *
 * @throws EpsError `download-failed`, `weights-corrupt`, `insecure-context` or `aborted`.
 */
export async function readWeights(
  source: WeightsSource,
  platform: WeightsPlatform,
  signal: AbortSignal | undefined,
  onProgress: (progress: WeightsProgress) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  throwIfAborted(signal);
  const { sha256 } = source;
  if (sha256 === undefined) return download(source, platform, signal, onProgress);
  if (!platform.subtle) {
    throw new EpsError(
      'insecure-context',
      'The weights cannot be checked, because this page is not a secure context: serve it over https, or from localhost.',
    );
  }
  const kept = await fromCache(sha256, platform.caches, platform.subtle);
  throwIfAborted(signal);
  if (kept) {
    onProgress({ loadedBytes: kept.byteLength, totalBytes: kept.byteLength, cached: true });
    return kept;
  }
  const bytes = await download(source, platform, signal, onProgress);
  const actual = await sha256Of(bytes, platform.subtle);
  throwIfAborted(signal);
  if (actual !== sha256) throw corrupt(source, bytes, actual);
  await keep(sha256, bytes, platform.caches);
  throwIfAborted(signal);
  return bytes;
}

/** SHA-256 in lower-case hexadecimal. */
export async function sha256Of(
  bytes: Uint8Array<ArrayBuffer>,
  subtle: SubtleCrypto,
): Promise<string> {
  const digest = new Uint8Array(await subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function download(
  source: WeightsSource,
  platform: WeightsPlatform,
  signal: AbortSignal | undefined,
  onProgress: (progress: WeightsProgress) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const response = await platform.fetch(source.url, signal ? { signal } : {});
    if (!response.ok)
      throw new EpsError(
        'download-failed',
        `The weights could not be downloaded: ${source.url} answered ${response.status} ${response.statusText}`.trimEnd() +
          '.',
      );
    return await bodyOf(response, source.bytes, onProgress);
  } catch (cause) {
    if (signal?.aborted) throw abortedError(signal);
    if (cause instanceof EpsError) throw cause;
    throw new EpsError(
      'download-failed',
      `The weights could not be downloaded from ${source.url}: ${(cause as Error).message}`,
      { cause },
    );
  }
}

/** Reads a body with progress. */
async function bodyOf(
  response: Response,
  expected: number | undefined,
  onProgress: (progress: WeightsProgress) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  // Of a compressed answer the header tells the compressed length.
  const header = response.headers.has('content-encoding')
    ? null
    : response.headers.get('content-length');
  const totalBytes = header === null ? expected : Number(header);
  if (!response.body) {
    const whole = new Uint8Array(await response.arrayBuffer());
    onProgress({ loadedBytes: whole.byteLength, totalBytes: whole.byteLength, cached: false });
    return whole;
  }
  const parts: Uint8Array[] = [];
  let loadedBytes = 0;
  onProgress({ loadedBytes, totalBytes, cached: false });
  const reader = response.body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value);
    loadedBytes += part.value.byteLength;
    onProgress({ loadedBytes, totalBytes, cached: false });
  }
  const bytes = new Uint8Array(loadedBytes);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return bytes;
}

function corrupt(source: WeightsSource, bytes: Uint8Array, actual: string): EpsError {
  const size =
    source.bytes === undefined || bytes.byteLength === source.bytes
      ? `${bytes.byteLength} bytes`
      : `${bytes.byteLength} bytes instead of ${source.bytes}`;
  // Servers of single-page apps answer every unknown address with their start page.
  const page = /^\s*<(!doctype|html)/i.test(new TextDecoder().decode(bytes.subarray(0, 64)))
    ? ' They are a web page: the file is probably not where modelUrl points.'
    : ' Load them again, or from elsewhere with modelUrl.';
  return new EpsError(
    'weights-corrupt',
    `The weights from ${source.url} are not the expected ones (${size}, SHA-256 ${actual}, expected ${source.sha256}).${page}`,
  );
}

/**
 * Weights are kept under their hash: whichever address they came from, they are found again, and
 * never taken for others.
 */
function cacheKey(sha256: string): string {
  return `https://eps-restore.invalid/${sha256}`;
}

async function fromCache(
  sha256: string,
  caches: CacheStorage | undefined,
  subtle: SubtleCrypto,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (!caches) return undefined;
  try {
    const cache = await caches.open(CACHE);
    const response = await cache.match(cacheKey(sha256));
    if (!response) return undefined;
    const bytes = new Uint8Array(await response.arrayBuffer());
    if ((await sha256Of(bytes, subtle)) === sha256) return bytes;
    await cache.delete(cacheKey(sha256));
    return undefined;
  } catch {
    return undefined;
  }
}

async function keep(
  sha256: string,
  bytes: Uint8Array<ArrayBuffer>,
  caches: CacheStorage | undefined,
): Promise<void> {
  if (!caches) return;
  try {
    const cache = await caches.open(CACHE);
    await cache.put(
      cacheKey(sha256),
      new Response(bytes, { headers: { 'content-type': 'application/octet-stream' } }),
    );
    const keys = await cache.keys();
    await Promise.all(
      keys.slice(0, Math.max(0, keys.length - KEPT)).map((key) => cache.delete(key)),
    );
  } catch {
    // No space or no permission: the next visit downloads again.
  }
}
