import type { FinishedRun, RunEvent, RunShare } from '../shared/protocol.js';
import type { RestoreRequest, WindowValues } from '../shared/requests.js';
import { TileSharing } from './tile-sharing.js';
import type { Outcome, RunHandle, WorkerLink, WorkerRun } from './worker-link.js';

type RunOutcome = Outcome<'restore'>;

/** What a run in several workers needs. */
export interface ParallelRunOptions {
  /** Computes the mean and the deviation, and draws samples too. */
  readonly lead: WorkerLink;
  /** The other workers, which may still be starting. Those that cannot start are left out. */
  readonly helpers: readonly Promise<WorkerLink>[];
  /** How many may draw samples, the lead included. The others evaluate tiles. */
  readonly drawers: number;
  readonly request: RestoreRequest;
  /** Steps that each worker may take before it needs a `more` for each further one. */
  readonly credit: number;
  readonly onEvent: (event: RunEvent) => void;
  /** Called with the number of workers that could be started, the lead included. */
  readonly onShared: (workers: number) => void;
}

/**
 * One restoration in several workers, each with a WebAssembly instance of its own. The lead
 * computes the mean, and the others evaluate tiles for it. Then as many as there are samples draw
 * samples of their own, and whoever is left evaluates tiles for those. A sample depends only on the
 * seed and its number, and a tile on its inputs: they are the same whichever worker computes them.
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
  readonly #sharing = new TileSharing();
  /** Samples that each run has still to draw, once they are divided. */
  readonly #samplesLeft = new Map<WorkerRun, number>();
  #steps = 0;
  #evaluations = 0;
  #cancelled = false;

  constructor(options: ParallelRunOptions) {
    this.#options = options;
    this.#lead = this.#start(options.lead, options.drawers > 1 ? { role: 'lead' } : undefined);
    for (const helper of options.helpers)
      helper.then(
        (link) => this.#sharing.addHelper(link),
        () => undefined,
      );
    void this.#started().then((helpers) => options.onShared(1 + helpers.length));
    const outcome = this.#outcomeOf(this.#lead);
    this.#outcomes.push(outcome);
    // The lead ends only after all helpers have been given their share.
    this.outcome = outcome
      .then(async () => merged(await Promise.all(this.#outcomes)))
      .finally(() => this.#sharing.close());
  }

  more(): void {
    this.#reported.shift()?.more();
  }

  cancel(): void {
    this.#cancelled = true;
    for (const run of this.#runs) run.cancel();
    this.#sharing.close();
  }

  #start(link: WorkerLink, share: RunShare | undefined): WorkerRun {
    const { request, credit } = this.#options;
    const ask = { request, credit, ...(share && { share }) };
    const run: WorkerRun = link.startRun(ask, (event) => this.#onEvent(run, event));
    this.#runs.push(run);
    this.#sharing.addLender(run);
    if (this.#cancelled) run.cancel();
    return run;
  }

  /** The helpers that could be started, and have not failed since. */
  async #started(): Promise<WorkerLink[]> {
    const starts = await Promise.allSettled(this.#options.helpers);
    return starts
      .flatMap((start) => (start.status === 'fulfilled' ? start.value : []))
      .filter(({ alive }) => alive);
  }

  /** The outcome of a run. If it is a failure, the other runs are cancelled. */
  async #outcomeOf(run: WorkerRun): Promise<RunOutcome> {
    const outcome = await run.outcome;
    if (!outcome.ok) this.cancel();
    return outcome;
  }

  /** Divides the samples among the workers that have started. */
  async #shareSamples(mean: WindowValues): Promise<void> {
    const started = await this.#started();
    if (this.#cancelled) return;
    const { drawers, request } = this.#options;
    const helpers = started.slice(0, drawers - 1);
    const every = 1 + helpers.length;
    const samplesOf = (first: number): number => Math.ceil((request.samples - first) / every);
    for (const helper of helpers) this.#sharing.removeHelper(helper);
    for (const [i, helper] of helpers.entries()) {
      const run = this.#start(helper, { role: 'helper', first: i + 1, every, mean });
      this.#samplesLeft.set(run, samplesOf(i + 1));
      this.#outcomes.push(this.#outcomeOf(run));
      void run.outcome.then(() => this.#sharing.addHelper(helper));
    }
    this.#samplesLeft.set(this.#lead, samplesOf(0));
    this.#lead.share(every);
  }

  /** After its last sample a run has no more tiles. */
  #countSample(run: WorkerRun): void {
    const left = this.#samplesLeft.get(run);
    if (left === undefined) return;
    this.#samplesLeft.set(run, left - 1);
    if (left === 1) this.#sharing.removeLender(run);
  }

  #onEvent(run: WorkerRun, event: RunEvent): void {
    const { onEvent } = this.#options;
    switch (event.type) {
      case 'started':
        // The totals are those of the whole run already.
        if (run === this.#lead) onEvent(event);
        break;
      case 'mean':
        void this.#shareSamples(event.values);
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
        if (event.step.finished) this.#countSample(run);
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
