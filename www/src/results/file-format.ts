// The formats of files that this browser writes.

import type { ImageType } from 'eps-restore';
import { create } from '../dom.js';
import { IMAGE_TYPES, memberOf } from '../vocabulary.js';
import { inWorker } from '../worker/client.js';

export const writableTypes = (): readonly ImageType[] => IMAGE_TYPES.filter(canWrite);

/** The type, or PNG where this browser cannot write it. */
export const writableType = (type: string): ImageType =>
  memberOf(writableTypes(), type) ?? 'image/png';

/** @param quality 0 to 1; a PNG loses nothing. */
export function encoded(image: ImageData, type: ImageType, quality: number): Promise<Blob> {
  return inWorker('encode', image, type, type === 'image/png' ? undefined : quality);
}

function canWrite(type: ImageType): boolean {
  const canvas = create('canvas', { width: 1, height: 1 });
  return canvas.toDataURL(type).startsWith(`data:${type}`);
}
