import { EpsError, toEpsError } from './errors.js';

/**
 * Whether the WebAssembly instance can still be used after an error. The core's own errors leave it
 * sound. A panic does not (it traps wherever it stands), nor does a full stack or memory, after the
 * loss of a GPU every buffer is gone, and a core that could not be loaded is none.
 */
export function isFatal(error: EpsError): boolean {
  return (
    error.cause instanceof WebAssembly.RuntimeError ||
    error.code === 'internal' ||
    error.code === 'device-lost' ||
    error.code === 'worker-failed'
  );
}

const OUT_OF_MEMORY =
  'The memory that this device gives a page ran out. Reduce the photo, or restore it in parts.';

/** The core stops without a panic where memory is refused to it, and nowhere else. */
function isSilentStop(thrown: unknown): boolean {
  return thrown instanceof WebAssembly.RuntimeError && thrown.message.includes('unreachable');
}

/**
 * Remembers what the core said when it panicked: the trap that follows says only “unreachable”. The
 * panic hook writes to the console, so that is where to listen.
 */
export class PanicListener {
  #message: string | undefined;

  constructor(console: Pick<Console, 'error'>) {
    const write = console.error.bind(console);
    console.error = (...words: unknown[]) => {
      const text = typeof words[0] === 'string' ? words[0] : '';
      if (text.includes('panicked at')) this.#message ??= text.split('\n\nStack:')[0]!.trim();
      write(...words);
    };
  }

  /** Whatever was thrown in the worker, told as well as it can be. */
  explain(thrown: unknown): EpsError {
    const error = toEpsError(thrown, 'internal');
    if (error.code !== 'internal') return error;
    if (this.#message === undefined)
      return isSilentStop(thrown)
        ? new EpsError('image-too-large', OUT_OF_MEMORY, { cause: thrown })
        : error;
    return new EpsError('internal', `The core stopped: ${this.#message}`, { cause: thrown });
  }
}
