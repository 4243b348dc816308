// The detail by several settings, one after the other: a restorer does one thing at a time.

import { computed, signal, type ReadonlySignal } from '@preact/signals-core';
import { latestAnswer } from '../state/latest-answer.js';
import { askDetail, type DetailAnswer, type DetailQuestion } from './ask.js';

type Questions = readonly DetailQuestion[];

/** The answers to the latest questions, in order, as far as there are any. */
export function compared(
  questions: ReadonlySignal<Questions | undefined>,
  delay: number,
): ReadonlySignal<readonly DetailAnswer[]> {
  const latest = signal<{ questions?: Questions; answers: readonly DetailAnswer[] }>({
    answers: [],
  });
  const ask = async (asked: Questions, abort: AbortSignal): Promise<void> => {
    const answers: DetailAnswer[] = [];
    for (const question of asked) {
      if (abort.aborted) return;
      answers.push(await askDetail(question, abort));
      latest.value = { questions: asked, answers: [...answers] };
    }
  };
  latestAnswer(questions, ask, delay);
  return computed(() => (latest.value.questions === questions.value ? latest.value.answers : []));
}
