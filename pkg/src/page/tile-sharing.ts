import type { TileServer, WorkerLink, WorkerRun } from './worker-link.js';

/** A helper's work for a run. */
interface Assignment {
  readonly lender: WorkerRun;
  readonly server: TileServer;
}

/**
 * Connects runs whose tiles can be evaluated elsewhere with workers that have nothing else to do,
 * equally many for each run. A worker that fails is only missed.
 */
export class TileSharing {
  readonly #lenders = new Set<WorkerRun>();
  readonly #assignments = new Map<WorkerLink, Assignment>();
  #lastId = 0;
  #isClosed = false;

  /** A run that lends tiles from now on. */
  addLender(run: WorkerRun): void {
    if (this.#isClosed) return;
    this.#lenders.add(run);
    this.#balance();
  }

  /** A run that has ended, or has no tiles left. Its helpers go to the others. */
  removeLender(run: WorkerRun): void {
    this.#lenders.delete(run);
    for (const helper of this.#helpersOf(run)) this.#assign(helper, this.#neediest());
  }

  /** A worker that evaluates tiles from now on, if any run lends some. */
  addHelper(helper: WorkerLink): void {
    if (!this.#isClosed) this.#assign(helper, this.#neediest());
  }

  /** A worker that is needed for something else: its next call begins within a tile. */
  removeHelper(helper: WorkerLink): void {
    this.#assign(helper, undefined);
  }

  /** Ends all of it. */
  close(): void {
    this.#isClosed = true;
    this.#lenders.clear();
    for (const helper of [...this.#assignments.keys()]) this.removeHelper(helper);
  }

  /** Ends the helper's work for another run, and begins it for this one. */
  #assign(helper: WorkerLink, lender: WorkerRun | undefined): void {
    this.#assignments.get(helper)?.server.cancel();
    this.#assignments.delete(helper);
    if (!lender) return;
    const id = ++this.#lastId;
    const { port1, port2 } = new MessageChannel();
    const assignment = { lender, server: helper.serveTiles(port2) };
    this.#assignments.set(helper, assignment);
    lender.connect(id, port1);
    void assignment.server.outcome.then(() => {
      lender.disconnect(id);
      if (this.#assignments.get(helper) === assignment) this.#assignments.delete(helper);
    });
  }

  /** Moves helpers until no run has two more than another. */
  #balance(): void {
    for (;;) {
      const counts = [...this.#lenders].map((run) => this.#helpersOf(run));
      const most = counts.reduce((a, b) => (b.length > a.length ? b : a), []);
      const least = this.#neediest();
      const [helper] = most;
      if (!helper || !least || most.length - this.#helpersOf(least).length < 2) return;
      this.#assign(helper, least);
    }
  }

  /** The run with the fewest helpers. */
  #neediest(): WorkerRun | undefined {
    const runs = [...this.#lenders];
    const count = (run: WorkerRun): number => this.#helpersOf(run).length;
    return runs.length === 0 ? undefined : runs.reduce((a, b) => (count(b) < count(a) ? b : a));
  }

  #helpersOf(run: WorkerRun): WorkerLink[] {
    const entries = [...this.#assignments].filter(([, { lender }]) => lender === run);
    return entries.map(([helper]) => helper);
  }
}
