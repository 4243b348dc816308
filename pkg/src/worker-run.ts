import type { Engine, EngineQuestion, EngineRequest, EngineRun, EngineStep } from './engine.js';
import { ownBytes, type FromWorker, type Share, type ToWorker } from './protocol.js';
import { withFunctions } from './user-operator.js';

/** What the page can still say about a run that has been started. */
export class RunControl {
  #credit: number;
  #wake: (() => void) | undefined;
  readonly #given = new Map<number, Float32Array<ArrayBuffer>[]>();
  cancelled = false;

  /** @param credit steps that may be taken before `more`. */
  constructor(credit: number) {
    this.#credit = credit;
  }

  more(): void {
    this.#credit++;
    this.#wake?.();
  }

  cancel(): void {
    this.cancelled = true;
    this.#wake?.();
  }

  /** A sample of a shared run, drawn here or elsewhere. */
  give(index: number, values: Float32Array<ArrayBuffer>[]): void {
    this.#given.set(index, values);
    this.#wake?.();
  }

  /** The sample of this number, if it is there. */
  take(index: number): Float32Array<ArrayBuffer>[] | undefined {
    const values = this.#given.get(index);
    this.#given.delete(index);
    return values;
  }

  /** The same, as soon as it is there; undefined where the run is cancelled instead. */
  async awaited(index: number): Promise<Float32Array<ArrayBuffer>[] | undefined> {
    while (!this.#given.has(index) && !this.cancelled)
      await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.take(index);
  }

  /** Returns once the messages that have arrived are read. */
  async look(): Promise<void> {
    await new Promise<void>((resolve) => setTimeout(resolve, 0));
  }

  /** The same, and there is credit for a step, or the run is cancelled. */
  async turn(): Promise<void> {
    await this.look();
    while (this.#credit <= 0 && !this.cancelled)
      await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#wake = undefined;
    this.#credit--;
  }
}

/** Runs one restoration to its end, or to its cancellation, and tells each tile and each step. */
export async function restore(
  engine: Engine,
  message: Extract<ToWorker, { type: 'start' }>,
  control: RunControl,
  answer: (message: FromWorker, transfer?: Transferable[]) => void,
): Promise<void> {
  const { id, share } = message;
  if (control.cancelled) return answer({ id, type: 'cancelled' });
  const begin = performance.now();
  let run: EngineRun | undefined;
  try {
    const request = await withFunctions(message.request);
    const { pixels } = engine.cost(questionOf(request));
    run = engine.start(request);
    // Of the whole restoration, whatever part of it is done here.
    const { device, width, height, totalSteps, totalEvaluations, totalTiles } = run;
    answer({
      id,
      type: 'started',
      device,
      width,
      height,
      totalSteps,
      totalEvaluations,
      totalTiles,
      pixels,
    });
    const shared = share && new SharedRun(id, run, share, control, answer);
    const samples: Uint8Array<ArrayBuffer>[] = [];
    for (let within = false; ;) {
      await (within ? control.look() : control.turn());
      if (control.cancelled) return answer({ id, type: 'cancelled' });
      const tileBegin = performance.now();
      const step = await run.advance();
      if (step === undefined) break;
      const { tiles } = run;
      const milliseconds = performance.now() - tileBegin;
      within = step === null;
      if (!step) {
        answer({ id, type: 'tile', tiles, milliseconds });
        continue;
      }
      const preview = ownBytes(step.preview);
      if (step.finished) samples.push(preview.slice());
      answer({ id, type: 'step', step: { ...step, preview }, tiles, milliseconds }, [
        preview.buffer,
      ]);
      await shared?.after(step);
    }
    await shared?.complete(request.samples);
    if (control.cancelled) return answer({ id, type: 'cancelled' });
    const result = await run.result();
    const estimate = ownBytes(result.estimate);
    const mean = ownBytes(result.mean);
    const deviation = result.deviation && ownBytes(result.deviation);
    const buffers = [estimate, mean, ...samples, ...(deviation ? [deviation] : [])].map(
      (bytes) => bytes.buffer,
    );
    answer(
      {
        id,
        type: 'done',
        result: { ...result, estimate, mean, deviation, evaluations: totalEvaluations },
        samples,
        milliseconds: performance.now() - begin,
        memoryBytes: engine.memoryBytes,
      },
      buffers,
    );
  } finally {
    // After a panic the instance is gone, and with it what there was to free.
    try {
      run?.free();
    } catch {
      // The error that brought us here is the one to tell.
    }
  }
}

function questionOf({
  image,
  task,
  functions,
  noise,
  samples,
  sampler,
  refine,
}: EngineRequest): EngineQuestion {
  const { width, height } = image;
  return {
    width,
    height,
    task,
    samples,
    sampler,
    refine,
    ...(functions && { functions }),
    ...(noise === undefined ? {} : { noise }),
  };
}

/** What a run that is shared tells the others, and hears from them. */
class SharedRun {
  readonly #id: number;
  readonly #run: EngineRun;
  readonly #control: RunControl;
  readonly #answer: (message: FromWorker, transfer?: Transferable[]) => void;
  /** Whether this run computes the mean, and the deviation of everyone's samples. */
  readonly #leads: boolean;
  #adopted = 0;

  constructor(
    id: number,
    run: EngineRun,
    share: Share,
    control: RunControl,
    answer: (message: FromWorker, transfer?: Transferable[]) => void,
  ) {
    this.#id = id;
    this.#run = run;
    this.#control = control;
    this.#answer = answer;
    this.#leads = share.mean === undefined;
    run.share(share.first, share.every);
    if (share.mean) run.resume(share.mean);
  }

  /** After a step: passes on the mean or a finished sample, and adopts those that have come. */
  async after({ stage, sample, finished }: EngineStep): Promise<void> {
    if (this.#leads && stage === 'mean') {
      const mean = await this.#run.meanValues();
      if (mean) this.#tell('mean', {}, mean); // none before it is refined
    }
    if (!finished) return;
    const values = await this.#run.sampleValues();
    if (!this.#leads) return this.#tell('sample', { index: sample }, values);
    this.#control.give(sample, values!);
    for (
      let next = this.#control.take(this.#adopted);
      next;
      next = this.#control.take(this.#adopted)
    )
      this.#adopt(next);
  }

  /** Once its own samples are drawn: the lead waits for all others. */
  async complete(samples: number): Promise<void> {
    while (this.#leads && this.#adopted < samples) {
      const next = await this.#control.awaited(this.#adopted);
      if (!next) return;
      this.#adopt(next);
    }
  }

  /**
   * In order, so that the deviation is the same to the last bit, however many workers there are.
   */
  #adopt(values: Float32Array[]): void {
    this.#run.adopt(values);
    this.#adopted++;
  }

  #tell(
    type: 'mean' | 'sample',
    what: { index?: number },
    values: Float32Array<ArrayBuffer>[] = [],
  ): void {
    this.#answer(
      { id: this.#id, type, ...what, values } as FromWorker,
      values.map(({ buffer }) => buffer),
    );
  }
}
