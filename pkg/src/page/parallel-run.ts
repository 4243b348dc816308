import { toEpsError } from '../shared/errors.js';
import type { FinishedRun, RunEvent } from '../shared/protocol.js';
import type { RestoreRequest, WindowValues } from '../shared/requests.js';
import type { Outcome, RunHandle, WorkerLink, WorkerRun } from './worker-link.js';

type RunOutcome = Outcome<'restore'>;

/** What a run in several workers needs. */
export interface ParallelRunOptions {
  /** Computes the mean and the deviation, and draws samples too. */
  readonly lead: WorkerLink;
  /** The other workers, asked for when there is a mean for them to start from. */
  readonly helpers: () => Promise<WorkerLink>[];
  /** How many workers there are, the lead included. */
  readonly workers: number;
  readonly request: RestoreRequest;
  /** Steps that each worker may take before it needs a `more` for each further one. */
  readonly credit: number;
  readonly onEvent: (event: RunEvent) => void;
}

/**
 * One restoration in several workers. The lead computes the mean; then each worker draws samples of
 * its own in its own WebAssembly instance. A sample depends only on the seed and its number, so it
 * is the same whichever worker draws it.
 *
 * To its caller it looks like the run of one worker: the same events, numbered consecutively, and
 * the same outcome.
 */
export class ParallelRun implements RunHandle {
  readonly outcome: Promise<RunOutcome>;
  readonly #options: ParallelRunOptions;
  readonly #lead: WorkerRun;
  readonly #runs: WorkerRun[] = [];
  /** The outcomes of the lead and of the helpers, in the order of their samples. */
  readonly #outcomes: Promise<RunOutcome>[] = [];
  /** The runs of the steps that were reported and not yet allowed a further one. */
  readonly #reported: WorkerRun[] = [];
  /** Tiles finished so far by each run. */
  readonly #tiles = new Map<WorkerRun, number>();
  #steps = 0;
  #evaluations = 0;
  #cancelled = false;

  constructor(options: ParallelRunOptions) {
    this.#options = options;
    this.#lead = this.#start(options.lead, 0);
    const outcome = this.#outcomeOf(this.#lead);
    this.#outcomes.push(outcome);
    // By the lead's end all helpers have been started.
    this.outcome = outcome.then(async () => merged(await Promise.all(this.#outcomes)));
  }

  more(): void {
    this.#reported.shift()?.more();
  }

  cancel(): void {
    this.#cancelled = true;
    for (const run of this.#runs) run.cancel();
  }

  #start(link: WorkerLink, first: number, mean?: WindowValues): WorkerRun {
    const { request, credit, workers } = this.#options;
    const share = { first, every: workers, ...(mean && { mean }) };
    const run: WorkerRun = link.startRun({ request, credit, share }, (event) =>
      this.#onEvent(run, event),
    );
    this.#runs.push(run);
    if (this.#cancelled) run.cancel();
    return run;
  }

  /** The outcome of a run. If it is a failure, the other runs are cancelled. */
  async #outcomeOf(run: WorkerRun): Promise<RunOutcome> {
    const outcome = await run.outcome;
    if (!outcome.ok) this.cancel();
    return outcome;
  }

  #startHelpers(mean: WindowValues): void {
    for (const [i, link] of this.#options.helpers().entries())
      this.#outcomes.push(this.#helperOutcome(link, i + 1, mean));
  }

  async #helperOutcome(
    link: Promise<WorkerLink>,
    first: number,
    mean: WindowValues,
  ): Promise<RunOutcome> {
    try {
      return await this.#outcomeOf(this.#start(await link, first, mean));
    } catch (thrown) {
      this.cancel();
      const { code, message } = toEpsError(thrown, 'worker-failed');
      return { ok: false, failure: { code, message, fatal: false } };
    }
  }

  #onEvent(run: WorkerRun, event: RunEvent): void {
    const { onEvent } = this.#options;
    switch (event.type) {
      case 'started':
        // The totals are those of the whole run already.
        if (run === this.#lead) onEvent(event);
        break;
      case 'mean':
        this.#startHelpers(event.values);
        break;
      case 'sample':
        this.#lead.adopt(event.index, event.values);
        break;
      case 'tile':
        onEvent({ ...event, tiles: this.#totalTiles(run, event.tiles) });
        break;
      case 'step': {
        this.#reported.push(run);
        this.#steps++;
        if (event.step.stage !== 'estimate') this.#evaluations++;
        const step = { ...event.step, step: this.#steps, evaluations: this.#evaluations };
        onEvent({ ...event, tiles: this.#totalTiles(run, event.tiles), step });
        break;
      }
    }
  }

  /** Records the tiles of one run and returns those of all runs. */
  #totalTiles(run: WorkerRun, tiles: number): number {
    this.#tiles.set(run, tiles);
    return [...this.#tiles.values()].reduce((total, count) => total + count, 0);
  }
}

/** The lead's answer with the samples of all runs; or a failure, if possible no cancellation. */
function merged(outcomes: readonly RunOutcome[]): RunOutcome {
  const failures = outcomes.filter((outcome) => !outcome.ok);
  const failure = failures.find(({ failure: { code } }) => code !== 'aborted') ?? failures[0];
  if (failure) return failure;
  const answers: FinishedRun[] = outcomes.flatMap((outcome) => (outcome.ok ? outcome.answer : []));
  const [lead] = answers;
  if (!lead)
    return { ok: false, failure: { code: 'internal', message: 'No worker ran.', fatal: false } };
  return { ok: true, answer: { ...lead, samples: interleaved(answers) } };
}

/** The samples by their numbers: of n runs, each draws every n-th. */
function interleaved(answers: readonly FinishedRun[]): FinishedRun['samples'] {
  const rounds = Math.max(...answers.map(({ samples }) => samples.length));
  return Array.from({ length: rounds }, (_, round) =>
    answers.flatMap(({ samples }) => samples.slice(round, round + 1)),
  ).flat();
}
