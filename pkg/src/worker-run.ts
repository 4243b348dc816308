import type { Engine, EngineRun } from './engine.js';
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

  /** Returns once the messages that have arrived are read and there is credit for a step, or the run is cancelled. */
  async turn(): Promise<void> {
    await new Promise<void>((resolve) => setTimeout(resolve, 0));
    while (this.#credit <= 0 && !this.cancelled) await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#wake = undefined;
    this.#credit--;
  }
}

/** Runs one restoration to its end, or to its cancellation, and tells each step. */
export async function restore(
  engine: Engine, message: Extract<ToWorker, { type: 'start' }>, control: RunControl, answer: (message: FromWorker, transfer?: Transferable[]) => void,
): Promise<void> {
  const { id } = message;
  if (control.cancelled) return answer({ id, type: 'cancelled' });
  const begin = performance.now();
  let run: EngineRun | undefined;
  try {
    run = engine.start(message.request);
    const { width, height, totalSteps, totalEvaluations } = run;
    answer({ id, type: 'started', width, height, totalSteps, totalEvaluations });
    for (;;) {
      await control.turn();
      if (control.cancelled) return answer({ id, type: 'cancelled' });
      const stepBegin = performance.now();
      const step = await run.step();
      if (!step) break;
      const preview = ownBytes(step.preview);
      answer({ id, type: 'step', step: { ...step, preview }, milliseconds: performance.now() - stepBegin }, [preview.buffer]);
    }
    const result = await run.result();
    const estimate = ownBytes(result.estimate);
    const mean = ownBytes(result.mean);
    const samples = result.samples.map(ownBytes);
    const deviation = result.deviation && ownBytes(result.deviation);
    const buffers = [estimate, mean, ...samples, ...(deviation ? [deviation] : [])].map((bytes) => bytes.buffer);
    answer({ id, type: 'done', result: { ...result, estimate, mean, samples, deviation }, milliseconds: performance.now() - begin }, buffers);
  } finally {
    // After a panic the instance is gone, and with it what there was to free.
    try {
      run?.free();
    } catch {
      // The error that brought us here is the one to tell.
    }
  }
}
