// AVIF and HEIC files, built box by box.

const ascii = (value) => Buffer.from(value, 'latin1');
const u8 = (...values) => Buffer.from(values);
const u16 = (value) => u8(value >> 8, value & 255);
const u32 = (value) => Buffer.concat([u16(value >>> 16), u16(value & 0xffff)]);

export function box(type, ...parts) {
  const body = Buffer.concat(parts);
  return Buffer.concat([u32(body.length + 8), ascii(type), body]);
}

const full = (type, version, ...parts) => box(type, u8(version, 0, 0, 0), ...parts);

/** The colour properties of a picture. */
export const profileBox = (icc) => box('colr', ascii('prof'), icc);
export const codesBox = (primaries, transfer) =>
  box('colr', ascii('nclx'), u16(primaries), u16(transfer), u16(6), u8(0x80));

/** The content of an EXIF item: where its structure begins, and words before it. */
export const exifItem = (exif) => Buffer.concat([u32(6), ascii('Exif\0\0'), exif]);

/**
 * A file whose item 1 is the picture.
 *
 * @param items `{ type, content, parts }` of the others: the type of a MIME item's content, and the
 *   bytes, in pieces. `inIdat`: in the box for that, in place of the rest of the file.
 * @param properties of the picture; `others` are of another item.
 */
export function heif({
  brand = 'avif',
  picture = AV1,
  properties = [],
  others = [],
  items = [],
  inIdat = false,
}) {
  const all = [{ type: 'av01', parts: [picture] }, ...items];
  const entries = all.map(({ type, content }, i) =>
    full('infe', 2, u16(i + 1), u16(0), ascii(`${type}\0`), ascii(content ? `${content}\0` : '')),
  );
  const own = [
    full('ispe', 0, u32(WIDTH), u32(HEIGHT)),
    box('av1C', u8(0x81, 0, 0x0c, 0)),
    full('pixi', 0, u8(3, 8, 8, 8)),
    ...properties,
  ];
  const assigned = (id, first, count) =>
    Buffer.concat([u16(id), u8(count, ...Array.from({ length: count }, (_, i) => first + i))]);
  const head = box('ftyp', ascii(brand), u32(0), ascii(`${brand}mif1miaf`));
  const pieces = all.flatMap(({ parts }) => parts);
  const meta = (at) => {
    let next = inIdat ? 0 : at;
    const places = all.map(({ parts }, i) => {
      const extents = parts.map((part) => {
        next += part.length;
        return Buffer.concat([u32(next - part.length), u32(part.length)]);
      });
      const id = Buffer.concat([u16(i + 1), u16(inIdat ? 1 : 0), u16(0), u16(parts.length)]);
      return Buffer.concat([id, ...extents]);
    });
    return full(
      'meta',
      0,
      full('hdlr', 0, u32(0), ascii('pict'), Buffer.alloc(13)),
      full('pitm', 0, u16(1)),
      full('iinf', 0, u16(entries.length), ...entries),
      full('iloc', 1, u8(0x44, 0), u16(places.length), ...places),
      box(
        'iprp',
        box('ipco', ...others, ...own),
        full(
          'ipma',
          0,
          u32(others.length > 0 ? 2 : 1),
          assigned(1, others.length + 1, own.length),
          others.length > 0 ? assigned(2, 1, others.length) : u8(),
        ),
      ),
      inIdat ? box('idat', ...pieces) : u8(),
    );
  };
  const start = head.length + meta(0).length + 8;
  return Buffer.concat([head, meta(start), inIdat ? u8() : box('mdat', ...pieces)]);
}

export const [WIDTH, HEIGHT] = [64, 48];

/** A red that lies beyond sRGB, in Display P3. */
export const RED = [240, 30, 20];

/** A picture of it, as Chromium's VideoEncoder writes it. */
const AV1 = u8(
  ...[18, 0, 10, 12, 0, 0, 0, 2, 175, 247, 128, 52, 67, 3, 65, 161, 50, 26, 16, 74, 0, 8, 32, 130],
  ...[16, 0, 32, 180, 90, 205, 179, 19, 131, 96, 145, 174, 69, 198, 39, 241, 145, 249, 23, 184],
);
