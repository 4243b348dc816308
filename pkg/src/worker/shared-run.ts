import { EpsError } from '../shared/errors.js';
import type { RunEvent, RunShare } from '../shared/protocol.js';
import type { Step, WindowValues } from '../shared/requests.js';
import type { Run } from './core.js';
import type { RunControl } from './run-control.js';

/**
 * One worker's part of a run that several workers share: what it passes on to the others, and what
 * it takes from them.
 */
export class SharedRun {
  readonly #run: Run;
  readonly #control: RunControl;
  readonly #emit: (event: RunEvent, transfer: Transferable[]) => void;
  /** Whether this run computes the mean, and the deviation of all samples. */
  readonly #isLead: boolean;
  /** Whether other workers draw samples too. Settled, in the lead, after the mean. */
  #isShared = false;
  #adopted = 0;

  constructor(
    run: Run,
    share: RunShare,
    control: RunControl,
    emit: (event: RunEvent, transfer: Transferable[]) => void,
  ) {
    this.#run = run;
    this.#control = control;
    this.#emit = emit;
    this.#isLead = share.role === 'lead';
    if (share.role === 'lead') return;
    this.#isShared = true;
    run.drawOnly(share.first, share.every);
    run.resume(share.mean);
  }

  /** Passes on the mean or a finished sample, and adopts the samples that have arrived. */
  async afterStep({ stage, sample, finished }: Step): Promise<void> {
    if (this.#isLead && stage === 'mean') await this.#shareMean();
    if (!finished || !this.#isShared) return;
    const values = await this.#run.sampleValues();
    if (!values) throw new EpsError('internal', 'A finished sample has no values.');
    if (!this.#isLead) {
      this.#emit({ type: 'sample', index: sample, values }, buffersOf(values));
      return;
    }
    this.#control.addSample(sample, values);
    for (;;) {
      const next = this.#control.takeSample(this.#adopted);
      if (!next) return;
      this.#adopt(next);
    }
  }

  /** Passes the mean on, and learns which samples are left to the lead. */
  async #shareMean(): Promise<void> {
    const mean = await this.#run.meanValues();
    // A mean that is still to be refined has none.
    if (!mean) return;
    this.#emit({ type: 'mean', values: mean }, buffersOf(mean));
    const every = await this.#control.workers();
    if (every === 1) return;
    this.#isShared = true;
    this.#run.drawOnly(0, every);
  }

  /**
   * Waits, in the lead, for the samples of all helpers.
   *
   * @param samples of the whole run.
   */
  async complete(samples: number): Promise<void> {
    while (this.#isLead && this.#isShared && this.#adopted < samples)
      this.#adopt(await this.#control.nextSample(this.#adopted));
  }

  /** In order: the deviation is the same to the last bit, however many workers there are. */
  #adopt(values: WindowValues): void {
    this.#run.adopt(values);
    this.#adopted++;
  }
}

function buffersOf(values: WindowValues): ArrayBuffer[] {
  return values.map(({ buffer }) => buffer);
}
