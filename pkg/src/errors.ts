/**
 * Why a call failed. Every {@link EpsError} carries exactly one of these; its message says what was
 * wrong and what would be right.
 */
export type EpsErrorCode =
  // What was asked for.
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
  // A fault of this package.
  | 'internal';

/**
 * The one error type of this package. Branch on `code`; show `message` to people.
 *
 * An aborted call has `code === 'aborted'` and, like the platform's own aborts, `name ===
 * 'AbortError'`; the signal's reason is its `cause`.
 */
export class EpsError extends Error {
  /** What kind of failure this is. */
  readonly code: EpsErrorCode;

  constructor(code: EpsErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.name = code === 'aborted' ? 'AbortError' : 'EpsError';
  }
}

const CORE_CODES: ReadonlySet<string> = new Set<EpsErrorCode>([
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
]);

/**
 * Anything that was thrown, as an {@link EpsError}: the core's own codes are kept, everything else
 * is `fallback`.
 */
export function toEpsError(thrown: unknown, fallback: EpsErrorCode): EpsError {
  if (thrown instanceof EpsError) return thrown;
  const { code, message } = (typeof thrown === 'object' && thrown !== null ? thrown : {}) as {
    code?: unknown;
    message?: unknown;
  };
  const text = typeof message === 'string' && message !== '' ? message : String(thrown);
  const known = typeof code === 'string' && CORE_CODES.has(code);
  return new EpsError(known ? (code as EpsErrorCode) : fallback, text, { cause: thrown });
}

/** Throws `aborted` when the signal has been raised. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortedError(signal);
}

/** The error of a call whose signal has been raised. */
export function abortedError(signal: AbortSignal | undefined): EpsError {
  return new EpsError('aborted', 'The call was aborted by its signal.', { cause: signal?.reason });
}
