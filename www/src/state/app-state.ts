// The state of the page. Base signals hold what the visitor chose and what a run has produced; all
// other values are computed from them.

import type { MaskBytes, RestoreStep } from 'eps-restore';
import { batch, computed, effect, signal } from '@preact/signals-core';
import type { Hints } from '../picture/hints.js';
import type { Mask } from '../picture/mask.js';
import { ownFile, type Photo } from '../picture/photo.js';
import { askBlend, blendOf, FULL, type Strengths } from '../results/strength.js';
import type { DeviceChoice, TaskId, View } from '../vocabulary.js';
import { noise as noiseWords } from '../words.js';
import { askCost, COST_DELAY, type CostQuestion } from './cost.js';
import type { EngineState } from './engine-state.js';
import { latestAnswer } from './latest-answer.js';
import { askNoise, describeNoise, type MeasuredNoise, type NoiseQuestion } from './noise.js';
import type { Entry, Outcome, Progress } from './outcome.js';
import { isTooLarge, offersFor } from './offers.js';
import { makePlan, planImprovement } from './plan.js';
import { askDamage, type DamageQuestion, type Prepared } from './prepare.js';
import { inWorker } from '../worker/client.js';
import {
  addedNoise,
  DEFAULT_OPTIONS,
  DEFAULT_SETTINGS,
  LEAST_MEASURED_SIDE,
  withNoise,
  type Options,
  type Settings,
  type Step,
} from './settings.js';

/** Weights that replace the page's own. */
export interface Model {
  readonly name: string;
  readonly url: string;
}

export class AppState {
  readonly photo = signal<Photo | undefined>(undefined);
  readonly mask = signal<Mask | undefined>(undefined);
  /** Scratches and dust that Improve has found. */
  readonly foundScratches = signal<{ readonly photo: Photo; readonly mask: Mask } | undefined>(
    undefined,
  );
  /** Colours that Colourise is to follow. */
  readonly hints = signal<Hints | undefined>(undefined);
  readonly task = signal<TaskId>('fill');
  readonly settings = signal<Settings>(DEFAULT_SETTINGS);
  /** Whether the page chooses what to do; else the visitor has chosen a task by hand. */
  readonly isImproving = signal(true);
  /** Whether it should with the next photo: a choice by hand lasts. */
  readonly prefersImprove = signal(true);
  /** What Improve is going to do. */
  readonly recipe = signal<readonly Step[]>([]);
  /** Whether the page damages the photo first. */
  readonly simulate = signal(false);
  readonly options = signal<Options>(DEFAULT_OPTIONS);
  readonly deviceChoice = signal<DeviceChoice>('auto');
  readonly model = signal<Model | undefined>(undefined);
  readonly engine = signal<EngineState>({ status: 'loading' });
  /** Whether the visitor looks at the steps of a run, and the latest one since. */
  readonly isInspecting = signal(false);
  readonly inspected = signal<RestoreStep | undefined>(undefined);
  /** Of the run in progress. */
  readonly progress = signal<Progress | undefined>(undefined);
  /** The latest results, of whatever task. */
  readonly latestOutcome = signal<Outcome | undefined>(undefined);
  /** How much longer runs have taken than was expected before: the latest of them counts. */
  readonly slowness = signal(1);
  readonly chosenEntryId = signal<string | undefined>(undefined);
  readonly chosenView = signal<View>('photo');
  readonly strengths = signal<Strengths>(FULL);
  /** Whether what is saved says nothing of where the photo was taken. */
  readonly removesLocation = signal(false);

  /** Whether the photo has too few pixels for its noise to be measured. */
  private readonly isTiny = computed(() => {
    const pixels = this.photo.value?.pixels;
    return pixels !== undefined && Math.min(pixels.width, pixels.height) < LEAST_MEASURED_SIDE;
  });

  /** Whether Colourise follows hints. */
  private readonly isHinted = computed(
    () =>
      this.task.value === 'colourise' && this.settings.value.hasHints && !this.isImproving.value,
  );

