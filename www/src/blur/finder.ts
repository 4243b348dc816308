// Finds the blur of the photo, from the photo alone, and offers what it may be: first what has a
// closed form, within a second; then also a kernel of any shape. Nothing changes until the visitor
// takes one.

import { computed, effect, signal, type ReadonlySignal } from '@preact/signals-core';
import { LIMITS, type BlurEstimate, type BlurOptions, type Restorer } from 'eps-restore';
import type { Detail } from '../detail/detail.js';
import { ownFile } from '../picture/photo.js';
import type { AppState } from '../state/app-state.js';
import { latestAnswer } from '../state/latest-answer.js';
import { DEFAULT_SETTINGS } from '../state/settings.js';
import { watch } from '../state/watch.js';
import { candidateOf, convinces, hasShape, type Candidate } from './candidate.js';

interface BlurQuestion {
  readonly restorer: Restorer;
  readonly input: ImageData;
  /** The file that it was decoded from, as it is: what JPEG did to it is known then. */
  readonly file: Blob | undefined;
}

type Answer = readonly BlurEstimate[] | 'failed';

export type Finding =
  | { readonly status: 'closed' | 'looking' | 'shapes' | 'sharp' | 'unknown' | 'failed' }
  | {
      readonly status: 'found';
      readonly best: Candidate;
      readonly all: readonly Candidate[];
      /** Whether a kernel of any shape is still looked for. */
      readonly goesOn: boolean;
    };

/** The largest side of a kernel of any shape, in pixels. */
const [, KERNEL_SIDE] = LIMITS.kernelSide;

/** From this probability on a blur is shown before the search is over. */
const CERTAIN = 2 / 3;

const CLOSED: Finding = { status: 'closed' };

export class BlurFinder {
  /** The photo whose blur was asked for: what was found is kept until another one comes. */
  private readonly asked = signal<ImageData | undefined>(undefined);
  private readonly isOpen = signal(false);
  private readonly answer: ReadonlySignal<Answer | undefined>;
  /** The same with a kernel of any shape. */
  private readonly shapes: ReadonlySignal<Answer | undefined>;
  /** The share of the search for that one that is done, 0 to 1. */
  readonly share = signal(0);

  constructor(
    private readonly state: AppState,
    detail: Detail,
  ) {
    this.answer = latestAnswer(this.question, (question) => askBlur(question, {}));
    this.shapes = latestAnswer(this.shapeQuestion, (question, signal) => {
      this.share.value = 0;
      const onProgress = (share: number): void => {
        this.share.value = share;
      };
      return askBlur(question, { kernelSide: KERNEL_SIDE, signal, onProgress });
    });
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

  /** Asked while what has a closed form is shown: where the photo shows its blur at all. */
  private readonly shapeQuestion = computed(() => {
    const closed = this.answer.value;
    const showsBlur = closed !== undefined && closed !== 'failed' && closed.length > 0;
    return this.isOpen.value && showsBlur ? this.question.value : undefined;
  });

  readonly isLookingOn = computed(
    () => this.shapeQuestion.value !== undefined && this.shapes.value === undefined,
  );

  /** What was found; a kernel of any shape is shown where it is most probable. */
  private readonly estimates = computed((): Answer | undefined => {
    const shapes = this.shapes.value;
    return Array.isArray(shapes) && hasShape(shapes) ? shapes : this.answer.value;
  });

  readonly finding = computed((): Finding => {
    const estimates = this.estimates.value;
    const goesOn = this.isLookingOn.value;
    if (!this.isOpen.value) return CLOSED;
    if (estimates === undefined) return { status: 'looking' };
    if (estimates === 'failed') return { status: 'failed' };
    if (estimates.length === 0) return { status: 'unknown' };
    const all = this.all.value;
    const best = all.find(({ kind }) => kind !== 'none');
    // What is doubtful waits for the kernel of any shape, which may be the better explanation.
    const mayShow = !goesOn || (best?.confidence ?? 0) > CERTAIN;
    if (best && mayShow && convinces(estimates)) return { status: 'found', best, all, goesOn };
    return { status: goesOn ? 'shapes' : 'sharp' };
  });

  /** The same array until other candidates are found: they are drawn anew for each. */
  private readonly all = computed((): readonly Candidate[] => {
    const estimates = this.estimates.value;
    return Array.isArray(estimates) ? estimates.map(candidateOf) : [];
  });

  /** Whether there is something to put away. */
  readonly isActive = computed(() =>
    ['looking', 'shapes', 'found'].includes(this.finding.value.status),
  );

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

async function askBlur(
  { restorer, input, file }: BlurQuestion,
  options: BlurOptions,
): Promise<Answer> {
  try {
    return await restorer.estimateBlur(input, { file, ...options });
  } catch {
    return 'failed';
  }
}
