/**
 * Why a call failed. Every {@link EpsError} carries exactly one code. Its message says what was
 * wrong and what is valid instead.
 */
export type EpsErrorCode =
  // The input.
  | 'invalid-image'
  | 'undecodable-image'
  | 'image-too-large'
  | 'invalid-mask'
  | 'invalid-kernel'
  | 'invalid-factor'
  | 'invalid-noise'
  | 'invalid-option'
  | 'invalid-operator'
  | 'not-converged'
  // The weights.
  | 'download-failed'
  | 'weights-corrupt'
  | 'invalid-weights'
  | 'insecure-context'
  // The machine.
  | 'unsupported-device'
  | 'device-lost'
  | 'device-failed'
  | 'worker-failed'
  // The call itself.
  | 'aborted'
  | 'busy'
  | 'disposed'
  // A bug in this package.
  | 'internal';

/**
 * The only error type of this package. Branch on `code`; show `message` to people.
 *
 * An aborted call has `code === 'aborted'`. Like the platform's own abort errors it has `name ===
 * 'AbortError'`, and its `cause` is the signal's reason.
 *
 * @example
 * ```ts
 * try {
 *   await restorer.restore(photo, denoise(), { signal });
 * } catch (error) {
 *   if (!(error instanceof EpsError)) throw error;
 *   if (error.code !== 'aborted') showMessage(error.message);
 * }
 * ```
 */
export class EpsError extends Error {
  /** The kind of failure. */
  readonly code: EpsErrorCode;

  /**
   * Pages have no need to make one.
   *
   * @param code the kind of failure.
   * @param message what was wrong, in one or more sentences for people.
   * @param options `cause`: the error or value that led to this one.
   */
  constructor(code: EpsErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.name = code === 'aborted' ? 'AbortError' : 'EpsError';
  }

  /**
   * The error as plain data. Structured clones of errors (`postMessage`, IndexedDB) keep no `code`:
   * post this instead.
   *
   * @example
   * ```ts
   * channel.postMessage(error.toJSON());
   * ```
   */
  toJSON(): { name: string; code: EpsErrorCode; message: string } {
    const { name, code, message } = this;
    return { name, code, message };
  }
}

/** The codes that the WebAssembly core puts on its errors. */
const CORE_CODES = [
  'invalid-image',
  'image-too-large',
  'invalid-mask',
  'invalid-kernel',
  'invalid-factor',
  'invalid-noise',
  'invalid-option',
  'invalid-operator',
  'not-converged',
  'invalid-weights',
  'unsupported-device',
  'device-lost',
  'device-failed',
  'internal',
] as const satisfies EpsErrorCode[];

/**
 * Converts any thrown value to an {@link EpsError}. An error of the core keeps its code; anything
 * else gets `fallback`.
 */
export function toEpsError(thrown: unknown, fallback: EpsErrorCode): EpsError {
  if (isEpsError(thrown)) return thrown;
  const code = CORE_CODES.find((known) => known === property(thrown, 'code'));
  return new EpsError(code ?? fallback, messageOf(thrown), { cause: thrown });
}

/** The message of any thrown value. */
export function messageOf(thrown: unknown): string {
  const message = property(thrown, 'message');
  if (typeof message === 'string' && message !== '') return message;
  try {
    return String(thrown);
  } catch {
    return 'a value that has no text';
  }
}

/**
 * Reads what a caller has given. Its getters and proxies may throw anything.
 *
 * @param code of the error that stands for what was thrown.
 * @param subject how the message names what was read, capitalised.
 * @throws EpsError those of `read`, or one with this code.
 */
export function reading<T>(code: EpsErrorCode, subject: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (isEpsError(cause)) throw cause;
    throw new EpsError(code, `${subject} cannot be read: ${messageOf(cause)}`, { cause });
  }
}

/** Throws `aborted` if the signal is aborted. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortedError(signal);
}

/** The error of a call that its signal aborted: the signal's reason, if it is such an error. */
export function abortedError(signal?: AbortSignal): EpsError {
  const reason: unknown = signal?.reason;
  if (isEpsError(reason) && reason.code === 'aborted') return reason;
  return new EpsError('aborted', 'The call was aborted by its signal.', { cause: reason });
}

/** A revoked proxy has no prototype to look at. */
function isEpsError(value: unknown): value is EpsError {
  try {
    return value instanceof EpsError;
  } catch {
    return false;
  }
}

/** A property of any value; undefined also if its getter throws. */
function property(value: unknown, name: string): unknown {
  try {
    return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  } catch {
    return undefined;
  }
}
