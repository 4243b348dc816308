// One restoration after the other: a result becomes the photo, and the way back stays open.

import { signal } from '@preact/signals-core';
import { bringBack, maskToKeep, photoToKeep, workToKeep, type Kept } from '../opening/kept.js';
import { described } from '../results/described.js';
import { middleSquare, thumbnail } from '../picture/pixels.js';
import type { AppState } from '../state/app-state.js';
import type { Session } from '../state/session.js';
import { whenDefined } from '../state/watch.js';
import type { TaskId } from '../vocabulary.js';
import { inWorker } from '../worker/client.js';

/** Of a step's picture, in pixels. */
export const THUMBNAIL_SIDE = 80;

export interface Step {
  readonly kept: Kept;
  /** The task that made the photo of this step; none where it was opened. */
  readonly madeBy: TaskId | undefined;
  readonly thumbnail: ImageData;
}

export interface StepsState {
  /** From the photo as it was opened on, without the present one. */
  readonly earlier: readonly Step[];
  /** The task that made the present photo. */
  readonly madeBy: TaskId | undefined;
}

const NONE: StepsState = { earlier: [], madeBy: undefined };

export class Steps {
  readonly current = signal<StepsState>(NONE);
  /** Whether a step is being made. */
  readonly isBusy = signal(false);

  constructor(
    private readonly state: AppState,
    private readonly session: Session,
  ) {}

  /** Another photo has come: there is no way back to this one. */
  clear(): void {
    this.current.value = NONE;
  }

  /** Makes the result on the stage the photo. */
  goOn(): Promise<void> {
    return this.exclusively(async () => {
      const { state, session } = this;
      const photo = state.photo.peek();
      const task = state.outcome.peek()?.task;
      const blended = await whenDefined(state.blended);
      if (blended instanceof Error) throw blended;
      const { image } = blended;
      // The file brings the photo back after a reload.
      const bare = await inWorker('encode', image, 'image/png');
      const step = this.presentStep();
      if (!photo || !step || state.photo.peek() !== photo) return;
      // What the visitor's own file says of the photo stays with it.
      const file = await described(bare, photo, image, true);
      if (state.photo.peek() !== photo) return;
      const { name, isFalsified } = photo;
      const preset = {
        task: state.task.peek(),
        settings: {},
        simulate: false,
        isImproving: state.isImproving.peek(),
      };
      session.open({ name, file, pixels: image, isFalsified }, preset);
      const { earlier } = this.current.peek();
      this.current.value = { earlier: [...earlier, step], madeBy: task };
    });
  }

  /** Returns to an earlier photo, with what was painted and set then. */
  goBack(index: number): Promise<void> {
    return this.exclusively(async () => {
      const { state, session } = this;
      const { earlier } = this.current.peek();
      const step = earlier[index];
      const photo = state.photo.peek();
      if (!step) return;
      const isBack = await bringBack(step.kept, state, session, () => state.photo.peek() === photo);
      if (isBack) this.current.value = { earlier: earlier.slice(0, index), madeBy: step.madeBy };
    });
  }

  private presentStep(): Step | undefined {
    const { state } = this;
    const pixels = state.photo.peek()?.pixels;
    const photo = photoToKeep(state);
    const work = workToKeep(state);
    if (!pixels || !photo || !work) return undefined;
    return {
      kept: {
        photo,
        work,
        mask: maskToKeep(state.mask.peek()),
        hints: maskToKeep(state.hints.peek()),
      },
      madeBy: this.current.peek().madeBy,
      thumbnail: thumbnail(pixels, middleSquare(pixels), THUMBNAIL_SIDE),
    };
  }

  private async exclusively(act: () => Promise<void>): Promise<void> {
    if (this.isBusy.peek()) return;
    this.isBusy.value = true;
    try {
      await act();
    } finally {
      this.isBusy.value = false;
    }
  }
}
