/** A module of one function that uses a vector of 128 bits. */
const SIMD = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0],
  ...[65, 0, 253, 15, 253, 98, 11],
);

/**
 * Whether this browser, and this page, have what a restorer needs: workers, WebAssembly with SIMD,
 * OffscreenCanvas, and a secure context (https or localhost). WebGPU is optional. It starts and
 * fetches nothing, and is false in Node.
 *
 * @example
 * ```ts
 * restoreButton.hidden = !isSupported();
 * ```
 */
export function isSupported(): boolean {
  const scope: { crypto?: { subtle?: unknown } } = globalThis;
  return (
    typeof Worker === 'function' &&
    typeof OffscreenCanvas === 'function' &&
    scope.crypto?.subtle !== undefined &&
    typeof WebAssembly === 'object' &&
    WebAssembly.validate(SIMD)
  );
}
