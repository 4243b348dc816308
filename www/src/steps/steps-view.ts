// The steps so far, as pictures that lead back, and the button that goes on from a result.

import { effect } from '@preact/signals-core';
import { create, element } from '../dom.js';
import { display } from '../picture/display.js';
import type { AppState } from '../state/app-state.js';
import type { TaskId } from '../vocabulary.js';
import { steps as words, TASKS } from '../words.js';
import { THUMBNAIL_SIDE, type Step, type Steps } from './steps.js';

export function setUpSteps(state: AppState, steps: Steps, failed: (error: unknown) => void): void {
  const list = element('steps');
  const goOn = element('go-on', HTMLButtonElement);
  goOn.addEventListener('click', () => {
    steps
      .goOn()
      .then(() => element('workspace').focus({ preventScroll: true }))
      .catch(failed);
  });
  const isBlocked = (): boolean => steps.isBusy.value || state.isRunning.value;
  effect(() => {
    goOn.disabled = isBlocked();
    goOn.textContent = steps.isBusy.value ? words.working : words.goOn;
  });
  effect(() => {
    const { earlier, madeBy } = steps.current.value;
    const hasDisabled = isBlocked();
    list.hidden = earlier.length === 0;
    const items = earlier.map((step, i) => {
      const button = createStep(step, () => void steps.goBack(i).catch(failed));
      button.disabled = hasDisabled;
      return create('li', {}, button);
    });
    const now = create('li', { className: 'now', textContent: words.now(nameOf(madeBy)) });
    list.replaceChildren(...items, now);
  });
}

const nameOf = (madeBy: TaskId | undefined): string => (madeBy ? TASKS[madeBy].name : words.opened);

function createStep(step: Step, goBack: () => void): HTMLButtonElement {
  const name = nameOf(step.madeBy);
  const picture = create('canvas', { width: THUMBNAIL_SIDE, height: THUMBNAIL_SIDE });
  display(picture, step.thumbnail);
  picture.setAttribute('aria-hidden', 'true');
  const button = create(
    'button',
    { type: 'button', className: 'step', title: words.back(name), ariaLabel: words.back(name) },
    picture,
    create('span', { textContent: name }),
  );
  button.addEventListener('click', goBack);
  return button;
}
