import type { DeviceKind, Precision } from '../shared/device.js';
import { EpsError, toEpsError } from '../shared/errors.js';
import { WARM_UP_PIXELS, type LoadEvent, type LoadedEngine } from '../shared/protocol.js';
import { costRequestOf, type Cost, type RestoreRequest } from '../shared/requests.js';
import { sharingCore } from './shared-core.js';
import { EvaluationTimes } from './timing.js';
import { WorkerLink, errorOf, type Outcome } from './worker-link.js';
import type { WorkerSettings } from './worker-script.js';
import {
  ALONE,
  rounds,
  withHelpers,
  workerShares,
  workersOf,
  type Machine,
  type RunLoad,
  type WorkerShares,
} from './worker-shares.js';

/** Below this expected time of a run, helpers that do not run yet start for too little. */
const MIN_MILLISECONDS_FOR_HELPERS = 2000;

/** How often a helper may fail to start. A start that stalls delays the run. */
const MAX_HELPER_STARTS = 2;

/** Browsers that do not report the memory count as having 4 GiB. */
function thisMachine(): Machine {
  const browser: { hardwareConcurrency?: number; deviceMemory?: number } = navigator;
  return { cores: browser.hardwareConcurrency ?? 1, memory: browser.deviceMemory ?? 4 };
}

/** The settings of a pool. */
export interface PoolOptions extends WorkerSettings {
  readonly device: 'auto' | DeviceKind;
  readonly precision: Precision;
  /** The caller's number of workers; undefined: as many as there is room for. */
  readonly workers: number | undefined;
  /** The absolute address of the core; undefined: the file in this package. */
  readonly wasmUrl: string | undefined;
  /** Milliseconds after which a part of the platform that does not answer counts as stalled. */
  readonly stallMs: number;
}

/**
 * A restorer's workers. The lead has the chosen device. The helpers draw samples beside it and
 * evaluate tiles for it on the CPU; each is started when it is first needed and kept for the next
 * run. A worker that has failed is replaced when it is needed again. Only the first downloads and
 * compiles the core: the others get it compiled.
 */
