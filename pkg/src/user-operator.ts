import type { EngineFunctions, EngineTask } from './engine.js';
import { EpsError } from './errors.js';

/** What concerns a task in a request to the core. */
interface TaskPart {
  task: EngineTask;
  functions?: EngineFunctions;
}

/**
 * A request with the functions of its task's module beside it, imported here, in the worker:
 * functions can't be posted to one.
 *
 * @throws EpsError `invalid-operator` where the module can't be imported or lacks a function.
 */
export async function withFunctions<T extends TaskPart>(request: T): Promise<T> {
  const { task } = request;
  if (task.kind !== 'operator') return request;
  return { ...request, task: { kind: 'operator' }, functions: await imported(task.module ?? '') };
}

async function imported(address: string): Promise<EngineFunctions> {
  let module: Record<string, unknown>;
  try {
    module = (await import(/* webpackIgnore: true */ /* @vite-ignore */ address)) as Record<
      string,
      unknown
    >;
  } catch (cause) {
    throw new EpsError(
      'invalid-operator',
      `The operator's module ${address} could not be imported: ${(cause as Error).message}`,
      { cause },
    );
  }
  const { apply, adjoint, imageSize } = module;
  for (const [name, value] of Object.entries({ apply, adjoint })) {
    if (typeof value !== 'function')
      throw new EpsError(
        'invalid-operator',
        `The operator's module ${address} must export a function named ${name}.`,
      );
  }
  if (imageSize !== undefined && typeof imageSize !== 'function')
    throw new EpsError(
      'invalid-operator',
      `The operator's module ${address} exports an imageSize that is no function.`,
    );
  return { apply, adjoint, ...(imageSize === undefined ? {} : { imageSize }) } as EngineFunctions;
}
