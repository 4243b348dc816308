import { EpsError, toEpsError } from '../shared/errors.js';

/**
 * Whether the WebAssembly instance is unusable after an error. Typed errors of the core leave it
 * usable. A panic, an exhausted stack or memory, a failed load, and a GPU that is lost or computes
 * wrongly do not.
 */
export function isFatal(error: EpsError): boolean {
  return (
    error.cause instanceof WebAssembly.RuntimeError ||
    error.code === 'internal' ||
    error.code === 'device-lost' ||
    error.code === 'device-failed' ||
    error.code === 'worker-failed'
  );
}

/**
 * Any value thrown in the worker as an {@link EpsError}, with the best explanation there is.
 *
 * @param panicMessage the message of the core's panic, if there was one.
 */
export function explainFailure(thrown: unknown, panicMessage: string | undefined): EpsError {
  const error = toEpsError(thrown, 'internal');
  if (error.code !== 'internal') return error;
  if (panicMessage !== undefined)
    return new EpsError('internal', `The core stopped: ${withoutPlace(panicMessage)}`, {
      cause: thrown,
    });
  if (!isTrapWithoutPanic(thrown)) return error;
  return new EpsError(
    'image-too-large',
    'The memory that this device gives a page ran out. Reduce the photo, or restore it in parts.',
    { cause: thrown },
  );
}

/** The error of a GPU that was lost, with WebGPU's reason and message. */
export function deviceLostError(reason: string, message: string): EpsError {
  const why = reason === '' || reason === 'unknown' ? '' : ` (${reason})`;
  const details = message === '' ? '.' : `: ${message}`;
  return new EpsError(
    'device-lost',
    `The GPU was lost${why}${details} The photo is not affected: restore it again.`,
  );
}

/** What a panic says, without the place in the source, which the console has. */
function withoutPlace(panicMessage: string): string {
  return panicMessage.replace(/^panicked at [^\n]*:\d+:\d+:\n/, '');
}

/** The core traps without a panic only if it is refused memory. */
function isTrapWithoutPanic(thrown: unknown): boolean {
  return thrown instanceof WebAssembly.RuntimeError && thrown.message.includes('unreachable');
}
