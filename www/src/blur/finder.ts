// Finds the blur of the photo, from the photo alone, and offers what it may be. Nothing changes
// until the visitor takes one.

import { computed, effect, signal, type ReadonlySignal } from '@preact/signals-core';
import type { BlurEstimate, Restorer } from 'eps-restore';
import type { Detail } from '../detail/detail.js';
import { ownFile } from '../picture/photo.js';
import type { AppState } from '../state/app-state.js';
import { latestAnswer } from '../state/latest-answer.js';
import { DEFAULT_SETTINGS } from '../state/settings.js';
import { watch } from '../state/watch.js';
import { candidateOf, convinces, type Candidate } from './candidate.js';

interface BlurQuestion {
  readonly restorer: Restorer;
  readonly input: ImageData;
  /** The file that it was decoded from, as it is: what JPEG did to it is known then. */
  readonly file: Blob | undefined;
}

type Answer = readonly BlurEstimate[] | 'failed';

export type Finding =
  | { readonly status: 'closed' | 'looking' | 'sharp' | 'unknown' | 'failed' }
  | { readonly status: 'found'; readonly best: Candidate; readonly all: readonly Candidate[] };

const CLOSED: Finding = { status: 'closed' };

export class BlurFinder {
  /** The photo whose blur was asked for: what was found is kept until another one comes. */
  private readonly asked = signal<ImageData | undefined>(undefined);
  private readonly isOpen = signal(false);
  private readonly answer: ReadonlySignal<Answer | undefined>;

  constructor(
    private readonly state: AppState,
    detail: Detail,
  ) {
    this.answer = latestAnswer(this.question, askBlur);
    // What was found belongs to this photo, and a run works by the settings that are there.
    watch(
      () => [this.input.value, state.view.value, state.isRunning.value],
      () => this.close(),
    );
    effect(() => {
      detail.alternatives.value = this.alternatives.value;
    });
  }

  /** The photo whose blur can be looked for. This page knows the blur that it makes itself. */
  readonly input = computed(() => {
    const { photo, task, simulate } = this.state;
    return task.value === 'unblur' && !simulate.value ? photo.value?.pixels : undefined;
  });

  private readonly question = computed((): BlurQuestion | undefined => {
    const input = this.input.value;
    const restorer = this.state.restorer.value;
    const photo = this.state.photo.value;
    if (!input || !photo || !restorer || this.asked.value !== input) return undefined;
    return { restorer, input, file: ownFile(photo) };
  });

  readonly finding = computed((): Finding => {
    const estimates = this.answer.value;
    if (!this.isOpen.value) return CLOSED;
    if (estimates === undefined) return { status: 'looking' };
    if (estimates === 'failed') return { status: 'failed' };
    if (estimates.length === 0) return { status: 'unknown' };
    const all = estimates.map(candidateOf);
    const best = all.find(({ kind }) => kind !== 'none');
    return best && convinces(estimates) ? { status: 'found', best, all } : { status: 'sharp' };
  });

  /** Whether there is something to put away. */
  readonly isActive = computed(() => ['looking', 'found'].includes(this.finding.value.status));

  readonly candidates = computed((): readonly Candidate[] => {
    const finding = this.finding.value;
    return finding.status === 'found' ? finding.all : [];
  });

  private readonly noise = computed(() => this.state.settings.value.noise);

  /** The settings of the candidates that change the photo. */
  private readonly alternatives = computed(() => {
    const changing = this.candidates.value.filter(({ kind }) => kind !== 'none');
    const noise = this.noise.value;
    if (changing.length === 0) return undefined;
    return changing.map(({ settings }) => ({ ...DEFAULT_SETTINGS, ...settings, noise }));
  });

  open(): void {
    this.asked.value = this.input.peek();
    this.isOpen.value = true;
  }

  close(): void {
    this.isOpen.value = false;
  }

  /** Sets the blur as the candidate says. */
  take({ settings }: Candidate): void {
    this.close();
    this.state.changeSettings(settings);
  }
}

async function askBlur({ restorer, input, file }: BlurQuestion): Promise<Answer> {
  try {
    return await restorer.estimateBlur(input, { file });
  } catch {
    return 'failed';
  }
}
