// The photo on the page: opened with an empty mask, reduced at the visitor's request, restored to
// full size. Its mask follows simulated scratches.

import { batch } from '@preact/signals-core';
import { Hints } from '../picture/hints.js';
import { Mask } from '../picture/mask.js';
import type { Photo } from '../picture/photo.js';
import { sameBits } from '../picture/mask-bits.js';
import type { Size, TaskId } from '../vocabulary.js';
import type { AppState } from './app-state.js';
import { inWorker } from '../worker/client.js';
import type { Settings } from './settings.js';
import { watch } from './watch.js';

/** How a sample photo is shown, or one that was open before. */
export interface Preset {
  readonly task: TaskId;
  readonly settings: Partial<Settings>;
  /** Whether this page damages it. */
  readonly simulate: boolean;
  /** Whether the page chooses what to do. */
  readonly isImproving?: boolean;
}

export class Session {
  /** The photo whose scratches the mask covers, and their mask unless it has been resized. */
  private scratched: { readonly photo: Photo; readonly mask?: Uint8Array } | undefined;

  constructor(private readonly state: AppState) {
    watch(
      () => (state.task.value === 'fill' ? state.prepared.value : undefined),
      (prepared) => {
        if (prepared) this.followScratches(prepared.scratches);
      },
    );
  }

  /** Opens a photo. Without a preset, the page looks at what it needs. */
  open(photo: Photo, preset?: Preset): void {
    const { state } = this;
    batch(() => {
      state.latestOutcome.value = undefined;
      state.chosenEntryId.value = undefined;
      state.simulate.value = preset?.simulate ?? false;
      state.isImproving.value = preset
        ? (preset.isImproving ?? false)
        : state.prefersImprove.peek();
      if (preset) {
        state.task.value = preset.task;
        state.changeSettings(preset.settings);
      }
      // A copy, so that a sample that is opened again starts from the beginning.
      this.show({ ...photo }, new Mask(photo.pixels), new Hints(photo.pixels));
    });
  }

  /**
   * Reduces the photo and its mask. Simulated scratches are reduced with it; other damage is
   * simulated again on the smaller photo.
   */
  async reduceTo(size: Size): Promise<void> {
    const { state } = this;
    const photo = state.photo.peek();
    const mask = state.mask.peek();
    const prepared = state.prepared.peek();
    if (!photo || !mask || !prepared) return;
    const simulate = state.simulate.peek();
    const scratched = prepared.scratches !== undefined;
    const pixels = await inWorker('reduce', scratched ? prepared.input : photo.pixels, size);
    const bits = await inWorker('resizeMask', mask.bits, mask.size, size);
    const hints = await this.hintsAt(size);
    if (state.photo.peek() !== photo) return; // another photo has come meanwhile
    const original = photo.original ?? { photo, simulate, scratched };
    batch(() => {
      state.simulate.value = simulate && !scratched;
      this.show({ ...photo, pixels, original }, new Mask(size, bits), hints);
    });
  }

  /** Shows the photo again as it was before the visitor reduced it. */
  async undoReduction(): Promise<void> {
    const { state } = this;
    const original = state.photo.peek()?.original;
    const mask = state.mask.peek();
    if (!original || !mask) return;
    const { photo, simulate, scratched } = original;
    const { width, height } = photo.pixels;
    const bits = await inWorker('resizeMask', mask.bits, mask.size, { width, height });
    const hints = await this.hintsAt({ width, height });
    if (state.photo.peek()?.original !== original) return;
    if (scratched) this.scratched = { photo };
    batch(() => {
      state.simulate.value = simulate;
      this.show(photo, new Mask(photo.pixels, bits), hints);
    });
  }

  /** Replaces the mask of the photo by one of its size, without history. */
  replaceMask(mask: Mask): void {
    const photo = this.state.photo.peek();
    // New scratches would replace it.
    if (photo) this.scratched = { photo };
    this.state.mask.value = mask;
  }

  /** Closes the photo. */
  close(): void {
    const { state } = this;
    batch(() => {
      state.latestOutcome.value = undefined;
      state.photo.value = undefined;
      state.mask.value = undefined;
      state.hints.value = undefined;
      state.simulate.value = false;
    });
  }

  /** The hints, for the photo at another size. */
  private async hintsAt(size: Size): Promise<Hints> {
    const hints = this.state.hints.peek();
    if (!hints) return new Hints(size);
    const bits = await inWorker('resizeMask', hints.bits, hints.size, size, hints.values);
    return new Hints(size, bits, [...hints.colours]);
  }

  private show(photo: Photo, mask: Mask, hints: Hints): void {
    this.state.photo.value = photo;
    this.state.mask.value = mask;
    this.state.hints.value = hints;
    this.state.chosenView.value = 'photo';
  }

  /** Loads the mask of new scratches. Clears it once they are gone, unless it was edited. */
  private followScratches(scratches: Uint8Array | undefined): void {
    const photo = this.state.photo.peek();
    const mask = this.state.mask.peek();
    if (!photo || !mask) return;
    if (scratches && this.scratched?.photo !== photo) {
      this.scratched = { photo, mask: scratches };
      mask.load(scratches);
    } else if (!scratches && this.scratched?.photo === photo) {
      const loaded = this.scratched.mask;
      const isUnedited = loaded && sameBits(loaded, mask.bits);
      this.scratched = undefined;
      if (isUnedited) mask.clear();
    }
  }
}
