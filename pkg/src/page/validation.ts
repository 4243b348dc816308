/** Checks of arguments that several functions share. Each failed check says what is valid. */
import { EpsError } from '../shared/errors.js';
import { LIMITS } from '../shared/limits.js';
import { nearestName } from './edit-distance.js';

/**
 * The platform's name for an object's kind, such as `'ImageData'`. Unlike `instanceof` it works for
 * objects of another window.
 */
export function kindOf(value: unknown): string {
  try {
    return Object.prototype.toString.call(value).slice(8, -1);
  } catch {
    // A revoked proxy, or a getter that throws.
    return 'Object';
  }
}

/** Whether a value is a Blob or a File, of any window. */
export function isFile(value: unknown): value is Blob {
  const kind = kindOf(value);
  return kind === 'Blob' || kind === 'File';
}

/** Whether a value is an object whose properties may be read. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** Whether a value is an array or a typed array. */
export function isArrayLike(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && 'length' in value);
}

/** Whether a value can be the length of an image's side. */
export function isSide(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1;
}

/** A value as error messages show it. Never throws. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return 'a function';
  if (!isObject(value)) return String(value);
  try {
    if (Array.isArray(value)) return shownArray(value);
  } catch {
    // A proxy that throws.
  }
  return `an object of kind ${kindOf(value)}`;
}

/** Arrays inside an array are not opened: one may contain itself. */
function shownArray(values: readonly unknown[]): string {
  if (values.length > 4) return `an array of ${values.length} values`;
  const items = values.map((item) => (Array.isArray(item) ? 'an array' : shown(item)));
  return `[${items.join(', ')}]`;
}

/**
 * Rejects names that do not exist: a misspelt option that is silently ignored is hard to find.
 *
 * @throws EpsError `invalid-option`, with the nearest valid name.
 */
export function requireKnownNames(
  subject: string,
  options: unknown,
  valid: readonly string[],
): void {
  if (!isObject(options) || Array.isArray(options))
    throw new EpsError(
      'invalid-option',
      `${subject} must be an object with any of ${valid.join(', ')}; got ${shown(options)}.`,
    );
  for (const name of Object.keys(options)) {
    if (valid.includes(name)) continue;
    const hint = didYouMean(name, valid) || ` Valid: ${valid.join(', ')}.`;
    throw new EpsError('invalid-option', `${subject}: there is no '${name}'.${hint}`);
  }
}

/** @throws EpsError `invalid-option`, with the nearest valid name. */
export function requireOneOf<T extends string>(
  name: string,
  value: unknown,
  valid: readonly T[],
): asserts value is T {
  if (valid.some((option) => option === value)) return;
  const hint = typeof value === 'string' ? didYouMean(value, valid) : '';
  throw new EpsError(
    'invalid-option',
    `${name} must be one of ${valid.join(', ')}; got ${shown(value)}.${hint}`,
  );
}

/** @throws EpsError `invalid-option`. */
export function requireInteger(name: string, value: unknown, min: number, max: number): void {
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return;
  throw invalidOption(name, `a whole number from ${min} to ${max}`, value);
}

/** @throws EpsError `invalid-option`. */
export function requireNumber(name: string, value: unknown, min: number, max: number): void {
  if (typeof value === 'number' && value >= min && value <= max) return;
  throw invalidOption(name, `a number from ${min} to ${max}`, value);
}

/** @throws EpsError `invalid-option`. */
export function requireBoolean(name: string, value: unknown): void {
  if (typeof value !== 'boolean') throw invalidOption(name, 'true or false', value);
}

/** @throws EpsError `invalid-option`. */
export function requireOptionalFunction(name: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'function')
    throw invalidOption(name, 'a function', value);
}

/** @throws EpsError `invalid-option`. */
export function requireOptionalSignal(value: unknown): void {
  if (value === undefined) return;
  const isSignal =
    isObject(value) &&
    typeof value.aborted === 'boolean' &&
    typeof value.addEventListener === 'function';
  if (!isSignal) throw invalidOption('signal', 'an AbortSignal', value);
}

/** Whether it is a standard deviation of noise, in 8-bit levels. */
export function isNoiseLevel(noise: unknown): noise is number {
  return typeof noise === 'number' && noise > 0 && noise <= LIMITS.noise;
}

/** @throws EpsError `invalid-noise`. */
export function requireNoise(subject: string, noise: unknown): void {
  if (noise === 'auto' || isNoiseLevel(noise)) return;
  throw new EpsError(
    'invalid-noise',
    `${subject}: noise must be a standard deviation in 8-bit levels, above 0 and at most ` +
      `${LIMITS.noise}, or 'auto'; got ${shown(noise)}.`,
  );
}

/** The error of an option whose value is wrong. */
export function invalidOption(name: string, valid: string, value: unknown): EpsError {
  return new EpsError('invalid-option', `${name} must be ${valid}; got ${shown(value)}.`);
}

function didYouMean(given: string, valid: readonly string[]): string {
  const nearest = nearestName(given, valid);
  return nearest === undefined ? '' : ` Did you mean '${nearest}'?`;
}