export class WorkerPool {
  /** Of the lead's device. */
  readonly evaluationTimes = new EvaluationTimes();
  readonly #options: PoolOptions;
  readonly #helpers: Promise<WorkerLink>[] = [];
  /** Those of them that are loaded. */
  readonly #ready: WorkerLink[] = [];
  readonly #helperLinks = new Set<WorkerLink>();
  /** A GPU has computed values that are not finite. */
  #isGpuWrong = false;
  /** Whether the lead compiles ahead: not once it has failed, which that may have caused. */
  #rehearses = true;
  /** Starts of helpers that failed. */
  #failedStarts = 0;
  #weights: Uint8Array<ArrayBuffer> | undefined;
  #core: WebAssembly.Module | undefined;
  #lead: WorkerLink | undefined;
  #restarting: Promise<WorkerLink> | undefined;
  #disposed: EpsError | undefined;
  #engine: LoadedEngine = {
    device: 'cpu',
    precision: 'f32',
    adapter: '',
    reason: '',
    evaluationMilliseconds: 0,
  };

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** The lead's engine. After the loss of a GPU it may be on another device. */
  get engine(): LoadedEngine {
    return this.#engine;
  }

  /**
   * Starts the lead, which compiles the core while the weights are read. If the caller stated a
   * number of workers, the helpers are started too: then the page makes no request later, and works
   * offline.
   *
   * @throws EpsError as soon as one of the two fails. The other may still be under way.
   */
  async start(
    readWeights: () => Promise<Uint8Array<ArrayBuffer>>,
    onEvent: (event: LoadEvent) => void,
  ): Promise<void> {
    const lead = (this.#lead = new WorkerLink(this.#options));
    const [weights] = await Promise.all([readWeights(), this.#start(lead)]);
    this.throwIfDisposed();
    this.#weights = weights;
    await this.#loadLead(lead, onEvent);
    const { workers } = this.#options;
    // A helper that fails here is started again when it is needed.
    if (workers !== undefined && this.#engine.device === 'cpu')
      await Promise.allSettled(this.helpers(workers - 1));
  }

  /** The lead; a new one if the last has failed. */
  async lead(): Promise<WorkerLink> {
    this.throwIfDisposed();
    if (this.#restarting) return this.#restarting;
    if (this.#lead?.alive) return this.#lead;
    const restarting = this.#restartLead();
    this.#restarting = restarting;
    const onSettled = (): void => {
      this.#restarting = undefined;
    };
    restarting.then(onSettled, onSettled);
    return restarting;
  }

  /** The first `count` helpers; a new one for each that has failed. */
  helpers(count: number): Promise<WorkerLink>[] {
    return Array.from({ length: count }, (_, i) => {
      const helper = this.#liveHelper(this.#helpers[i]);
      this.#helpers[i] = helper;
      const onReady = (link: WorkerLink): void => void (this.#ready[i] = link);
      helper.then(onReady, () => undefined);
      return helper;
    });
  }

  /** Expected seconds of a run with all workers that it may have. */
  expectedSeconds(cost: Cost, samples: number): number {
    const { tiles, bytes, evaluations, pixels } = cost;
    if (evaluations === 0) return 0;
    const shares = this.#shares({ samples, tiles, bytes });
    return (rounds(cost, shares) * this.evaluationTimes.predict(pixels)) / 1000;
  }

  /** The workers of a run: one if others would have nothing to do or gain no time. */
  async sharesForRun(lead: WorkerLink, request: RestoreRequest): Promise<WorkerShares> {
    const { samples } = request;
    if (workersOf(this.#shares({ samples, tiles: Infinity, bytes: 0 })) === 1) return ALONE;
    const cost = await lead.call('cost', costRequestOf(request));
    // Of a lead that has ended, the run itself tells it.
    if (!cost.ok && cost.failure.fatal) return ALONE;
    if (!cost.ok) throw errorOf(cost.failure);
    const { evaluations, pixels, tiles, bytes } = cost.answer;
    if (evaluations === 0) return ALONE;
    const shares = this.#shares({ samples, tiles, bytes });
    const expected = evaluations * this.evaluationTimes.predict(pixels);
    const isShort = this.#options.workers === undefined && expected < MIN_MILLISECONDS_FOR_HELPERS;
    return isShort ? withHelpers(shares, this.#readyHelpers) : shares;
  }

  /** The workers that a run may have. */
  #shares(load: RunLoad): WorkerShares {
    if (this.#engine.device !== 'cpu') return ALONE;
    const shares = workerShares(load, this.#options.workers, thisMachine());
    return withHelpers(shares, workersOf(shares) - 1 - this.#abandonedHelpers);
  }

  /** How many of the first helpers are running. */
  get #readyHelpers(): number {
    const missing = this.#helpers.findIndex((_, i) => !this.#ready[i]?.alive);
    return missing < 0 ? this.#helpers.length : missing;
  }

  /** Helpers that runs go on without: each has had {@link MAX_HELPER_STARTS} failed starts. */
  get #abandonedHelpers(): number {
    return Math.floor(this.#failedStarts / MAX_HELPER_STARTS);
  }

  /** Terminates all workers. Their calls, and all later ones, fail with this error. */
  dispose(error: EpsError): void {
    this.#disposed ??= error;
    this.#lead?.terminate(this.#disposed);
    for (const link of this.#helperLinks) link.terminate(this.#disposed);
    this.#lead = undefined;
    this.#weights = undefined;
    this.#core = undefined;
  }

  throwIfDisposed(): void {
    if (this.#disposed) throw this.#disposed;
  }

  async #restartLead(): Promise<WorkerLink> {
    this.#isGpuWrong ||= this.#lead?.end?.code === 'device-failed';
    this.#rehearses = false;
    return this.#loadLead(await this.#newLead());
  }

  /** A lead with the core and without an engine. */
  async #newLead(): Promise<WorkerLink> {
    const lead = (this.#lead = new WorkerLink(this.#options));
    await this.#start(lead);
    return lead;
  }

  /** Waits until a worker has the core. */
  async #start(link: WorkerLink): Promise<void> {
    const begin = async (core: WebAssembly.Module | undefined): Promise<WebAssembly.Module> => {
      const outcome = await link.start(core ?? this.#options.wasmUrl);
      this.throwIfDisposed();
      if (!outcome.ok) throw errorOf(outcome.failure);
      return outcome.answer.module;
    };
    this.#core = await (this.#core ? begin(this.#core) : sharingCore(this.#options, begin));
  }

  /** Starts the engine in the lead. */
  async #loadLead(
    lead: WorkerLink,
    onEvent: (event: LoadEvent) => void = () => undefined,
  ): Promise<WorkerLink> {
    const { device, precision } = this.#options;
    const isOnCpu = device === 'auto' && this.#isGpuWrong;
    let outcome = await this.#load(lead, isOnCpu ? 'cpu' : device, precision, onEvent);
    let fallbackReason = isOnCpu ? 'The GPU computed values that are not finite.' : undefined;
    const failure = outcome.ok ? undefined : outcome.failure;
    if (device === 'auto' && failure?.fatal && failure.during === 'webgpu') {
      // WebGPU made the worker unusable: the CPU gets a new one.
      this.throwIfDisposed();
      fallbackReason = `WebGPU could not be used: ${failure.message}`;
      lead = await this.#newLead();
      outcome = await this.#load(lead, 'cpu', precision, onEvent);
    }
    this.throwIfDisposed();
    if (!outcome.ok) {
      const error = errorOf(outcome.failure);
      // Without an engine it cannot serve a call. The next call starts another.
      lead.terminate(error);
      throw error;
    }
    const engine = outcome.answer;
    this.#engine = { ...engine, reason: fallbackReason ?? engine.reason };
    this.evaluationTimes.observe(WARM_UP_PIXELS, engine.evaluationMilliseconds);
    return lead;
  }

  async #liveHelper(previous: Promise<WorkerLink> | undefined): Promise<WorkerLink> {
    const old = await previous?.catch(() => undefined);
    if (old?.alive) return old;
    if (old) this.#helperLinks.delete(old);
    this.throwIfDisposed();
    try {
      return await this.#newHelper();
    } catch (error) {
      this.#failedStarts++;
      throw error;
    }
  }

  async #newHelper(): Promise<WorkerLink> {
    const link = new WorkerLink(this.#options);
    this.#helperLinks.add(link);
    try {
      await this.#start(link);
      const outcome = await this.#load(link, 'cpu', 'f32', () => undefined);
      if (!outcome.ok) throw errorOf(outcome.failure);
      return link;
    } catch (thrown) {
      link.terminate(toEpsError(thrown, 'worker-failed'));
      this.#helperLinks.delete(link);
      throw thrown;
    }
  }

  /** Gives a worker a copy of the weights and waits until its engine is warm. */
  #load(
    link: WorkerLink,
    device: 'auto' | DeviceKind,
    precision: Precision,
    onEvent: (event: LoadEvent) => void,
  ): Promise<Outcome<'load'>> {
    if (!this.#weights)
      throw this.#disposed ?? new EpsError('internal', 'The weights are missing.');
    const weights = this.#weights.slice();
    const transfer = [weights.buffer];
    const ask = { device, precision, weights, rehearses: this.#rehearses };
    return link.call('load', ask, { onEvent, transfer });
  }
}
