// Keeps the photo, what is painted on it and what is set, the results, and the steps before, in
// this browser: a reload brings them back. Closing the photo forgets them.

import { createStore, del, get, set, setMany } from 'idb-keyval';
import type { AppState } from '../state/app-state.js';
import type { Outcome } from '../state/outcome.js';
import type { Session } from '../state/session.js';
import { watch } from '../state/watch.js';
import type { Steps, StepsState } from '../steps/steps.js';
import {
  bringBack,
  maskToKeep,
  photoToKeep,
  workToKeep,
  type KeptMask,
  type KeptPhoto,
  type KeptWork,
} from './kept.js';
import { keptOutcome, outcomeToKeep, type KeptOutcome } from './kept-outcome.js';

/** Changes come quickly while a slider is dragged, in milliseconds. */
const DELAY = 400;

export class Keeper {
  private readonly store = createStore('eps-restore', 'session');
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** What was brought back is kept already. */
  private brought: Outcome | undefined;

  constructor(
    private readonly state: AppState,
    private readonly session: Session,
    private readonly steps: Steps,
  ) {}

  /** Brings back what was kept. @returns whether there was a photo. */
  async restore(): Promise<boolean> {
    const { state, session, store } = this;
    const photo = await get<KeptPhoto>('photo', store);
    const work = await get<KeptWork>('work', store);
    const mask = await get<KeptMask>('mask', store);
    const hints = await get<KeptMask>('hints', store);
    const steps = await get<StepsState>('steps', store);
    // The visitor may be quicker.
    const isWanted = (): boolean => state.photo.peek() === undefined;
    if (!photo || !work || !isWanted()) return false;
    const isBack = await bringBack({ photo, work, mask, hints }, state, session, isWanted);
    if (isBack && steps) this.steps.current.value = steps;
    if (isBack) await this.restoreOutcome();
    return isBack;
  }

  private async restoreOutcome(): Promise<void> {
    const photo = this.state.photo.peek();
    const kept = await get<KeptOutcome>('outcome', this.store);
    if (!kept) return;
    const outcome = await keptOutcome(kept);
    const isWanted = this.state.photo.peek() === photo && !this.state.isRunning.peek();
    if (isWanted) this.state.latestOutcome.value = this.brought = outcome;
  }

  /** Keeps everything from now on. */
  follow(): void {
    const { state } = this;
    watch(
      () => state.photo.value?.file,
      () => this.keepPhoto(),
    );
    watch(
      () => [
        state.photo.value,
        state.task.value,
        state.settings.value,
        state.options.value,
        state.simulate.value,
        state.isImproving.value,
      ],
      () => {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.keepWork(), DELAY);
      },
    );
    // The bounds are computed anew after every edit.
    watch(
      () => [state.mask.value, state.mask.value?.bounds.value],
      () => this.keep('mask', maskToKeep(state.mask.peek())),
    );
    watch(
      () => [state.hints.value, state.hints.value?.bounds.value],
      () => this.keep('hints', maskToKeep(state.hints.peek())),
    );
    watch(
      () => this.steps.current.value,
      (steps) => this.keep('steps', steps),
    );
    watch(
      () => (state.isRunning.value ? undefined : state.latestOutcome.value),
      (outcome) => void this.keepOutcome(outcome),
    );
    // The page may be gone before the delay is over.
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'hidden') this.keepWork();
    });
  }

  /** Forgets everything. */
  async forget(): Promise<void> {
    clearTimeout(this.timer);
    const names = ['photo', 'work', 'mask', 'hints', 'steps', 'outcome'];
    await Promise.all(names.map((name) => del(name, this.store)));
  }

  private async keepOutcome(outcome: Outcome | undefined): Promise<void> {
    const { state, store } = this;
    const isKept = outcome !== undefined && outcome === this.brought;
    if (state.isRunning.peek() || isKept) return;
    // Results of another photo would be wrong from now on.
    await del('outcome', store).catch(() => undefined);
    const kept = outcome && (await outcomeToKeep(outcome).catch(() => undefined));
    if (outcome === state.latestOutcome.peek()) this.keep('outcome', kept);
  }

  /** With its settings, at once and together: one does not come back without the other. */
  private keepPhoto(): void {
    const [photo, work] = [photoToKeep(this.state), workToKeep(this.state)];
    if (!photo) return;
    const entries: [string, unknown][] = [
      ['photo', photo],
      ['work', work],
    ];
    setMany(entries, this.store).catch(() => undefined);
  }

  private keepWork(): void {
    this.keep('work', workToKeep(this.state));
  }

  /** Private windows and full disks keep nothing, and the page works all the same. */
  private keep(name: string, value: unknown): void {
    if (value !== undefined) set(name, value, this.store).catch(() => undefined);
  }
}
