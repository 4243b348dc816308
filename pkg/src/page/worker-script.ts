import { EpsError, messageOf } from '../shared/errors.js';
import { addressAdvice, pageAddress } from './addresses.js';
import { defaultWeightsUrl } from './default-weights.js';
import { trustedScriptUrl, type TrustedTypesOption } from './trusted-types.js';

/** Where the worker's script is, and how Trusted Types let it start. */
export interface WorkerSettings {
  /** Absolute; undefined: the file in this package. */
  readonly workerUrl: string | undefined;
  readonly trustedTypesPolicy: TrustedTypesOption;
}

/** A worker whose script is being loaded. */
export interface StartingWorker {
  readonly worker: Worker;
  /** To be called once the script runs, or has failed. */
  readonly onLoaded: () => void;
}

/**
 * Starts the worker's script.
 *
 * Bundlers find the script by the expression `new Worker(new URL(…))`. It cannot start a script of
 * another site, nor one under Trusted Types: then the script's address is used instead.
 *
 * @throws EpsError `worker-failed` if the browser refuses to start a worker.
 */
export function startWorker({ workerUrl, trustedTypesPolicy }: WorkerSettings): StartingWorker {
  if (typeof Worker === 'undefined')
    throw new EpsError(
      'worker-failed',
      'There are no workers here: Restorer.load needs a web page. ' +
        "In Node, import { Restorer } from 'eps-restore/node'.",
    );
  try {
    if (workerUrl !== undefined) return startFrom(workerUrl, trustedTypesPolicy);
    if (trustedTypesPolicy.isStated || isPackageElsewhere())
      return startFrom(ownScriptUrl(), trustedTypesPolicy);
    return startBundled() ?? startFrom(ownScriptUrl(), trustedTypesPolicy);
  } catch (cause) {
    throw refusal(cause);
  }
}

/** The worker that a bundler, or the package's own folder, provides; undefined if it may not be. */
function startBundled(): StartingWorker | undefined {
  try {
    const worker = new Worker(new URL('../worker.js', import.meta.url), {
      /* webpackChunkName: "eps-restore-worker" */ type: 'module',
    });
    return { worker, onLoaded: () => undefined };
  } catch {
    return undefined;
  }
}

/**
 * Starts the script at an address. A script of another site is imported by a script of this one,
 * because browsers start workers only from their page's own site.
 */
function startFrom(address: string, policy: TrustedTypesOption): StartingWorker {
  if (isOwnSite(new URL(address)))
    return { worker: moduleWorker(address, policy), onLoaded: () => undefined };
  const source = `import ${JSON.stringify(address)};`;
  const local = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  const onLoaded = (): void => URL.revokeObjectURL(local);
  try {
    return { worker: moduleWorker(local, policy), onLoaded };
  } catch (error) {
    onLoaded();
    throw error;
  }
}

function moduleWorker(address: string, policy: TrustedTypesOption): Worker {
  return new Worker(trustedScriptUrl(address, policy), { type: 'module' });
}

function isOwnSite({ origin }: URL): boolean {
  const page = pageAddress();
  return page === undefined || new URL(page).origin === origin;
}

/** Whether the package is used from its own folder on another site, such as a CDN. */
function isPackageElsewhere(): boolean {
  const weights = defaultWeightsUrl();
  return weights.pathname.endsWith('/models/photo-v2-8bit.safetensors') && !isOwnSite(weights);
}

/** The address of the script in this package's folder, where no bundler has moved its files. */
function ownScriptUrl(): string {
  return new URL('../dist/worker.js', defaultWeightsUrl()).href;
}

function refusal(cause: unknown): EpsError {
  const reason = messageOf(cause);
  const advice = /trusted ?(types|scripturl)/i.test(reason)
    ? "Trusted Types forbid it: add 'trusted-types eps-restore' to the page's " +
      'Content-Security-Policy, or state trustedTypesPolicy.'
    : "The page's Content-Security-Policy must allow it (worker-src). " +
      addressAdvice('workerUrl');
  return new EpsError(
    'worker-failed',
    `The browser refused to start the worker: ${reason} ${advice}`,
    { cause },
  );
}
