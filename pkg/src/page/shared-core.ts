/** The addresses that a core comes from. */
interface CoreSource {
  readonly workerUrl: string | undefined;
  readonly wasmUrl: string | undefined;
}

/** The compiled cores of this page's restorers, as long as one of them has it. */
const compiled = new Map<string, WeakRef<WebAssembly.Module>>();
/** What is being compiled. It never rejects. */
const compiling = new Map<string, Promise<void>>();
/** Those that stay, without a restorer. */
const kept = new Set<WebAssembly.Module>();

/**
 * Starts a worker with the core from the same addresses that another restorer of this page has
 * compiled, or is compiling; without one, it shares its own.
 *
 * @param start starts the worker with a compiled core, or lets it compile its own, and gives it.
 */
export async function sharingCore(
  { workerUrl, wasmUrl }: CoreSource,
  start: (core: WebAssembly.Module | undefined) => Promise<WebAssembly.Module>,
): Promise<WebAssembly.Module> {
  const key = JSON.stringify([workerUrl, wasmUrl]);
  for (let other = compiling.get(key); other; other = compiling.get(key)) await other;
  const core = compiled.get(key)?.deref();
  if (core) return start(core);
  const started = start(undefined);
  const onSettled = (): void => void compiling.delete(key);
  compiling.set(key, started.then(onSettled, onSettled));
  const module = await started;
  compiled.set(key, new WeakRef(module));
  return module;
}

/** Keeps a compiled core for restorers to come. */
export function keepCore(module: WebAssembly.Module): void {
  kept.add(module);
}
