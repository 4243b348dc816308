// Puts WebP pictures of one size together to an animation: the container alone, as
// https://developers.google.com/speed/webp/docs/riff_container describes it.

const ANIMATION_FLAG = 0x02;
/** Of the file: RIFF, size, WEBP. */
const HEAD_BYTES = 12;

/**
 * @param {{ bytes: Buffer, milliseconds: number }[]} frames opaque pictures of canvases.
 * @param {{ width: number, height: number }} size
 * @returns {Buffer} it repeats for ever.
 */
export function animatedWebp(frames, { width, height }) {
  const canvas = Buffer.concat([
    Buffer.from([ANIMATION_FLAG, 0, 0, 0]),
    uint24(width - 1),
    uint24(height - 1),
  ]);
  const chunks = frames.map(({ bytes, milliseconds }) =>
    chunk(
      'ANMF',
      uint24(0),
      uint24(0),
      uint24(width - 1),
      uint24(height - 1),
      uint24(milliseconds),
      Buffer.from([0]),
      pictureOf(bytes),
    ),
  );
  const body = [chunk('VP8X', canvas), chunk('ANIM', Buffer.alloc(6)), ...chunks];
  return chunk('RIFF', Buffer.from('WEBP'), ...body);
}

/** The compressed picture: a browser adds a header and a profile, which frames have not. */
function pictureOf(bytes) {
  for (let at = HEAD_BYTES; at < bytes.length;) {
    const size = bytes.readUInt32LE(at + 4);
    const end = at + 8 + size + (size % 2);
    if (bytes.toString('latin1', at, at + 4) === 'VP8 ') return bytes.subarray(at, end);
    at = end;
  }
  throw new Error('The file holds no picture that loses something.');
}

function uint24(value) {
  const bytes = Buffer.alloc(3);
  bytes.writeUIntLE(value, 0, 3);
  return bytes;
}

/** Name, size and contents, with a byte more where the size is odd. */
function chunk(name, ...parts) {
  const contents = Buffer.concat(parts);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(contents.length);
  return Buffer.concat([Buffer.from(name), size, contents, Buffer.alloc(contents.length % 2)]);
}
