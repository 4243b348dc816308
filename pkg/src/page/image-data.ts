/** RGBA bytes as ImageData, without a copy; in Node as a plain object like it. */
export function imageDataOf(
  bytes: Uint8Array<ArrayBuffer>,
  width: number,
  height: number,
  colorSpace: PredefinedColorSpace = 'srgb',
): ImageData {
  const clamped = new Uint8ClampedArray(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (typeof ImageData === 'undefined') return { data: clamped, width, height, colorSpace };
  return new ImageData(clamped, width, height, { colorSpace });
}
