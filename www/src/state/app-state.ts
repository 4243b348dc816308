// The state of the page. Base signals hold what the visitor chose and what a run has produced; all
// other values are computed from them.

import type { MaskBytes } from 'eps-restore';
import { batch, computed, signal } from '@preact/signals-core';
import type { Mask } from '../picture/mask.js';
import type { Photo } from '../picture/photo.js';
import type { DeviceChoice, TaskId, View } from '../vocabulary.js';
import { askCost, COST_DELAY, type CostQuestion } from './cost.js';
import type { EngineState } from './engine-state.js';
import { latestAnswer } from './latest-answer.js';
import { askNoise, describeNoise, type MeasuredNoise, type NoiseQuestion } from './noise.js';
import type { Entry, Outcome, Progress } from './outcome.js';
import { makePlan, reductionOffer } from './plan.js';
import { prepare, prepareFill } from './prepare.js';
import { DEFAULT_OPTIONS, DEFAULT_SETTINGS, type Options, type Settings } from './settings.js';

/** Weights that replace the page's own. */
export interface Model {
  readonly name: string;
  readonly url: string;
}

export class AppState {
  readonly photo = signal<Photo | undefined>(undefined);
  readonly mask = signal<Mask | undefined>(undefined);
  readonly task = signal<TaskId>('fill');
  readonly settings = signal<Settings>(DEFAULT_SETTINGS);
  /** Whether the page damages the photo first. */
  readonly simulate = signal(false);
  readonly options = signal<Options>(DEFAULT_OPTIONS);
  readonly deviceChoice = signal<DeviceChoice>('auto');
  readonly model = signal<Model | undefined>(undefined);
  readonly engine = signal<EngineState>({ status: 'loading' });
  /** Of the run in progress. */
  readonly progress = signal<Progress | undefined>(undefined);
  readonly outcome = signal<Outcome | undefined>(undefined);
  readonly chosenEntryId = signal<string | undefined>(undefined);
  readonly chosenView = signal<View>('photo');

  readonly prepared = computed(() => {
    const photo = this.photo.value;
    const task = this.task.value;
    const simulate = this.simulate.value;
    if (!photo) return undefined;
    if (task === 'fill') return prepareFill(photo, simulate);
    return prepare(photo, task, this.settings.value, simulate);
  });

  /** The box around the painted pixels, if the task needs a mask. */
  readonly maskBounds = computed(() =>
    this.task.value === 'fill' ? this.mask.value?.bounds.value : undefined,
  );

  private readonly isMasked = computed(() => this.maskBounds.value !== undefined);

  readonly plan = computed(() => {
    const photo = this.photo.value;
    if (!photo) return undefined;
    const { task, settings, simulate, isMasked } = this;
    return makePlan(photo, task.value, settings.value, simulate.value, isMasked.value);
  });

  private readonly costQuestion = computed((): CostQuestion | undefined => {
    const plan = this.plan.value;
    const engine = this.engine.value; // a new object after every run, which improves the estimate
    if (!plan || plan.todo || engine.status !== 'ready') return undefined;
    return {
      restorer: engine.restorer,
      input: plan.input,
      task: this.task.value,
      settings: this.settings.value,
      simulate: this.simulate.value,
      options: this.options.value,
      // The bounds change with every edit of the mask.
      mask: this.maskBounds.value && maskBytes(this.mask.value),
    };
  });

  /** What the next run will take; undefined until it is known. */
  readonly cost = latestAnswer(this.costQuestion, askCost, COST_DELAY);

  /** An offer to reduce the photo, if the next run would take long. */
  readonly reductionOffer = computed(() => {
    const photo = this.photo.value;
    const plan = this.plan.value;
    return photo && plan && reductionOffer(photo.pixels, plan, this.cost.value);
  });

  /** The picture whose noise Denoise should measure. */
  private readonly noisyInput = computed(() =>
    this.task.value === 'denoise' && !this.simulate.value ? this.prepared.value?.input : undefined,
  );

  readonly restorer = computed(() => {
    const engine = this.engine.value;
    return engine.status === 'ready' ? engine.restorer : undefined;
  });

  private readonly noiseQuestion = computed((): NoiseQuestion | undefined => {
    const input = this.noisyInput.value;
    const restorer = this.restorer.value;
    return input && restorer && { restorer, input };
  });

  private readonly noiseAnswer = latestAnswer(this.noiseQuestion, askNoise);

  readonly measuredNoise = computed((): MeasuredNoise | undefined => {
    if (!this.noisyInput.value) return undefined;
    if (!this.restorer.value) return { level: undefined, note: 'Waiting for the engine' };
    const answer = this.noiseAnswer.value;
    if (answer === undefined) return { level: undefined, note: 'Measuring…' };
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

  /** The entry on the stage: the chosen one, or the latest. */
  readonly entry = computed((): Entry | undefined => {
    const entries = this.outcome.value?.entries;
    return entries?.find(({ id }) => id === this.chosenEntryId.value) ?? entries?.at(-1);
  });

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
