// Metadata in PNG files: chunks eXIf, iCCP, iTXt and pHYs.

import { bytesOf, joined, latin1, long, startsWith, through, viewOf, type Bytes } from './bytes.js';
import { INCH_IN_METRES, type Density, type Metadata } from './metadata.js';
import { P3_PRIMARIES, spaceOfCodes, SRGB_TRANSFER } from './profile.js';

interface Chunk {
  readonly type: string;
  readonly data: Bytes;
  /** With its length and checksum. */
  readonly whole: Bytes;
}

export const SIGNATURE = bytesOf('\x89PNG\r\n\x1a\n');
const XMP = bytesOf('XML:com.adobe.xmp\0');
const METRE = 1;
/** Of RGB, in its full range. */
const DISPLAY_P3 = Uint8Array.of(P3_PRIMARIES, SRGB_TRANSFER, 0, 1);
/** Each says what the colours are: a profile beside them would be a second word. */
const COLOURS: ReadonlySet<string> = new Set(['iCCP', 'sRGB', 'cICP']);

export const isPng = (bytes: Uint8Array): boolean => startsWith(bytes, SIGNATURE);

function chunks(bytes: Bytes): Chunk[] {
  const view = viewOf(bytes);
  const found: Chunk[] = [];
  for (let at = SIGNATURE.length; at + 12 <= bytes.length;) {
    const length = view.getUint32(at);
    if (at + 12 + length > bytes.length) break;
    found.push({
      type: latin1(bytes.subarray(at + 4, at + 8)),
      data: bytes.subarray(at + 8, at + 8 + length),
      whole: bytes.subarray(at, at + 12 + length),
    });
    at += 12 + length;
  }
  return found;
}

export async function readPng(bytes: Bytes): Promise<Metadata> {
  const all = chunks(bytes);
  const first = (type: string): Bytes | undefined => all.find((each) => each.type === type)?.data;
  const exif = first('eXIf');
  const profile = first('iCCP');
  const [primaries = 0, transfer = 0] = first('cICP') ?? [];
  const space = spaceOfCodes(primaries, transfer);
  const icc = profile && (await unpacked(profile));
  const text = all.find(isXmp)?.data;
  const xmp = text && (await textOf(text));
  const density = densityOf(first('pHYs'));
  return {
    ...(exif && { exif }),
    ...(icc && { icc }),
    ...(space && { space }),
    ...(xmp !== undefined && { xmp }),
    ...(density && { density }),
  };
}

const isXmp = ({ type, data }: Chunk): boolean => type === 'iTXt' && startsWith(data, XMP);

/** What follows a name, its end, and the method of compression; undefined if it is damaged. */
async function unpacked(data: Bytes): Promise<Bytes | undefined> {
  return inflated(data.subarray(data.indexOf(0) + 2));
}

const inflated = (data: Bytes): Promise<Bytes | undefined> =>
  through(data, new DecompressionStream('deflate')).catch(() => undefined);

/** The text of a chunk: after its keyword two bytes of compression, language and translation. */
async function textOf(data: Bytes): Promise<string | undefined> {
  const isPacked = data[XMP.length] === 1;
  const language = data.indexOf(0, XMP.length + 2);
  const start = data.indexOf(0, language + 1) + 1;
  if (language < 0 || start === 0) return undefined;
  const text = isPacked ? await inflated(data.subarray(start)) : data.subarray(start);
  return text && new TextDecoder().decode(text);
}

function densityOf(data: Uint8Array | undefined): Density | undefined {
  if (data?.length !== 9 || data[8] !== METRE) return undefined;
  const view = viewOf(data);
  return { x: view.getUint32(0) * INCH_IN_METRES, y: view.getUint32(4) * INCH_IN_METRES };
}

/**
 * The file with this metadata in place of its own, before its picture. What its colours are, it
 * says itself, or the profile does.
 */
export async function writePng(bytes: Bytes, metadata: Metadata): Promise<Bytes> {
  const { exif, xmp, icc, space, density } = metadata;
  const own = chunks(bytes).filter(
    (each) => !isXmp(each) && each.type !== 'eXIf' && !(density && each.type === 'pHYs'),
  );
  const knowsColours = own.some(({ type }) => COLOURS.has(type));
  const added: Bytes[] = [];
  if (icc && !knowsColours) {
    const packed = await through(icc, new CompressionStream('deflate'));
    added.push(chunk('iCCP', joined(bytesOf('profile\0\0'), packed)));
  }
  if (space === 'display-p3' && !knowsColours) added.push(chunk('cICP', DISPLAY_P3));
  if (density) added.push(chunk('pHYs', physical(density)));
  if (exif) added.push(chunk('eXIf', exif));
  if (xmp !== undefined) {
    const text = new TextEncoder().encode(xmp);
    added.push(chunk('iTXt', joined(XMP, [0, 0, 0, 0], text)));
  }
  const [header, ...rest] = own.map(({ whole }) => whole);
  return joined(SIGNATURE, header ?? [], ...added, ...rest);
}

const physical = ({ x, y }: Density): Bytes =>
  joined(...[x, y].map((dots) => long(Math.round(dots / INCH_IN_METRES))), [METRE]);

export function chunk(type: string, data: Uint8Array): Bytes {
  const body = joined(bytesOf(type), data);
  return joined(long(data.length), body, long(checksum(body)));
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  return crc;
});

/** CRC-32. */
function checksum(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) crc = (crc >>> 8) ^ (TABLE[(crc ^ byte) & 255] ?? 0);
  return ~crc >>> 0;
}
