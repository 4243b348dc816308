import type { RunCallbacks } from './run-observer.js';

/** How a run reports to its caller. */
export interface RunHooks extends RunCallbacks {
  /** Steps that the run may take before it needs a `more` for each further one. */
  readonly credit: number;
  readonly onStart?: (run: StartedSteps) => void;
}

/** A run that waits for its reader. */
export interface StartedSteps {
  /** Allows one more step. */
  more(): void;
}
