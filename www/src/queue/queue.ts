// Many photos, one after the other, by one setting. What is done when the queue is cancelled, or a
// photo fails, is kept.

import { computed, signal } from '@preact/signals-core';
import { messageOf } from '../notices.js';
import type { EngineHost } from '../run/engine.js';
import type { AppState } from '../state/app-state.js';
import { queue as words } from '../words.js';
import { restoreFile, type QueueSettings } from './item.js';

export type ItemState =
  | { readonly status: 'waiting' }
  | { readonly status: 'running'; readonly fraction: number }
  | { readonly status: 'done'; readonly result: File }
  | { readonly status: 'failed'; readonly reason: string };

const WAITING: ItemState = { status: 'waiting' };

/** One photo's turn. */
interface Turn {
  readonly files: readonly File[];
  readonly index: number;
  readonly wish: QueueSettings;
  readonly signal: AbortSignal;
}

export interface QueueEvents {
  readonly announce: (text: string) => void;
  /** Every photo is done, or has failed. */
  readonly ended: (news: string) => void;
  readonly zipFailed: (error: unknown) => void;
}

export class Queue {
  readonly files = signal<readonly File[]>([]);
  /** Of each file. */
  readonly items = signal<readonly ItemState[]>([]);
  readonly isRunning = signal(false);
  private controller = new AbortController();

  constructor(
    private readonly state: AppState,
    private readonly host: EngineHost,
    private readonly events: QueueEvents,
  ) {}

  /** Why it cannot start; empty if it can. */
  readonly obstacle = computed(() => {
    const { isImproving, task } = this.state;
    if (isImproving.value) return words.noImprove;
    return task.value === 'fill' ? words.noFill : '';
  });

  readonly results = computed(() =>
    this.items.value.flatMap((item) => (item.status === 'done' ? [item.result] : [])),
  );

  private readonly saved = signal<readonly File[]>([]);

  /** Whether results would be lost with the page. */
  readonly hasUnsaved = computed(
    () => this.results.value.length > 0 && this.saved.value !== this.results.value,
  );

  /** The results that there are have been written. */
  markSaved(): void {
    this.saved.value = this.results.peek();
  }

  open(files: readonly File[]): void {
    this.cancel();
    this.files.value = files;
    this.items.value = files.map(() => WAITING);
  }

  close(): void {
    this.open([]);
  }

  cancel(): void {
    this.controller.abort();
  }

  /**
   * Restores all photos by the present settings, also those that were restored before.
   *
   * @returns whether it came to its end with something to save.
   */
  async start(): Promise<boolean> {
    const { state, host, events } = this;
    if (this.isRunning.peek() || state.isRunning.peek() || this.obstacle.peek()) return false;
    const controller = new AbortController();
    this.controller = controller;
    this.isRunning.value = true;
    const files = this.files.peek();
    this.items.value = files.map(() => WAITING);
    const { task, settings, options, removesLocation } = state;
    const wish = {
      task: task.peek(),
      settings: settings.peek(),
      options: options.peek(),
      keepsLocation: !removesLocation.peek(),
    };
    const { signal } = controller;
    try {
      for (const index of files.keys()) {
        if (signal.aborted) break;
        await this.restore({ files, index, wish, signal });
      }
    } finally {
      this.isRunning.value = false;
      state.progress.value = undefined;
      host.refresh();
    }
    if (signal.aborted) return false;
    const done = this.results.peek().length;
    events.ended(words.ended(done, files.length));
    return done > 0;
  }

  private async restore(turn: Turn): Promise<void> {
    const { files, index, wish, signal } = turn;
    const file = files[index];
    if (!file) return;
    const show = (fraction: number): void => {
      if (signal.aborted) return;
      this.setItem(turn, { status: 'running', fraction });
      // The rest of the page knows by this that a run is on.
      this.state.progress.value = {
        stage: words.stage(index + 1, files.length),
        fraction: (index + fraction) / files.length,
        secondsLeft: undefined,
        cancelling: false,
      };
    };
    show(0);
    this.events.announce(words.began(index + 1, files.length, file.name));
    try {
      const restorer = await this.host.ready(signal);
      const result = await restoreFile(file, restorer, wish, signal, show);
      this.setItem(turn, { status: 'done', result });
    } catch (error) {
      const reason = messageOf(error);
      this.setItem(turn, signal.aborted ? WAITING : { status: 'failed', reason });
    }
  }

  private setItem({ files, index }: Turn, item: ItemState): void {
    // Other photos may have come meanwhile.
    if (this.files.peek() !== files) return;
    this.items.value = this.items.peek().map((old, i) => (i === index ? item : old));
  }
}
