import type { Engine, EngineQuestion, EngineRequest, EngineRun } from './engine.js';
import { ownBytes, type FromWorker, type ToWorker } from './protocol.js';

/** What the page can still say about a run that has been started. */
export class RunControl {
  #credit: number;
  #wake: (() => void) | undefined;
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

  /** Returns once the messages that have arrived are read. */
  async look(): Promise<void> {
    await new Promise<void>((resolve) => setTimeout(resolve, 0));
  }

  /** The same, and there is credit for a step, or the run is cancelled. */
  async turn(): Promise<void> {
    await this.look();
    while (this.#credit <= 0 && !this.cancelled) await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#wake = undefined;
    this.#credit--;
  }
}

/** Runs one restoration to its end, or to its cancellation, and tells each tile and each step. */
export async function restore(
  engine: Engine, message: Extract<ToWorker, { type: 'start' }>, control: RunControl, answer: (message: FromWorker, transfer?: Transferable[]) => void,
): Promise<void> {
  const { id, request } = message;
  if (control.cancelled) return answer({ id, type: 'cancelled' });
  const begin = performance.now();
  let run: EngineRun | undefined;
  try {
    const { pixels } = engine.cost(questionOf(request));
    run = engine.start(request);
    const { width, height, totalSteps, totalEvaluations, totalTiles } = run;
    answer({ id, type: 'started', width, height, totalSteps, totalEvaluations, totalTiles, pixels });
    const samples: Uint8Array<ArrayBuffer>[] = [];
    for (let within = false; ; ) {
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
      answer({ id, type: 'step', step: { ...step, preview }, tiles, milliseconds }, [preview.buffer]);
    }
    const result = await run.result();
    const estimate = ownBytes(result.estimate);
    const mean = ownBytes(result.mean);
    const deviation = result.deviation && ownBytes(result.deviation);
    const buffers = [estimate, mean, ...samples, ...(deviation ? [deviation] : [])].map((bytes) => bytes.buffer);
    answer({ id, type: 'done', result: { ...result, estimate, mean, deviation }, samples, milliseconds: performance.now() - begin }, buffers);
  } finally {
    // After a panic the instance is gone, and with it what there was to free.
    try {
      run?.free();
    } catch {
      // The error that brought us here is the one to tell.
    }
  }
}

function questionOf({ image, task, noise, samples, sampler }: EngineRequest): EngineQuestion {
  const { width, height } = image;
  return { width, height, task, samples, sampler, ...(noise === undefined ? {} : { noise }) };
}