  /** What the next run does. */
  readonly steps = computed((): readonly Step[] => {
    const task = this.task.value;
    const settings = this.settings.value;
    if (this.isImproving.value) return this.recipe.value;
    const isGuessed = this.isTiny.value && task !== 'denoise';
    return [
      {
        task,
        settings: isGuessed ? withNoise(settings, task, addedNoise(settings, task)) : settings,
      },
    ];
  });

  /** What the visitor paints on: the mask of Fill, or the hints of Colourise. */
  readonly layer = computed((): Mask | undefined =>
    this.isHinted.value ? this.hints.value : this.mask.value,
  );

  /** Whether the visitor paints. */
  readonly isPainting = computed(
    () =>
      this.view.value === 'photo' &&
      !this.isImproving.value &&
      (this.task.value === 'fill' || this.isHinted.value),
  );

  /** The results of the chosen task, or of Improve. */
  readonly outcome = computed(() => {
    const outcome = this.latestOutcome.value;
    const isImproving = this.isImproving.value;
    if (outcome?.isImproved !== isImproving) return undefined;
    return isImproving || outcome.task === this.task.value ? outcome : undefined;
  });

  private readonly damageQuestion = computed((): DamageQuestion | undefined => {
    const photo = this.photo.value;
    const task = this.task.value;
    if (!photo || !this.simulate.value) return undefined;
    // Scratches depend on no settings.
    return { photo, task, settings: task === 'fill' ? DEFAULT_SETTINGS : this.settings.value };
  });

  private readonly damaged = latestAnswer(this.damageQuestion, askDamage);

  /** What a run starts from; undefined while the page damages the photo. */
  readonly prepared = computed((): Prepared | undefined => {
    const photo = this.photo.value;
    if (!photo || this.simulate.value) return this.damaged.value;
    return { input: photo.pixels };
  });

  /** What a step that fills fills: what is painted, or what Improve has found. */
  readonly filled = computed((): Mask | undefined => {
    if (!this.isImproving.value) return this.mask.value;
    const found = this.foundScratches.value;
    return found && found.photo === this.photo.value ? found.mask : undefined;
  });

  /** The box around the pixels to fill, if a step fills any. */
  readonly maskBounds = computed(() =>
    this.steps.value.some(({ task }) => task === 'fill')
      ? this.filled.value?.bounds.value
      : undefined,
  );

  /** The box around the painted colours, if the task follows them. */
  readonly hintBounds = computed(() =>
    this.isHinted.value ? this.hints.value?.bounds.value : undefined,
  );

  private readonly isMasked = computed(() => this.maskBounds.value !== undefined);

  readonly plan = computed(() => {
    const photo = this.photo.value;
    if (!photo) return undefined;
    const { isImproving, recipe, task, settings, simulate, isMasked } = this;
    if (isImproving.value) return planImprovement(photo, recipe.value);
    return makePlan(photo, task.value, settings.value, simulate.value, isMasked.value);
  });

  private readonly costQuestion = computed((): CostQuestion | undefined => {
    const plan = this.plan.value;
    const engine = this.engine.value; // a new object after every run, which improves the estimate
    if (!plan || plan.todo || engine.status !== 'ready') return undefined;
    return {
      restorer: engine.restorer,
      input: plan.input,
      steps: this.steps.value,
      simulate: this.simulate.value,
      options: this.options.value,
      // The bounds change with every edit of the mask.
      painted: this.maskBounds.value ? { mask: maskBytes(this.filled.value) } : {},
    };
  });

  private readonly expectedCost = latestAnswer(this.costQuestion, askCost, COST_DELAY);

  /** What the next run will take; undefined until it is known. */
  readonly cost = computed(() => {
    const cost = this.expectedCost.value;
    return cost && { ...cost, seconds: cost.seconds * this.slowness.value };
  });

  /** Whether the next run needs more memory than there is. */
  readonly isTooLarge = computed(
    () => this.cost.value !== undefined && isTooLarge(this.cost.value),
  );

  /** What works in place of a run that is too large, and what is quicker than a long one. */
  readonly offers = computed(() => {
    const photo = this.photo.value?.pixels;
    const task = this.isImproving.value ? 'denoise' : this.task.value;
    const cost = this.cost.value;
    // A photo that the page damages is reduced anyway.
    if (!photo || !cost || (this.simulate.value && task !== 'fill')) return {};
    return offersFor({ photo, task, factor: this.settings.value.factor }, cost);
  });

