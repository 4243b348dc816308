// The text about the next run, with buttons for what works, or is quicker, and back.

import { effect } from '@preact/signals-core';
import { create, createButton, element } from '../dom.js';
import type { AppState } from '../state/app-state.js';
import type { Session } from '../state/session.js';
import { plan as words } from '../words.js';

export function setUpPlanView(
  state: AppState,
  session: Session,
  failed: (error: unknown) => void,
): void {
  const view = element('plan');
  const say = (textContent: string): void => view.append(create('p', { textContent }));
  const offer = (text: string, take: () => Promise<void> | void): void =>
    view.append(createButton(text, () => void Promise.resolve(take()).catch(failed)));
  effect(() => {
    const plan = state.plan.value;
    const { reduction, factor } = state.offers.value;
    const original = state.photo.value?.original;
    view.replaceChildren();
    view.classList.toggle('warning', state.isTooLarge.value);
    if (!plan) return;
    say(plan.text);
    if (state.isTooLarge.value) say(words.tooLarge(plan.output));
    if (factor) offer(words.enlargeLess(factor), () => state.changeSettings({ factor }));
    if (reduction) {
      const { size, seconds } = reduction;
      say(words.shorter(size, seconds));
      offer(words.reduce(size), () => session.reduceTo(size));
    }
    if (original) offer(words.undo(original.photo.pixels), () => session.undoReduction());
  });
}
