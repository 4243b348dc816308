import { reading } from '../shared/errors.js';
import { invalidOption, kindOf } from './validation.js';

/**
 * An address that a caller has stated, as an absolute one. It is relative to the page, not to this
 * package or to its worker.
 *
 * @throws EpsError `invalid-option`.
 */
export function checkedAddress(name: string, address: unknown): string | undefined {
  if (address === undefined) return undefined;
  if (!isAddress(address)) throw invalidOption(name, 'a string or a URL', address);
  return reading('invalid-option', name, () => new URL(address, pageAddress()).href);
}

function isAddress(value: unknown): value is string | URL {
  return typeof value === 'string' || kindOf(value) === 'URL';
}

/** The address that relative ones start from; undefined outside pages and workers. */
export function pageAddress(): string | undefined {
  const scope: { readonly document?: Document; readonly location?: Location } = globalThis;
  return scope.document?.baseURI ?? scope.location?.href;
}

/**
 * What to state if a bundler has moved this package's files apart, for messages about files that
 * were not found.
 *
 * @param option the option that states the file's address.
 */
export function addressAdvice(option: 'workerUrl' | 'modelUrl'): string {
  return (
    `If a bundler has moved this package, state ${option} (README: Bundlers and servers); for ` +
    "Vite's development server set optimizeDeps: { exclude: ['eps-restore'] }."
  );
}