  /** The picture whose noise is measured. Fill keeps it, and this page knows what it has added. */
  private readonly noisyInput = computed(() =>
    this.task.value === 'fill' || this.isImproving.value || this.simulate.value
      ? undefined
      : this.prepared.value?.input,
  );

  readonly restorer = computed(() => {
    const engine = this.engine.value;
    return engine.status === 'ready' ? engine.restorer : undefined;
  });

  private readonly noiseQuestion = computed((): NoiseQuestion | undefined => {
    const input = this.noisyInput.value;
    const restorer = this.restorer.value;
    const photo = this.photo.value;
    const task = this.task.value;
    return input && restorer && { restorer, input, task, file: photo && ownFile(photo) };
  });

  private readonly noiseAnswer = latestAnswer(this.noiseQuestion, askNoise);

  readonly isMeasuringNoise = computed(
    () => this.noiseQuestion.value !== undefined && this.noiseAnswer.value === undefined,
  );

  readonly measuredNoise = computed((): MeasuredNoise | undefined => {
    if (!this.noisyInput.value) return undefined;
    if (!this.restorer.value) return { level: undefined, note: noiseWords.waiting };
    const answer = this.noiseAnswer.value;
    if (answer === undefined) return { level: undefined, note: noiseWords.measuring };
    return describeNoise(answer, this.photo.value);
  });

  readonly isRunning = computed(() => this.progress.value !== undefined);

  /** The view on the stage: the chosen one, or the nearest that there is a picture for. */
  readonly view = computed((): View => {
    const view = this.chosenView.value;
    const outcome = this.outcome.value;
    if (!outcome?.entries.length) return 'photo';
    return view === 'map' && !outcome.deviation ? 'result' : view;
  });

  private readonly mapQuestion = computed(() => {
    const outcome = this.view.value === 'map' ? this.outcome.value : undefined;
    return outcome?.deviation && { deviation: outcome.deviation, of: outcome.calibration };
  });

  /** The map of how far the result may be off, while it is looked at. */
  readonly map = latestAnswer(this.mapQuestion, ({ deviation, of }) =>
    inWorker('map', deviation, of),
  );

  /** The chosen entry, or the latest. */
  readonly pickedEntry = computed((): Entry | undefined => {
    const entries = this.outcome.value?.entries;
    return entries?.find(({ id }) => id === this.chosenEntryId.value) ?? entries?.at(-1);
  });

  private readonly blendQuestion = computed(() =>
    blendOf(this.pickedEntry.value, this.outcome.value, this.strengths.value),
  );

  private readonly blendAnswer = latestAnswer(this.blendQuestion, askBlend);

  /** The picked entry at its strength; undefined while that is computed, or why there is none. */
  readonly blended = computed((): Entry | Error | undefined => {
    const entry = this.pickedEntry.value;
    if (!entry || !this.blendQuestion.value) return entry;
    const image = this.blendAnswer.value;
    return image instanceof ImageData ? { ...entry, image } : image;
  });

  /** The latest that was computed: it stays in sight while a slider moves on. */
  private readonly lastBlended = signal<Entry | undefined>(undefined);

  /** The entry on the stage. */
  readonly entry = computed((): Entry | undefined => {
    const picked = this.pickedEntry.value;
    const last = this.lastBlended.value;
    const blended = this.blended.value;
    if (blended && !(blended instanceof Error)) return blended;
    return last?.id === picked?.id ? last : picked;
  });

  constructor() {
    effect(() => {
      const blended = this.blended.value;
      if (blended && !(blended instanceof Error)) this.lastBlended.value = blended;
    });
  }

  /** Changes settings, and shows the photo that they apply to. */
  changeSettings(changes: Partial<Settings>): void {
    batch(() => {
      this.settings.value = { ...this.settings.peek(), ...changes };
      this.chosenView.value = 'photo';
    });
  }

  changeOptions(changes: Partial<Options>): void {
    this.options.value = { ...this.options.peek(), ...changes };
  }
}

const maskBytes = (mask: Mask | undefined): MaskBytes | undefined =>
  mask && { data: mask.bits, width: mask.width, height: mask.height };
