// Applies edits of the whole mask, which the picture worker computes.

import type { AppState } from '../state/app-state.js';
import { painting as words } from '../words.js';
import { inWorker } from '../worker/client.js';
import type { Point } from '../vocabulary.js';
import type { MaskEdit } from './edits.js';

/** A file that is no mask of this photo, with a message for the visitor. */
export class MaskError extends Error {}

export class MaskEditor {
  constructor(private readonly state: AppState) {}

  invert(): Promise<void> {
    return this.edit({ kind: 'invert' });
  }

  /** @param pixels below 0 to shrink. */
  grow(pixels: number): Promise<void> {
    return this.edit({ kind: 'grow', pixels });
  }

  /** Adds the pixels whose byte is 1 to the mask, whatever the visitor paints on meanwhile. */
  add(bits: Uint8Array): Promise<void> {
    return this.edit({ kind: 'add', bits }, this.state.mask);
  }

  /** Sets the region of like colour. */
  async flood(at: Point, tolerance: number, value: number): Promise<void> {
    const image = this.state.prepared.peek()?.input;
    const isInside = image && at.x >= 0 && at.y >= 0 && at.x < image.width && at.y < image.height;
    if (isInside) await this.edit({ kind: 'flood', image, at, tolerance, value });
  }

  /** @throws MaskError if the file holds no mask of this photo's size. */
  async open(file: File): Promise<void> {
    const mask = this.state.mask.peek();
    if (!mask) return;
    const read = await inWorker('readMask', file).catch((cause: unknown) => {
      throw new MaskError(words.unreadable(file.name), { cause });
    });
    const fits = read.width === mask.width && read.height === mask.height;
    if (!fits) throw new MaskError(words.otherSize(read, mask));
    await this.edit({ kind: 'replace', bits: read.bits }, this.state.mask);
  }

  /** The mask as a PNG; undefined without a photo. */
  async save(): Promise<File | undefined> {
    const mask = this.state.mask.peek();
    const name = this.state.photo.peek()?.name;
    if (!mask || name === undefined) return undefined;
    const blob = await inWorker('writeMask', mask.bits, mask.size);
    return new File([blob], `${name}-mask.png`, { type: 'image/png' });
  }

  /** Asks again where the visitor has painted meanwhile. */
  private async edit(edit: MaskEdit, layer = this.state.layer): Promise<void> {
    const mask = layer.peek();
    if (!mask) return;
    for (let isDone = false; !isDone;) {
      const { revision } = mask;
      const patches = await inWorker('editMask', mask.bits, mask.size, edit);
      if (layer.peek() !== mask) return;
      isDone = mask.revision === revision;
      if (isDone) mask.apply(patches);
    }
  }
}
