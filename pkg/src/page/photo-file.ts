import { EpsError, messageOf, reading } from '../shared/errors.js';
import { isObject, kindOf } from './validation.js';

/** A photo whose file is being fetched or read: once, whoever asks for its pixels or its bytes. */
export class OpenedFile {
  readonly #blob: Promise<Blob>;

  constructor(blob: Promise<Blob>) {
    this.#blob = blob;
    // Whoever waits for it is told.
    blob.catch(() => undefined);
  }

  get blob(): Promise<Blob> {
    return this.#blob;
  }

  /** Unlike `instanceof` it works for proxies that have been revoked. */
  static is(value: unknown): value is OpenedFile {
    return isObject(value) && #blob in value;
  }
}

/**
 * Opens a source that is the address or the bytes of a file: an {@link OpenedFile}. Any other is
 * given back.
 *
 * @param subject how messages name the picture, capitalised.
 * @throws EpsError `invalid-image` if the source cannot be read.
 */
export function openFile(source: unknown, subject: string): unknown {
  return reading('invalid-image', subject, () => opened(source, subject));
}

function opened(source: unknown, subject: string): unknown {
  if (typeof source === 'string' || isKind(source, 'URL'))
    return new OpenedFile(download(String(source), subject));
  if (isKind(source, 'Response')) return new OpenedFile(bodyOf(source, subject));
  if (isKind(source, 'ArrayBuffer')) return new OpenedFile(Promise.resolve(new Blob([source])));
  return source;
}

interface Kinds {
  URL: URL;
  Response: Response;
  ArrayBuffer: ArrayBuffer;
}

function isKind<K extends keyof Kinds>(value: unknown, kind: K): value is Kinds[K] {
  return kindOf(value) === kind;
}

async function download(address: string, subject: string): Promise<Blob> {
  let response: Response;
  try {
    response = await fetch(address);
  } catch (cause) {
    throw failure(subject, `could not be downloaded from ${address}: ${messageOf(cause)}`, cause);
  }
  return bodyOf(response, subject);
}

async function bodyOf(response: Response, subject: string): Promise<Blob> {
  try {
    const { ok, status, statusText, url } = response;
    const answer = `${url} answered ${status} ${statusText}`.trimEnd();
    if (!ok) throw failure(subject, `was not sent: ${answer}.`);
    return await response.blob();
  } catch (cause) {
    if (cause instanceof EpsError) throw cause;
    throw failure(subject, `did not arrive: ${messageOf(cause)}`, cause);
  }
}

function failure(subject: string, problem: string, cause?: unknown): EpsError {
  return new EpsError('download-failed', `${subject} ${problem}`, { cause });
}
