// Metadata as cameras and photo programs write it, and a reader of it that is not the page's own.
import { chunk, four } from './picture-files.mjs';

const TYPE_BYTES = { 2: 1, 3: 2, 4: 4, 5: 8, 7: 1 };

/** What no saved picture may contain: each is written where it would be found. */
export const THUMBNAIL = 'THUMBNAIL OF THE OLD PHOTO';
export const MAKER_NOTE = 'MAKER NOTE WITH A PREVIEW';

const short = (tag, value) => ({ tag, type: 3, values: [value] });
const long = (tag, value) => ({ tag, type: 4, values: [value] });
const ratio = (tag, ...values) => ({ tag, type: 5, values });
const text = (tag, value) => ({ tag, type: 2, values: [...Buffer.from(`${value}\0`, 'latin1')] });
const blob = (tag, value) => ({ tag, type: 7, values: [...Buffer.from(value, 'latin1')] });

/** EXIF of a phone's photo, taken in Rome, lying on its side, with a thumbnail. */
export function cameraExif({ isLittle = true, orientation = 6 } = {}) {
  const gps = [
    text(1, 'N'),
    ratio(2, [41, 1], [53, 1], [24, 1]),
    text(3, 'E'),
    ratio(4, [12, 1], [29, 1], [32, 1]),
  ];
  const photo = [
    ratio(0x829a, [1, 125]),
    text(0x9003, '2024:05:17 18:30:00'),
    blob(0x927c, MAKER_NOTE),
    short(0xa001, 0xffff),
    long(0xa002, 4032),
    long(0xa003, 3024),
  ];
  const main = [
    text(0x010f, 'Camera Works'),
    text(0x0110, 'Model 7'),
    short(0x0112, orientation),
    ratio(0x011a, [300, 1]),
    ratio(0x011b, [300, 1]),
    short(0x0128, 2),
    text(0x8298, 'A. Photographer'),
  ];
  return tiff({ main, photo, gps, thumbnail: Buffer.from(THUMBNAIL, 'latin1') }, isLittle);
}

function tiff({ main, photo, gps, thumbnail }, isLittle) {
  const u16 = (value) => {
    const bytes = Buffer.alloc(2);
    bytes[isLittle ? 'writeUInt16LE' : 'writeUInt16BE'](value);
    return bytes;
  };
  const u32 = (value) => {
    const bytes = Buffer.alloc(4);
    bytes[isLittle ? 'writeUInt32LE' : 'writeUInt32BE'](value);
    return bytes;
  };
  const valueOf = ({ type, values }) => {
    if (type === 3) return Buffer.concat(values.map(u16));
    if (type === 4) return Buffer.concat(values.map(u32));
    if (type === 5) return Buffer.concat(values.flat().map(u32));
    return Buffer.from(values);
  };
  const directory = (entries, at, next = 0) => {
    let end = at + 2 + 12 * entries.length + 4;
    const outside = [];
    const lines = entries.map((entry) => {
      const value = valueOf(entry);
      const head = [u16(entry.tag), u16(entry.type), u32(entry.values.length)];
      if (value.length <= 4) return Buffer.concat([...head, value, Buffer.alloc(4 - value.length)]);
      outside.push(value);
      end += value.length;
      return Buffer.concat([...head, u32(end - value.length)]);
    });
    return Buffer.concat([u16(entries.length), ...lines, u32(next), ...outside]);
  };
  const all = (photoAt, gpsAt, nextAt) =>
    directory([...main, long(0x8769, photoAt), long(0x8825, gpsAt)], 8, nextAt);
  const photoAt = 8 + all(0, 0, 0).length;
  const photoBytes = directory(photo, photoAt);
  const gpsAt = photoAt + photoBytes.length;
  const gpsBytes = directory(gps, gpsAt);
  const nextAt = gpsAt + gpsBytes.length;
  const thumbnailAt = nextAt + 2 + 24 + 4;
  const next = directory([long(0x0201, thumbnailAt), long(0x0202, thumbnail.length)], nextAt);
  const order = Buffer.from(isLittle ? 'II' : 'MM', 'latin1');
  const parts = [all(photoAt, gpsAt, nextAt), photoBytes, gpsBytes, next, thumbnail];
  return Buffer.concat([order, u16(42), u32(8), ...parts]);
}

