/**
 * Several workers on one restoration: the first computes the mean, then each draws samples of its
 * own, in a wasm instance of its own. A sample depends on the seed and its number alone, so it is
 * the same whoever draws it.
 */
import type { EngineRequest } from './engine.js';
import { EpsError, toEpsError } from './errors.js';
import { NO_CALL } from './protocol.js';
import { WorkerLink, type Call, type CallEnd, type CallEvent } from './worker-link.js';

/**
 * Bytes that a worker takes before it has anything to do: its code, the weights and their packed
 * form.
 */
const IDLE_BYTES = 150e6;
/** The share of the device's memory that workers may take together. */
const MEMORY_SHARE = 0.25;
/** Beyond this many, caches and memory are what everyone waits for. */
const MOST = 8;

/** What the device has, as far as the browser tells. */
export interface Machine {
  readonly cores: number;
  /** GiB; browsers that do not tell count as a middling one. */
  readonly memory: number;
}

export function thisMachine(): Machine {
  const { hardwareConcurrency = 1, deviceMemory = 4 } = navigator as {
    hardwareConcurrency?: number;
    deviceMemory?: number;
  };
  return { cores: hardwareConcurrency, memory: deviceMemory };
}

/**
 * How many workers draw so many samples.
 *
 * @param asked the caller's number; undefined: as many as the machine has cores and memory for.
 * @param bytes what a run takes in each of them.
 */
export function crewSize(
  samples: number,
  asked: number | undefined,
  bytes: number,
  machine: Machine,
): number {
  const roomy = Math.floor((MEMORY_SHARE * machine.memory * 2 ** 30) / (IDLE_BYTES + bytes));
  const most = asked ?? Math.min(MOST, machine.cores, roomy);
  return Math.max(1, Math.min(samples, most));
}

/** The workers beside the first, started when they are first needed and kept for the next run. */
export class Helpers {
  readonly #load: (link: WorkerLink) => Promise<unknown>;
  readonly #ready: Promise<WorkerLink>[] = [];
  readonly #links = new Set<WorkerLink>();
  #ended: EpsError | undefined;

  /** @param load hands a worker the weights, on the CPU. */
  constructor(load: (link: WorkerLink) => Promise<unknown>) {
    this.#load = load;
  }

  /** So many of them; where one has failed, another. */
  take(count: number): Promise<WorkerLink>[] {
    return Array.from({ length: count }, (_, i) => (this.#ready[i] = this.#living(this.#ready[i])));
  }

  /** Ends them all, and their calls with this error. */
  end(error: EpsError): void {
    this.#ended = error;
    for (const link of this.#links) link.terminate(error);
  }

  async #living(before: Promise<WorkerLink> | undefined): Promise<WorkerLink> {
    const old = await before?.catch(() => undefined);
    if (old?.alive) return old;
    if (old) this.#links.delete(old);
    if (this.#ended) throw this.#ended;
    const link = new WorkerLink();
    this.#links.add(link);
    await this.#load(link);
    return link;
  }
}

/**
 * One run by several workers, which looks like the run of one: the same events, numbered through,
 * the same end.
 *
 * @param lead the worker that computes the mean and the deviation.
 * @param helpers the others; they are asked for once there is a mean to start from.
 */
export function startTogether(
  lead: WorkerLink,
  helpers: () => Promise<WorkerLink>[],
  every: number,
  request: EngineRequest,
  credit: number,
  hear: (event: CallEvent) => void,
): Call {
  const runs: Call[] = [];
  const ends: Promise<CallEnd>[] = [];
  /** Whose the steps are that nobody has asked more for yet. */
  const told: Call[] = [];
  const tiles = new Map<Call, number>();
  let [steps, evaluations, cancelled] = [0, 0, false];
  const cancel = (): void => {
    cancelled = true;
    runs.forEach((run) => run.cancel());
  };
  const hearFrom =
    (run: () => Call) =>
    (event: CallEvent): void => {
      switch (event.type) {
        case 'mean':
          return begin(event.values);
        case 'sample':
          return runs[0]!.adopt(event.index, event.values);
        case 'tile':
          return hear({ ...event, tiles: sum(run(), event.tiles) });
        case 'step': {
          told.push(run());
          steps++;
          if (event.step.stage !== 'estimate') evaluations++;
          return hear({
            ...event,
            tiles: sum(run(), event.tiles),
            step: { ...event.step, step: steps, evaluations },
          });
        }
        // What a helper begins is part of what the lead has begun.
        case 'started':
          return run() === runs[0] ? hear(event) : undefined;
        default:
          return hear(event);
      }
    };
  const sum = (run: Call, done: number): number => {
    tiles.set(run, done);
    return [...tiles.values()].reduce((total, count) => total + count, 0);
  };
  const start = (link: WorkerLink, first: number, mean?: Float32Array[]): Promise<CallEnd> => {
    const share = { first, every, ...(mean ? { mean } : {}) };
    const run: Call = link.call(
      { type: 'start', request, credit, share },
      [],
      hearFrom(() => run),
    );
    runs.push(run);
    if (cancelled) run.cancel();
    return run.end.then((end) => {
      // Nobody goes on without the others.
      if (end.type !== 'done') cancel();
      return end;
    });
  };
  const begin = (mean: Float32Array[]): void => {
    for (const [i, helper] of helpers().entries()) {
      ends.push(
        helper.then(
          (link) => start(link, i + 1, mean),
          (thrown: unknown) => {
            cancel();
            const { code, message } = toEpsError(thrown, 'worker-failed');
            return { id: NO_CALL, type: 'failed', code, message, fatal: false, during: undefined };
          },
        ),
      );
    }
  };
  ends.push(start(lead, 0));
  const end = ends[0]!.then(async (first) => together(first, await Promise.all(ends)));
  return {
    end,
    cancel,
    more: () => told.shift()?.more(),
    adopt: (index, values) => runs[0]!.adopt(index, values),
  };
}

/** The lead's end with everyone's samples; of several ends that are not done, the failure. */
function together(first: CallEnd, all: readonly CallEnd[]): CallEnd {
  const bad = all.find(({ type }) => type === 'failed') ?? all.find(({ type }) => type !== 'done');
  if (bad || first.type !== 'done') return bad ?? first;
  const shares = all.map((end) => (end.type === 'done' ? end.samples : []));
  const samples = Array.from(
    { length: shares.reduce((sum, { length }) => sum + length, 0) },
    (_, i) => shares[i % shares.length]![Math.floor(i / shares.length)]!,
  );
  return { ...first, samples };
}
