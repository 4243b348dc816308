// Carries what a file says of its photo over into a picture that is saved: EXIF, XMP, IPTC, the
// density, and the profile where it fits. Loaded with the first photo.
//
// What the colours of a saved picture are, its own profile says. Without one it is in sRGB: the
// profile of another space would make wrong colours of its pixels, and stays behind.

import type { Size } from '../vocabulary.js';
import type { Bytes } from './bytes.js';
import { densityOf, exifFor, hasGps, orientationOf } from './exif.js';
import { hasPlace, textsOf, withoutPlace } from './iptc.js';
import { isHeif, readHeif } from './heif.js';
import { isJpeg, readJpeg, writeJpeg } from './jpeg.js';
import type { Metadata, Truth } from './metadata.js';
import { isPng, readPng, writePng } from './png.js';
import { spaceOf, type KnownSpace } from './profile.js';
import { isWebp, readWebp, writeWebp } from './webp.js';
import { tellsPlace, xmpFor, xmpOf } from './xmp.js';

/** Orientations from here on swap the sides. */
const FIRST_LYING = 5;

const read = async (bytes: Bytes): Promise<Metadata> => {
  if (isJpeg(bytes)) return readJpeg(bytes);
  if (isPng(bytes)) return readPng(bytes);
  if (isWebp(bytes)) return readWebp(bytes);
  return isHeif(bytes) ? readHeif(bytes) : {};
};

const bytesOfFile = async (file: Blob): Promise<Bytes> => new Uint8Array(await file.arrayBuffer());

/**
 * The colour space of a file's own pixels: sRGB where it does not say. Undefined for spaces that
 * canvases do not have.
 */
export async function colourSpaceOf(file: Blob): Promise<KnownSpace | undefined> {
  return spaceBy(await read(await bytesOfFile(file)));
}

const spaceBy = ({ icc, space }: Metadata): KnownSpace | undefined =>
  space ?? (icc ? spaceOf(icc) : 'srgb');

/** Whether the file tells where its photo was taken. */
export async function tellsLocation(file: Blob): Promise<boolean> {
  const { exif, iptc, xmp } = await read(await bytesOfFile(file));
  return (
    (exif !== undefined && hasGps(exif)) ||
    (iptc !== undefined && hasPlace(iptc)) ||
    (xmp !== undefined && tellsPlace(xmp))
  );
}

/**
 * A saved picture with the metadata of the file that its photo came from.
 *
 * @param saved JPEG, PNG or WebP.
 * @param source any of these, AVIF or HEIC.
 * @param size as it is displayed.
 */
export async function withMetadata(
  saved: Blob,
  source: Blob,
  size: Size,
  keepsLocation: boolean,
): Promise<Blob> {
  const bytes = await bytesOfFile(saved);
  const [own, old] = await Promise.all([read(bytes), bytesOfFile(source).then(read)]);
  const isEmpty = Object.keys(old).length === 0;
  if (isEmpty) return saved;
  // A JPEG that kept its coefficients lies as the photo's own did.
  const orientation = own.exif ? orientationOf(own.exif) : 1;
  const isLying = orientation >= FIRST_LYING;
  const truth: Truth = {
    width: isLying ? size.height : size.width,
    height: isLying ? size.width : size.height,
    orientation,
    keepsLocation,
    isWide: spaceBy(own) !== 'srgb',
  };
  const metadata = metadataFor(old, truth);
  const written = isJpeg(bytes)
    ? writeJpeg(bytes, metadata)
    : isPng(bytes)
      ? await writePng(bytes, withIptcAsXmp(metadata))
      : writeWebp(bytes, withDensityAsExif(withIptcAsXmp(metadata), truth), size);
  return new Blob([written], { type: saved.type });
}

/** What of a file's metadata is true of the saved picture. */
function metadataFor(old: Metadata, truth: Truth): Metadata {
  const density = old.density ?? (old.exif && densityOf(old.exif));
  const exif = old.exif && exifFor(old.exif, truth);
  const xmp = old.xmp === undefined ? undefined : xmpFor(old.xmp, truth);
  const iptc = truth.keepsLocation ? old.iptc : old.iptc && withoutPlace(old.iptc);
  const icc = old.icc && spaceOf(old.icc) === 'srgb' ? old.icc : undefined;
  return {
    ...(exif && { exif }),
    ...(xmp !== undefined && { xmp }),
    ...(iptc && { iptc }),
    ...(icc && { icc }),
    ...(density && { density }),
  };
}

/** PNG and WebP have no place for IPTC's older records: XMP says the same. */
function withIptcAsXmp(metadata: Metadata): Metadata {
  const { iptc, xmp } = metadata;
  const text = xmp ?? (iptc && xmpOf(textsOf(iptc)));
  return { ...metadata, ...(text !== undefined && { xmp: text }) };
}

/** WebP has no place of its own for the density. */
function withDensityAsExif(metadata: Metadata, truth: Truth): Metadata {
  const { exif, density } = metadata;
  const made = exif ?? (density && exifFor(undefined, truth, density));
  return { ...metadata, ...(made && { exif: made }) };
}
