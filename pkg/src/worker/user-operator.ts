import type { CoreTask, OperatorFunctions, TaskFields } from '../../wasm/eps_restore.js';
import { EpsError, messageOf } from '../shared/errors.js';
import type { PageTask } from '../shared/requests.js';
import { seconds, withinStall } from '../shared/stall.js';

/**
 * A task as the core takes it. The functions of an operator are imported here, in the worker,
 * because functions cannot be posted to one.
 *
 * @param stallMs milliseconds that the import may take.
 * @throws EpsError `invalid-operator` if the module cannot be imported or lacks a function.
 */
export async function coreTask(task: PageTask, stallMs: number): Promise<TaskFields<CoreTask>> {
  // The same hole, measured by the same pixels.
  if (task.kind === 'copy' || task.kind === 'fill')
    return { task: { kind: 'inpaint', mask: task.mask } };
  if (task.kind !== 'operator') return { task };
  const { module } = task;
  const imported = withinStall(stallMs, importModule(module), () =>
    importError(module, `it has not loaded within ${seconds(stallMs)}.`),
  );
  return { task: { kind: 'operator' }, functions: functionsOf(module, await imported) };
}

function functionsOf(address: string, module: Record<string, unknown>): OperatorFunctions {
  const { apply, adjoint, imageSize } = module;
  requireFunction(address, 'apply', apply);
  requireFunction(address, 'adjoint', adjoint);
  if (imageSize === undefined) return { apply, adjoint };
  requireFunction(address, 'imageSize', imageSize);
  return { apply, adjoint, imageSize };
}

async function importModule(address: string): Promise<Record<string, unknown>> {
  try {
    return (await import(/* webpackIgnore: true */ /* @vite-ignore */ address)) as Record<
      string,
      unknown
    >;
  } catch (cause) {
    throw importError(address, messageOf(cause), cause);
  }
}

function importError(address: string, problem: string, cause?: unknown): EpsError {
  return new EpsError(
    'invalid-operator',
    `The operator's module ${address} could not be imported: ${problem}`,
    { cause },
  );
}

/** What the functions take and give cannot be checked here; the core checks what they give. */
function requireFunction<K extends keyof OperatorFunctions>(
  address: string,
  name: K,
  value: unknown,
): asserts value is NonNullable<OperatorFunctions[K]> {
  if (typeof value !== 'function')
    throw new EpsError(
      'invalid-operator',
      `The operator's module ${address} must export a function named ${name}.`,
    );
}
