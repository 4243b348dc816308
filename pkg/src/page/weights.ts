import { EpsError, abortedError, messageOf, throwIfAborted } from '../shared/errors.js';
import { DEFAULT_STALL_MS, StallWatch, seconds, withinStall } from '../shared/stall.js';
import { WEIGHTS_CACHE, availableCaches } from './weights-cache.js';

/** The weights to read. */
export interface WeightsSource {
  readonly url: string;
  /**
   * Lower-case hexadecimal. Undefined if it is unknown: then the weights are neither checked nor
   * cached.
   */
  readonly sha256: string | undefined;
  /** How to ask for them, beside the signal. */
  readonly request?: RequestInit | undefined;
  /** The expected size, for the progress if the server does not state it. */
  readonly bytes: number | undefined;
  /** What to do if something else is at the address, for messages. */
  readonly advice: string;
}

/** What the platform provides. Tests replace it. */
export interface WeightsPlatform {
  readonly fetch: typeof fetch;
  readonly caches: CacheStorage | undefined;
  readonly subtle: SubtleCrypto | undefined;
  /** Milliseconds without an answer after which a download or the cache counts as stalled. */
  readonly stallMs: number;
}

export interface WeightsProgress {
  readonly loadedBytes: number;
  readonly totalBytes: number | undefined;
  readonly cached: boolean;
}

/**
 * What the browser provides: no cache and no hashes outside secure contexts.
 *
 * @param stallMs see {@link WeightsPlatform}.
 */
export function browserPlatform(stallMs = DEFAULT_STALL_MS): WeightsPlatform {
  const { subtle }: { subtle?: SubtleCrypto } = crypto;
  return {
    fetch: (...request) => fetch(...request),
    caches: availableCaches(),
    subtle,
    stallMs,
  };
}

/** How many weights are cached: this release's, and those of another page of the same site. */
const MAX_CACHED = 2;