/** The tags of an EXIF structure: `{ main, photo, gps }`, each of tag to value. */
export function readExif(bytes) {
  const isLittle = bytes.toString('latin1', 0, 2) === 'II';
  const u16 = (at) => (isLittle ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const u32 = (at) => (isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const directory = (at) => {
    const tags = {};
    const count = u16(at);
    for (let i = 0; i < count; i++) {
      const entry = at + 2 + 12 * i;
      const [tag, type, values] = [u16(entry), u16(entry + 2), u32(entry + 4)];
      const isInside = TYPE_BYTES[type] * values <= 4;
      const from = isInside ? entry + 8 : u32(entry + 8);
      tags[tag] =
        type === 2
          ? bytes.toString('latin1', from, from + values - 1)
          : type === 3
            ? u16(from)
            : type === 4
              ? u32(from)
              : type === 5
                ? u32(from) / u32(from + 4)
                : bytes.toString('latin1', from, from + values);
    }
    return { tags, next: u32(at + 2 + 12 * count) };
  };
  const main = directory(u32(4));
  const part = (tag) => (main.tags[tag] ? directory(main.tags[tag]).tags : undefined);
  return { main: main.tags, photo: part(0x8769), gps: part(0x8825), next: main.next };
}

/** XMP with a title, a place, and pointers to a gain map. */
export const XMP = `<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:tiff="http://ns.adobe.com/tiff/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/"
 xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"
 xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" hdrgm:Version="1.0"
 tiff:Orientation="6" exif:GPSLatitude="41,53.4N" photoshop:City="Rome">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">A fountain</rdf:li></rdf:Alt></dc:title>
</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>`;

const two = (value) => [value >> 8, value & 255];

/** IPTC's records in Photoshop's resources, before them one of a thumbnail. */
export function photoshop({ city = 'Rome', title = 'A fountain' } = {}) {
  const dataset = (number, value) => {
    const bytes = Buffer.from(value, 'utf8');
    return Buffer.from([0x1c, 2, number, ...two(bytes.length), ...bytes]);
  };
  const charset = Buffer.from([0x1c, 1, 90, 0, 3, 0x1b, 0x25, 0x47]);
  const records = Buffer.concat([charset, dataset(5, title), dataset(90, city)]);
  const resource = (id, data) =>
    Buffer.concat([
      Buffer.from('8BIM', 'latin1'),
      Buffer.from([...two(id), 0, 0, ...four(data.length)]),
      data,
      Buffer.alloc(data.length % 2),
    ]);
  return Buffer.concat([
    Buffer.from('Photoshop 3.0\0', 'latin1'),
    resource(0x040c, Buffer.from(THUMBNAIL, 'latin1')),
    resource(0x0404, records),
  ]);
}

/** A matrix profile of RGB with primaries in D50 and a gamma, or sRGB's parametric curve. */
export function profile(primaries, gamma) {
  const fixed = (value) => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(Math.round(65536 * value));
    return bytes;
  };
  const ascii = (value) => Buffer.from(value, 'latin1');
  const curve = gamma
    ? Buffer.concat([ascii('para'), Buffer.alloc(8), fixed(gamma)])
    : Buffer.concat([
        ascii('para'),
        Buffer.from([0, 0, 0, 0, 0, 3, 0, 0]),
        ...[2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045].map(fixed),
      ]);
  const colours = primaries.map((xyz) =>
    Buffer.concat([ascii('XYZ '), Buffer.alloc(4), ...xyz.map(fixed)]),
  );
  const tags = ['rXYZ', 'gXYZ', 'bXYZ', 'rTRC', 'gTRC', 'bTRC', 'wtpt'];
  const white = Buffer.concat([ascii('XYZ '), Buffer.alloc(4), ...[0.9642, 1, 0.8249].map(fixed)]);
  const data = [...colours, white, curve];
  const start = 132 + 12 * tags.length;
  const offsets = data.map((_, i) => start + Buffer.concat(data.slice(0, i)).length);
  const entries = tags.map((tag, i) => {
    const at = i < 3 ? i : tag === 'wtpt' ? 3 : 4;
    return Buffer.concat([
      ascii(tag),
      Buffer.from([...four(offsets[at]), ...four(data[at].length)]),
    ]);
  });
  const header = Buffer.alloc(128);
  header.write('mntrRGB XYZ ', 12, 'latin1');
  header.write('acsp', 36, 'latin1');
  header.writeUInt32BE(0x04300000, 8);
  Buffer.concat([0.9642, 1, 0.8249].map(fixed)).copy(header, 68);
  const body = Buffer.concat([header, Buffer.from(four(tags.length)), ...entries, ...data]);
  body.writeUInt32BE(body.length, 0);
  return body;
}

export const SRGB = profile([
  [0.43607, 0.22249, 0.01392],
  [0.38515, 0.71687, 0.09708],
  [0.14307, 0.06061, 0.7141],
]);
const P3_PRIMARIES = [
  [0.51512, 0.2412, -0.00105],
  [0.29198, 0.69225, 0.04189],
  [0.1571, 0.06657, 0.78407],
];
export const DISPLAY_P3 = profile(P3_PRIMARIES);
export const P3_OF_GAMMA_2 = profile(P3_PRIMARIES, 2);

/** A JPEG with segments behind its start, and JFIF of a density left as it is. */
export function withSegments(jpeg, { exif, xmp, iptc, icc }) {
  const ascii = (value) => Buffer.from(value, 'latin1');
  const segment = (marker, ...parts) => {
    const body = Buffer.concat(parts);
    return Buffer.concat([Buffer.from([0xff, marker, ...two(body.length + 2)]), body]);
  };
  return Buffer.concat([
    jpeg.subarray(0, 2),
    ...(exif ? [segment(0xe1, ascii('Exif\0\0'), exif)] : []),
    ...(xmp ? [segment(0xe1, ascii('http://ns.adobe.com/xap/1.0/\0'), Buffer.from(xmp))] : []),
    ...(icc ? [segment(0xe2, ascii('ICC_PROFILE\0\x01\x01'), icc)] : []),
    ...(iptc ? [segment(0xed, iptc)] : []),
    icc ? withoutProfile(jpeg).subarray(2) : jpeg.subarray(2),
  ]);
}

/** Browsers write a profile of their own. */
function withoutProfile(jpeg) {
  const parts = [jpeg.subarray(0, 2)];
  let at = 2;
  while (jpeg[at] === 0xff && jpeg[at + 1] !== 0xda) {
    const end = at + 2 + jpeg.readUInt16BE(at + 2);
    if (jpeg[at + 1] !== 0xe2) parts.push(jpeg.subarray(at, end));
    at = end;
  }
  return Buffer.concat([...parts, jpeg.subarray(at)]);
}

/** The bodies of a JPEG's segments before its picture, by what they begin with. */
export function segmentsOf(jpeg) {
  const found = {};
  for (let at = 2; jpeg[at] === 0xff && jpeg[at + 1] !== 0xda;) {
    const length = jpeg.readUInt16BE(at + 2);
    const body = jpeg.subarray(at + 4, at + 2 + length);
    const name = body.toString('latin1', 0, body.indexOf(0));
    if (jpeg[at + 1] >= 0xe0 && jpeg[at + 1] < 0xf0)
      found[name] = body.subarray(name === 'Exif' ? 6 : name.length + 1);
    at += 2 + length;
  }
  return found;
}

/** The data of a PNG's chunks by their types. */
export function chunksOf(png) {
  const found = {};
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at);
    const type = png.toString('latin1', at + 4, at + 8);
    const whole = png.subarray(at, at + 12 + length);
    const data = whole.subarray(8, 8 + length);
    if (!whole.equals(chunk(type, data))) throw new Error(`${type} has a wrong checksum`);
    found[type] = data;
    at += whole.length;
  }
  return found;
}

/** The data of a WebP's chunks by their types. */
export function riffOf(webp) {
  if (webp.readUInt32LE(4) + 8 !== webp.length) throw new Error('The length of the file is wrong');
  const found = {};
  for (let at = 12; at < webp.length;) {
    const length = webp.readUInt32LE(at + 4);
    found[webp.toString('latin1', at, at + 4)] = webp.subarray(at + 8, at + 8 + length);
    at += 8 + length + (length % 2);
  }
  return found;
}
