// Values that take time: the answer to the latest question.

import { computed, effect, signal, type ReadonlySignal } from '@preact/signals-core';

/**
 * Asks whenever the question changes, one at a time: of the questions that come up meanwhile, only
 * the last is asked. The signal of a question that has passed is aborted.
 *
 * @param question undefined if there is nothing to ask.
 * @param delay milliseconds to wait for a later question before asking.
 * @returns the answer to the current question; undefined until it arrives.
 */
export function latestAnswer<Q, A>(
  question: ReadonlySignal<Q | undefined>,
  ask: (question: Q, signal: AbortSignal) => Promise<A>,
  delay = 0,
): ReadonlySignal<A | undefined> {
  const latest = signal<{ readonly question: Q; readonly answer: A } | undefined>(undefined);
  let asking: AbortController | undefined;
  const request = async (): Promise<void> => {
    const asked = question.peek();
    if (asked === undefined || asking) return;
    asking = new AbortController();
    try {
      const answer = await ask(asked, asking.signal);
      if (question.peek() === asked) latest.value = { question: asked, answer };
    } finally {
      asking = undefined;
    }
    if (question.peek() !== asked) void request();
  };
  effect(() => {
    if (question.value === undefined) return undefined;
    const timer = setTimeout(() => void request(), delay);
    return () => {
      clearTimeout(timer);
      asking?.abort();
    };
  });
  return computed(() =>
    latest.value?.question === question.value ? latest.value?.answer : undefined,
  );
}
