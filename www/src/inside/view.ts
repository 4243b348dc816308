// For the curious: what each step of a run asks the network, and what its answer changes.

import { computed } from '@preact/signals-core';
import { element } from '../dom.js';
import { display } from '../picture/display.js';
import type { AppState } from '../state/app-state.js';
import { watch } from '../state/watch.js';
import { inside as words } from '../words.js';
import { Insights, type Insight } from './insight.js';

export function setUpInside(state: AppState): void {
  const insights = new Insights();
  /** The middle of what is restored, in units of the picture's sides. */
  const centre = computed(() => {
    const { focus, size } = state.latestOutcome.value ?? {};
    if (!focus || !size) return { x: 0.5, y: 0.5 };
    return {
      x: (focus.x + focus.width / 2) / size.width,
      y: (focus.y + focus.height / 2) / size.height,
    };
  });
  watch(
    () => state.inspected.value,
    (step) => {
      const insight = step && insights.of(step, centre.peek());
      if (insight) show(insight);
    },
  );
}

function show({ stage, noise, state, pivot, difference, end }: Insight): void {
  element('inside-note').hidden = true;
  element('inside-pictures').hidden = false;
  display(element('inside-state', HTMLCanvasElement), state);
  display(element('inside-pivot', HTMLCanvasElement), pivot);
  display(element('inside-difference', HTMLCanvasElement), difference);
  element('inside-state-text').textContent = words.state(noise);
  element('inside-difference-text').textContent = words.differences[stage](end);
}
