import { EpsError, reading } from '../shared/errors.js';
import { invalidOption, isObject } from './validation.js';

/** What this package uses of a Trusted Types policy. `TrustedTypePolicy` objects fit. */
export interface ScriptUrlPolicy {
  /** Gives back the address of a script that the page trusts, as a `TrustedScriptURL`. */
  createScriptURL(address: string): unknown;
}

/** The policy to use. */
export interface TrustedTypesOption {
  /** Whether the caller has stated one. */
  readonly isStated: boolean;
  readonly policy: string | ScriptUrlPolicy;
}

/** The name of the policy that the package creates by default. */
const DEFAULT_POLICY = 'eps-restore';

interface TrustedTypesFactory {
  createPolicy(name: string, rules: ScriptUrlPolicy): ScriptUrlPolicy;
}

/** The policies that were created. A page may forbid to create one twice. */
const created = new Map<string, ScriptUrlPolicy>();

/** @throws EpsError `invalid-option`. */
export function checkedTrustedTypes(policy: unknown): TrustedTypesOption {
  if (policy === undefined) return { isStated: false, policy: DEFAULT_POLICY };
  if (typeof policy === 'string' && policy !== '') return { isStated: true, policy };
  const isPolicy = reading(
    'invalid-option',
    'trustedTypesPolicy',
    () => isObject(policy) && typeof policy.createScriptURL === 'function',
  );
  if (!isPolicy) throw invalidOption('trustedTypesPolicy', 'a name or a TrustedTypePolicy', policy);
  return { isStated: true, policy: policy as ScriptUrlPolicy };
}

/**
 * An address as `new Worker` takes it where Trusted Types are enforced. Without them it is the
 * address itself.
 *
 * @throws EpsError `worker-failed` if the page's own policy refuses the address.
 */
export function trustedScriptUrl(address: string, { policy }: TrustedTypesOption): string {
  const chosen = typeof policy === 'string' ? namedPolicy(policy) : policy;
  if (!chosen) return address;
  // The types of browsers' `Worker` do not know trusted addresses.
  const trusted = reading('worker-failed', "The Trusted Types policy's address", () =>
    chosen.createScriptURL(address),
  );
  if (trusted === undefined || trusted === null)
    throw new EpsError('worker-failed', `The Trusted Types policy refused ${address}.`);
  return trusted as string;
}

/** Undefined where there are no Trusted Types, or the page does not allow the policy. */
function namedPolicy(name: string): ScriptUrlPolicy | undefined {
  const { trustedTypes }: { trustedTypes?: TrustedTypesFactory } = globalThis as object;
  const known = created.get(name);
  if (known || !trustedTypes) return known;
  try {
    const policy = trustedTypes.createPolicy(name, { createScriptURL: (address) => address });
    created.set(name, policy);
    return policy;
  } catch {
    return undefined;
  }
}
