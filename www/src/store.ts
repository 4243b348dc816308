// A value that tells those who asked which of its parts changed. Changes made together are told
// together.

export class Store<S extends object> {
  private readonly listeners: { keys: ReadonlySet<keyof S>; run: () => void }[] = [];
  private changed = new Set<keyof S>();

  constructor(private state: S) {}

  get value(): Readonly<S> {
    return this.state;
  }

  set(patch: Partial<S>): void {
    const keys = (Object.keys(patch) as (keyof S)[]).filter(
      (key) => patch[key] !== this.state[key],
    );
    if (keys.length === 0) return;
    if (this.changed.size === 0) queueMicrotask(() => this.tell());
    this.state = { ...this.state, ...patch };
    for (const key of keys) this.changed.add(key);
  }

  /** Calls `run` now and after every change of one of `keys`. */
  on(keys: (keyof S)[], run: () => void): void {
    this.listeners.push({ keys: new Set(keys), run });
    run();
  }

  private tell(): void {
    const changed = this.changed;
    this.changed = new Set();
    for (const { keys, run } of this.listeners) {
      if ([...changed].some((key) => keys.has(key))) run();
    }
  }
}
