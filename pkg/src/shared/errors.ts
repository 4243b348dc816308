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
   * @param code the kind of failure.
   * @param message what was wrong, in one or more sentences for people.
   * @param options `cause`: the error or value that led to this one.
   */
  constructor(code: EpsErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.name = code === 'aborted' ? 'AbortError' : 'EpsError';
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
  'internal',
] as const satisfies EpsErrorCode[];

/**
 * Converts any thrown value to an {@link EpsError}. An error of the core keeps its code; anything
 * else gets `fallback`.
 */
export function toEpsError(thrown: unknown, fallback: EpsErrorCode): EpsError {
  if (thrown instanceof EpsError) return thrown;
  const code = CORE_CODES.find((known) => known === property(thrown, 'code'));
  return new EpsError(code ?? fallback, messageOf(thrown), { cause: thrown });
}

/** The message of any thrown value. */
export function messageOf(thrown: unknown): string {
  const message = property(thrown, 'message');
  return typeof message === 'string' && message !== '' ? message : String(thrown);
}

/** Throws `aborted` if the signal is aborted. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortedError(signal);
}

/** The error of a call that its signal aborted. */
export function abortedError(signal?: AbortSignal): EpsError {
  return new EpsError('aborted', 'The call was aborted by its signal.', { cause: signal?.reason });
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
