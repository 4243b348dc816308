import { EpsError, messageOf } from '../shared/errors.js';

/**
 * Downloads and compiles the core.
 *
 * @param onBytes called whenever bytes have arrived.
 * @throws EpsError `worker-failed` that says what is missing.
 */
export async function compileFrom(url: string, onBytes: () => void): Promise<WebAssembly.Module> {
  const response = await request(url);
  try {
    // A server that does not know the type cannot have the file compiled during the download.
    if (!isWasm(response)) return await WebAssembly.compile(await readAll(response, onBytes));
    void readAll(response.clone(), onBytes).catch(() => undefined);
    return await WebAssembly.compileStreaming(response);
  } catch (cause) {
    throw compileError(url, response, cause);
  }
}

async function request(url: string): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch (cause) {
    throw coreError(
      `${url} could not be downloaded (${messageOf(cause)}). Is it served, to this site (CORS), ` +
        "and allowed by the page's connect-src? Another address can be stated by wasmUrl.",
      cause,
    );
  }
  if (response.ok) return response;
  const status = `${response.status} ${response.statusText}`.trimEnd();
  throw coreError(`${url} answered ${status}. The right address can be stated by wasmUrl.`);
}

function isWasm({ headers }: Response): boolean {
  return /^application\/wasm\s*(;|$)/i.test(headers.get('content-type') ?? '');
}

/** Reads a body and reports each part. */
async function readAll(response: Response, onBytes: () => void): Promise<ArrayBuffer> {
  if (!response.body) return response.arrayBuffer();
  const counter = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(part, controller) {
      onBytes();
      controller.enqueue(part);
    },
  });
  return new Response(response.body.pipeThrough(counter)).arrayBuffer();
}

function compileError(url: string, { headers }: Response, cause: unknown): EpsError {
  const message = messageOf(cause);
  if (/unsafe-eval|content security policy|disallowed by embedder/i.test(message))
    return coreError(
      "this page's Content-Security-Policy forbids WebAssembly. Add 'wasm-unsafe-eval' to its " +
        'script-src.',
      cause,
    );
  // Servers of single-page apps answer every unknown address with their start page.
  const type = headers.get('content-type') ?? '';
  const advice = type.startsWith('text/html')
    ? ' It is a web page: the right address can be stated by wasmUrl.'
    : '';
  return coreError(`${url} could not be compiled: ${message}${advice}`, cause);
}

function coreError(problem: string, cause?: unknown): EpsError {
  const message = `The WebAssembly core could not be loaded: ${problem}`;
  return new EpsError('worker-failed', message, { cause });
}
