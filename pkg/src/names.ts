import { EpsError } from './errors.js';
import { suggestion } from './suggest.js';

/**
 * Refuses option names that do not exist: a misspelt option that is silently ignored is the hardest
 * one to find.
 *
 * @throws EpsError `invalid-option` with the nearest valid name.
 */
export function checkNames(what: string, options: unknown, valid: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new EpsError(
      'invalid-option',
      `${what} must be an object with any of ${valid.join(', ')}, and is ${String(options)}.`,
    );
  }
  for (const name of Object.keys(options)) {
    if (!valid.includes(name))
      throw new EpsError(
        'invalid-option',
        `${what}: there is no '${name}'.${suggestion(name, valid)}`,
      );
  }
}
