// Keeps the photo, what is painted on it and what is set, in this browser: a reload brings them
// back. Closing the photo forgets them.

import { createStore, del, get, set } from 'idb-keyval';
import { Mask } from '../picture/mask.js';
import { decodePhoto } from '../picture/photo.js';
import type { AppState } from '../state/app-state.js';
import type { Session } from '../state/session.js';
import type { Options, Settings } from '../state/settings.js';
import { watch } from '../state/watch.js';
import type { Box, Point, Size, TaskId } from '../vocabulary.js';

/** Photos are large: they are stored apart from what changes often. */
interface KeptPhoto {
  readonly file: Blob;
  readonly name: string;
  readonly scratchCentre: Point | undefined;
}

interface KeptWork {
  readonly task: TaskId;
  readonly settings: Settings;
  readonly options: Options;
  readonly simulate: boolean;
  /** The size that the visitor has reduced the photo to. */
  readonly reducedTo: Size | undefined;
}

/** The painted part of a mask. */
interface KeptMask extends Size {
  readonly box: Box | undefined;
  readonly bits: Uint8Array;
}

/** Changes come quickly while a slider is dragged, in milliseconds. */
const DELAY = 400;

export class Keeper {
  private readonly store = createStore('eps-restore', 'session');
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly state: AppState,
    private readonly session: Session,
  ) {}

  /** Brings back what was kept. @returns whether there was a photo. */
  async restore(): Promise<boolean> {
    const photo = await get<KeptPhoto>('photo', this.store);
    const work = await get<KeptWork>('work', this.store);
    if (!photo || !work || this.state.photo.peek()) return false;
    const decoded = await decodePhoto(photo.file, photo.name);
    const { scratchCentre } = photo;
    if (this.state.photo.peek()) return false; // the visitor was quicker
    this.session.open(scratchCentre ? { ...decoded, scratchCentre } : decoded, work);
    this.state.changeOptions(work.options);
    if (work.reducedTo) await this.session.reduceTo(work.reducedTo);
    const mask = await get<KeptMask>('mask', this.store);
    if (mask) this.restoreMask(mask);
    return true;
  }

  private restoreMask({ width, height, box, bits }: KeptMask): void {
    const pixels = this.state.photo.peek()?.pixels;
    if (pixels?.width !== width || pixels.height !== height) return;
    const mask = new Mask({ width, height });
    if (box) mask.write(box, bits);
    this.session.replaceMask(mask);
  }

  /** Keeps everything from now on. */
  follow(): void {
    const { state } = this;
    watch(
      () => state.photo.value?.file,
      (file) => {
        const photo = state.photo.peek();
        if (!file || !photo) return;
        const { name, scratchCentre } = photo;
        this.quietly(set('photo', { file, name, scratchCentre } satisfies KeptPhoto, this.store));
      },
    );
    watch(
      () => [
        state.photo.value,
        state.task.value,
        state.settings.value,
        state.options.value,
        state.simulate.value,
      ],
      () => {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.keepWork(), DELAY);
      },
    );
    // The bounds are computed anew after every edit.
    watch(
      () => [state.mask.value, state.mask.value?.bounds.value],
      () => this.keepMask(),
    );
    // The page may be gone before the delay is over.
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'hidden') this.keepWork();
    });
  }

  /** Forgets everything. */
  async forget(): Promise<void> {
    clearTimeout(this.timer);
    await Promise.all([del('photo', this.store), del('work', this.store), del('mask', this.store)]);
  }

  private keepWork(): void {
    const { photo, task, settings, options, simulate } = this.state;
    const shown = photo.peek();
    if (!shown) return;
    const { original, pixels } = shown;
    // A reduced photo that this page has scratched is damaged again, at its full size.
    const isReduced = original !== undefined && !original.scratched;
    const work: KeptWork = {
      task: task.peek(),
      settings: settings.peek(),
      options: options.peek(),
      simulate: original?.simulate ?? simulate.peek(),
      reducedTo: isReduced ? { width: pixels.width, height: pixels.height } : undefined,
    };
    this.quietly(set('work', work, this.store));
  }

  private keepMask(): void {
    const mask = this.state.mask.peek();
    if (!mask) return;
    const { width, height } = mask;
    const box = mask.bounds.peek();
    const bits = box ? mask.read(mask.bits, box) : new Uint8Array();
    this.quietly(set('mask', { width, height, box, bits } satisfies KeptMask, this.store));
  }

  /** Private windows and full disks keep nothing, and the page works all the same. */
  private quietly(work: Promise<void>): void {
    work.catch(() => undefined);
  }
}
