// Photos as files that no browser writes: turned by EXIF, of 16 bits, of four inks, in Display P3.
import { deflateSync } from 'node:zlib';

/**
 * A JPEG with an EXIF segment that says one thing, big-endian: tag 0x0112, type SHORT, one value.
 */
export function withOrientation(jpeg, orientation) {
  const tiff = [
    0x4d,
    0x4d,
    0,
    42,
    0,
    0,
    0,
    8,
    0,
    1,
    0x01,
    0x12,
    0,
    3,
    0,
    0,
    0,
    1,
    0,
    orientation,
    0,
    0,
    0,
    0,
    0,
    0,
  ];
  const body = [...Buffer.from('Exif\0\0', 'latin1'), ...tiff];
  const segment = Buffer.from([0xff, 0xe1, 0, body.length + 2, ...body]);
  return Buffer.concat([jpeg.subarray(0, 2), segment, jpeg.subarray(2)]);
}

export function chunk(type, ...bytes) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), ...bytes.map((b) => Buffer.from(b))]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(body.length - 4);
  check.writeUInt32BE(checksum(body));
  return Buffer.concat([length, body, check]);
}

/** CRC-32 as PNG has it: Node's own is younger than the oldest Node that is supported. */
function checksum(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

export const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]);
export const four = (value) => [
  value >>> 24,
  (value >>> 16) & 255,
  (value >>> 8) & 255,
  value & 255,
];
export const header = (width, height, bits) =>
  chunk('IHDR', [...four(width), ...four(height), bits, 0, 0, 0, 0]);
export const packed = (rows) => deflateSync(Buffer.from(rows.flatMap((row) => [0, ...row])));

/** A grey PNG. */
export function png({ bits, width, height, rows }) {
  return Buffer.concat([
    SIGNATURE,
    header(width, height, bits),
    chunk('IDAT', packed(rows)),
    chunk('IEND'),
  ]);
}

/** An 8 × 8 CMYK JPEG without any ink, as Adobe's programs store it: inverted. */
export const CMYK_WHITE = Buffer.from(
  [
    '/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwANCQoLCggNCwoLDg4NDxMgFRMSEhMnHB4XIC4pMTAuKS0sMzpKPjM2RjcsLUBX',
    'QUZMTlJTUjI+WmFaUGBKUVJP/8AAFAgACAAIBEMRAE0RAFkRAEsRAP/EAB8AAAEFAQEBAQEBAAAAAAAAAAABAgMEBQYH',
    'CAkKC//EALUQAAIBAwMCBAMFBQQEAAABfQECAwAEEQUSITFBBhNRYQcicRQygZGhCCNCscEVUtHwJDNicoIJChYXGBka',
    'JSYnKCkqNDU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6g4SFhoeIiYqSk5SVlpeYmZqio6Slpqeo',
    'qaqys7S1tre4ubrCw8TFxsfIycrS09TV1tfY2drh4uPk5ebn6Onq8fLz9PX29/j5+v/aAA4EQwBNAFkASwAAPwD06vTq',
    '9Or06v/Z',
  ].join(''),
  'base64',
);

/** 4 × 4 pixels of (153, 102, 77) in Display P3, with its colour profile. */
export const P3 = Buffer.from(
  [
    'iVBORw0KGgoAAAANSUhEUgAAAAQAAAAECAYAAACp8Z5+AAABJ2lDQ1BfAAB4nJWQP0vDQBjGf5aCf6iD6OiQsYtSFb',
    'qoSxWLTlIrWJ3SNE2FJoYkpQhufgE/hODsKEJnBwVBcBQ/gji4xicJki4dfI/37nfPPdzd+0JhBkWxAq4XBY16zThp',
    'nRrTn0xppGFaoc/kkOvnPfO+rfD/mO3YoaX1S9kJ9LiubIqXnIx7Cbczvkp4GPmR+CbhoNnYEd+Ky84Yt8fY8oPE/y',
    'zecvsDK/83Jds7PtK6p1xml3NCfPqYXGJwyIbmunYuAyLxUI6IniikoZOaqEkghyeliy0m6V/2xPUHbI/iOH7MtYMR',
    '3Fdh7iHXypuwUIKnl1zLe+qbgZlKRWWh24XvO5hvweKr7jn7a+SE2oy0tjoXGo5qs6Xs678Wq6J1KqxR/QUglE37tI',
    'LJPAAAACNJREFUeAGEyDENAAAMAsEGf7VRT1ULK2Hhk18Of0sfE3UQAAAA//+t2mjiAAAABklEQVQDACE+CTUHaBTF',
    'AAAAAElFTkSuQmCC',
  ].join(''),
  'base64',
);
