// Values that take time: the answer to the latest question.

import { computed, effect, signal, type ReadonlySignal } from '@preact/signals-core';

/**
 * Asks whenever the question changes.
 *
 * @param question undefined if there is nothing to ask.
 * @param delay milliseconds to wait for a later question before asking.
 * @returns the answer to the current question; undefined until it arrives.
 */
export function latestAnswer<Q, A>(
  question: ReadonlySignal<Q | undefined>,
  ask: (question: Q) => Promise<A>,
  delay = 0,
): ReadonlySignal<A | undefined> {
  const latest = signal<{ readonly question: Q; readonly answer: A } | undefined>(undefined);
  const request = async (asked: Q): Promise<void> => {
    const answer = await ask(asked);
    if (question.peek() === asked) latest.value = { question: asked, answer };
  };
  effect(() => {
    const asked = question.value;
    if (asked === undefined) return undefined;
    const timer = setTimeout(() => void request(asked), delay);
    return () => clearTimeout(timer);
  });
  return computed(() =>
    latest.value?.question === question.value ? latest.value?.answer : undefined,
  );
}
