// The detail: a small part of the photo that is restored whenever a setting changes, before anyone
// waits for the whole.

import { computed, signal, type ReadonlySignal } from '@preact/signals-core';
import type { MaskBytes } from 'eps-restore';
import { fittedTo, type Hints } from '../picture/hints.js';
import type { Mask } from '../picture/mask.js';
import type { AppState } from '../state/app-state.js';
import { latestAnswer } from '../state/latest-answer.js';
import { assumedNoise, withNoise, type Settings, type Step } from '../state/settings.js';
import { watch } from '../state/watch.js';
import { coreFactor, type Box, type Point } from '../vocabulary.js';
import { detail as words } from '../words.js';
import { askDetail, type DetailAnswer, type DetailQuestion } from './ask.js';
import { compared } from './comparison.js';
import { cutsPaint, windowAt } from './window.js';

/** A slider's next step comes sooner than this, in milliseconds. */
const DELAY = 80;
const MIDDLE: Point = { x: 0.5, y: 0.5 };

export class Detail {
  /** Where the visitor has moved it, in units of the photo's sides; it follows what is painted. */
  private readonly chosenCentre = signal<Point | undefined>(undefined);

  /** Settings to compare, in place of the present ones. */
  readonly alternatives = signal<readonly Settings[] | undefined>(undefined);

  readonly answer: ReadonlySignal<DetailAnswer | undefined>;
  /** What each of the alternatives gives, as far as they are restored. */
  readonly comparison: ReadonlySignal<readonly DetailAnswer[]>;

  constructor(private readonly state: AppState) {
    this.answer = latestAnswer(this.question, askDetail, DELAY);
    this.comparison = compared(this.comparisonQuestions, DELAY);
    watch(
      () => [state.photo.value, this.painted.value],
      () => {
        this.chosenCentre.value = undefined;
      },
    );
  }

  /** What is restored; undefined where no part can stand for the whole. */
  readonly input = computed(() => {
    const { task, settings, steps, isImproving, prepared } = this.state;
    // Texture comes from the rest of the photo.
    const takesAll = !isImproving.value && task.value === 'fill' && settings.value.fill === 'photo';
    return takesAll || steps.value.length === 0 ? undefined : prepared.value?.input;
  });

  /** The box around what the visitor has painted. */
  private readonly painted = computed(() => {
    const { isImproving, maskBounds, hintBounds } = this.state;
    return isImproving.value ? undefined : (maskBounds.value ?? hintBounds.value);
  });

  readonly window = computed(() => {
    const input = this.input.value;
    const { steps } = this.state;
    const enlargement = steps.value.find(({ task }) => task === 'enlarge');
    const factor = enlargement ? coreFactor(enlargement.settings.factor) : 1;
    const bounds = this.painted.value;
    const painted = input && bounds && centreOf(bounds, input);
    return input && windowAt(input, this.chosenCentre.value ?? painted ?? MIDDLE, factor);
  });

  /** Why the detail cannot be restored; empty if it can. */
  readonly obstacle = computed(() => {
    const { isPainting, task, mask, maskBounds } = this.state;
    const window = this.window.value;
    if (!window || !isPainting.value || task.value !== 'fill') return '';
    const bits = maskBounds.value && mask.value;
    if (!bits) return words.nothingPainted;
    if (cutsPaint(bits.bits, bits, window.outer)) return words.cutsPaint;
    return bits.read(bits.bits, window.outer).includes(1) ? '' : words.nothingPainted;
  });

  /** The steps with the noise that a run will assume; undefined until it is measured. */
  private readonly steps = computed((): readonly Step[] | undefined => {
    const { isImproving, recipe, steps } = this.state;
    // What Improve proposes it has measured.
    if (isImproving.value)
      return recipe.value.map((step) => ({
        ...step,
        settings: { ...step.settings, noiseAuto: false },
      }));
    return this.measured(steps.value);
  });

  /** The steps with the noise of the whole photo: a part may have too few pixels to measure it. */
  private measured(steps: readonly Step[]): readonly Step[] | undefined {
    const { simulate, measuredNoise } = this.state;
    const isMeasured = steps.some(
      ({ task, settings }) => assumedNoise(settings, task, simulate.value) === 'auto',
    );
    if (!isMeasured) return steps;
    const level = measuredNoise.value?.level;
    return level === undefined
      ? undefined
      : steps.map(({ task, settings }) => ({ task, settings: withNoise(settings, task, level) }));
  }

  private readonly seed = computed(() => this.state.options.value.seed);

  /** What to restore, whatever the settings. */
  private readonly part = computed((): Omit<DetailQuestion, 'steps'> | undefined => {
    const { simulate, restorer, filled, maskBounds, hints, hintBounds, view, isRunning } =
      this.state;
    const input = this.input.value;
    const window = this.window.value;
    // A restorer does one thing at a time.
    const isFree = view.value === 'photo' && !isRunning.value;
    if (!input || !window || !restorer.value || !isFree) return undefined;
    if (this.obstacle.value) return undefined;
    return {
      restorer: restorer.value,
      input,
      window,
      simulate: simulate.value,
      seed: this.seed.value,
      painted: {
        mask: maskBounds.value ? maskWithin(filled.value, window.outer) : undefined,
        hints: hintBounds.value && hints.value && hintsWithin(hints.value, input, window.outer),
      },
    };
  });

  private readonly question = computed((): DetailQuestion | undefined => {
    const part = this.part.value;
    const steps = this.steps.value;
    return part && steps && !this.alternatives.value ? { ...part, steps } : undefined;
  });

  /** Whether an answer is going to come. */
  readonly isBusy = computed(() => {
    if (!this.part.value || this.alternatives.value) return false;
    return this.steps.value ? this.answer.value === undefined : this.state.isMeasuringNoise.value;
  });

  private readonly comparisonQuestions = computed(() => {
    const part = this.part.value;
    const task = this.state.task.value;
    const compared = this.alternatives.value?.map((settings) => ({ task, settings }));
    const steps = compared && this.measured(compared);
    return part && steps?.map((step) => ({ ...part, steps: [step] }));
  });

  readonly note = computed(() => {
    if (this.obstacle.value) return this.obstacle.value;
    if (this.answer.value === 'failed') return words.failed;
    if (this.answer.value === 'copied') return words.takesAll;
    return this.state.isPainting.value ? words.hintForPaint : words.hint;
  });

  /** Moves the middle of the window. */
  moveTo({ x, y }: Point): void {
    const input = this.input.peek();
    const inner = this.window.peek()?.inner;
    if (!input || !inner) return;
    const within = (at: number, half: number): number => Math.min(1 - half, Math.max(half, at));
    this.chosenCentre.value = {
      x: within(x, inner.width / input.width / 2),
      y: within(y, inner.height / input.height / 2),
    };
  }

  /** Moves the window by pixels of the photo. */
  moveBy(dx: number, dy: number): void {
    const input = this.input.peek();
    const inner = this.window.peek()?.inner;
    if (!input || !inner) return;
    const { x, y } = centreOf(inner, input);
    this.moveTo({ x: x + dx / input.width, y: y + dy / input.height });
  }
}

const centreOf = (box: Box, { width, height }: ImageData): Point => ({
  x: (box.x + box.width / 2) / width,
  y: (box.y + box.height / 2) / height,
});

const hintsWithin = (hints: Hints, { width, height }: ImageData, box: Box): ImageData =>
  fittedTo(hints, { width, height }).picture(box);

const maskWithin = (mask: Mask | undefined, box: Box): MaskBytes | undefined =>
  mask && { data: mask.read(mask.bits, box), width: box.width, height: box.height };
