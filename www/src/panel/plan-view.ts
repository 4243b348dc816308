// The text about the next run, with buttons that reduce the photo and restore its size.

import { effect } from '@preact/signals-core';
import { create, createButton, element } from '../dom.js';
import type { AppState } from '../state/app-state.js';
import type { Session } from '../state/session.js';
import { formatSize } from '../vocabulary.js';

export function setUpPlanView(state: AppState, session: Session): void {
  const view = element('plan');
  effect(() => {
    const plan = state.plan.value;
    const offer = state.reductionOffer.value;
    const original = state.photo.value?.original;
    view.replaceChildren();
    if (!plan) return;
    view.append(create('p', { textContent: plan.text }));
    if (offer) {
      view.append(
        create('p', { textContent: offer.text }),
        createButton(`Reduce the photo to ${formatSize(offer.size)}`, () =>
          session.reduceTo(offer.size),
        ),
      );
    }
    if (original) {
      view.append(
        createButton(`Back to ${formatSize(original.photo.pixels)}`, () => session.undoReduction()),
      );
    }
  });
}
