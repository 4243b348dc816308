// Bytes and texts of files.

export type Bytes = Uint8Array<ArrayBuffer>;

/** One character a byte. */
export const latin1 = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');

/** A byte for each character up to 255. */
export const bytesOf = (text: string): Bytes =>
  Uint8Array.from(text, (character) => character.charCodeAt(0));

export function joined(...parts: readonly (Uint8Array | readonly number[])[]): Bytes {
  const output = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    output.set(part, at);
    at += part.length;
  }
  return output;
}

export function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  return bytes.length >= start.length && start.every((byte, i) => bytes[i] === byte);
}

export const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength);

/** Big-endian. */
export const word = (value: number): readonly number[] => [(value >> 8) & 255, value & 255];

/** Big-endian, of 32 bits. */
export const long = (value: number): readonly number[] => [
  ...word(value >>> 16),
  ...word(value & 0xffff),
];

/** What comes out of one of the platform's compressors or decompressors. */
export async function through(
  bytes: Bytes,
  transform: CompressionStream | DecompressionStream,
): Promise<Bytes> {
  const stream = new Blob([bytes]).stream().pipeThrough(transform);
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