/**
 * Reads the weights from the cache of an earlier visit, else from their address, checks their
 * SHA-256, and caches them for the next visit. If the cache is missing, full, broken or does not
 * answer, the next visit downloads them again.
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
  if (!platform.subtle)
    throw new EpsError(
      'insecure-context',
      'The weights cannot be checked, because this page is not a secure context. ' +
        'Serve it over https, or from localhost.',
    );
  const { cached, cache } = await readCache(sha256, platform, platform.subtle);
  throwIfAborted(signal);
  if (cached) {
    onProgress({ loadedBytes: cached.byteLength, totalBytes: cached.byteLength, cached: true });
    return cached;
  }
  const bytes = await download(source, platform, signal, onProgress);
  const actual = await sha256Of(bytes, platform.subtle);
  throwIfAborted(signal);
  if (actual !== sha256) throw corruptError(source, bytes, actual);
  if (cache) await writeCache(sha256, bytes, cache, platform.stallMs);
  throwIfAborted(signal);
  return bytes;
}

/** SHA-256 in lower-case hexadecimal. */
async function sha256Of(bytes: Uint8Array<ArrayBuffer>, subtle: SubtleCrypto): Promise<string> {
  const digest = new Uint8Array(await subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function download(
  source: WeightsSource,
  { fetch, stallMs }: WeightsPlatform,
  signal: AbortSignal | undefined,
  onProgress: (progress: WeightsProgress) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const stop = new AbortController();
  const forward = (): void => stop.abort(signal?.reason);
  signal?.addEventListener('abort', forward);
  let onStall: (error: EpsError) => void = () => undefined;
  const stalled = new Promise<never>((_, reject) => (onStall = reject));
  const watch = new StallWatch(stallMs, () => {
    onStall(downloadError(source, `no data has come for ${seconds(stallMs)}.`));
    stop.abort();
  });
  try {
    const read = async (): Promise<Uint8Array<ArrayBuffer>> => {
      const response = await fetch(source.url, { ...source.request, signal: stop.signal });
      if (!response.ok) throw statusError(source, response);
      return readBody(response, source.bytes, (progress) => {
        watch.beat();
        onProgress(progress);
      });
    };
    return await Promise.race([read(), stalled]);
  } catch (cause) {
    if (signal?.aborted) throw abortedError(signal);
    if (cause instanceof EpsError) throw cause;
    throw downloadError(source, messageOf(cause), cause);
  } finally {
    watch.stop();
    signal?.removeEventListener('abort', forward);
  }
}

function statusError(source: WeightsSource, { status, statusText }: Response): EpsError {
  const answer = `${status} ${statusText}`.trimEnd();
  return new EpsError(
    'download-failed',
    `The weights could not be downloaded: ${source.url} answered ${answer}. ${source.advice}`,
  );
}

function downloadError({ url }: WeightsSource, problem: string, cause?: unknown): EpsError {
  const message = `The weights could not be downloaded from ${url}: ${problem}`;
  return new EpsError('download-failed', message, { cause });
}

/** Reads a body with progress. */
async function readBody(
  response: Response,
  expectedBytes: number | undefined,
  onProgress: (progress: WeightsProgress) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  // The header of a compressed response states the compressed length.
  const isCompressed = response.headers.has('content-encoding');
  const length = isCompressed ? null : response.headers.get('content-length');
  const totalBytes = length === null ? expectedBytes : Number(length);
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

function corruptError(source: WeightsSource, bytes: Uint8Array, actual: string): EpsError {
  const size =
    source.bytes === undefined || bytes.byteLength === source.bytes
      ? `${bytes.byteLength} bytes`
      : `${bytes.byteLength} bytes instead of ${source.bytes}`;
  // Servers of single-page apps answer every unknown address with their start page.
  const beginning = new TextDecoder().decode(bytes.subarray(0, 64));
  const advice = /^\s*<(!doctype|html)/i.test(beginning)
    ? `They are a web page: ${source.advice}`
    : 'Load them again, or from another address with modelUrl.';
  return new EpsError(
    'weights-corrupt',
    `The weights from ${source.url} are not the expected ones (${size}, SHA-256 ${actual}, ` +
      `expected ${source.sha256}). ${advice}`,
  );
}

/** Weights are cached under their hash, whatever address they came from. */
function cacheKey(sha256: string): string {
  return `https://eps-restore.invalid/${sha256}`;
}

/** What the cache has, and the cache itself if it works. */
interface CacheEntry {
  readonly cached?: Uint8Array<ArrayBuffer>;
  readonly cache?: Cache;
}

async function readCache(
  sha256: string,
  { caches, stallMs }: WeightsPlatform,
  subtle: SubtleCrypto,
): Promise<CacheEntry> {
  if (!caches) return {};
  const read = async (): Promise<CacheEntry> => {
    const cache = await caches.open(WEIGHTS_CACHE);
    const response = await cache.match(cacheKey(sha256));
    if (!response) return { cache };
    const bytes = new Uint8Array(await response.arrayBuffer());
    if ((await sha256Of(bytes, subtle)) === sha256) return { cached: bytes, cache };
    await cache.delete(cacheKey(sha256));
    return { cache };
  };
  return withinStall(stallMs, read(), stalledCache).catch(() => ({}));
}

async function writeCache(
  sha256: string,
  bytes: Uint8Array<ArrayBuffer>,
  cache: Cache,
  stallMs: number,
): Promise<void> {
  const write = async (): Promise<void> => {
    const headers = { 'content-type': 'application/octet-stream' };
    await cache.put(cacheKey(sha256), new Response(bytes, { headers }));
    const keys = await cache.keys();
    const oldest = keys.slice(0, Math.max(0, keys.length - MAX_CACHED));
    await Promise.all(oldest.map((key) => cache.delete(key)));
  };
  // No space or no permission: the next visit downloads the weights again.
  await withinStall(stallMs, write(), stalledCache).catch(() => undefined);
}

function stalledCache(): Error {
  return new Error('The cache does not answer.');
}
