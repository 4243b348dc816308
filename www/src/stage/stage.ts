// The stage: the photo, a result, both with the slider between them, or the map; and the labels on
// them.

import { computed, effect } from '@preact/signals-core';
import { checkRadio, element, onChoice, radios } from '../dom.js';
import { show } from '../picture/pixels.js';
import { disagreementOf } from '../results/disagreement.js';
import type { AppState } from '../state/app-state.js';
import { watch } from '../state/watch.js';
import { TASK_TEXTS, VIEWS, type Size } from '../vocabulary.js';
import type { Zoom } from './zoom.js';

/** What the stage shows. */
interface Scene {
  readonly image: ImageData;
  /** The picture to the right of the slider. */
  readonly after?: ImageData;
  /** For screen readers. */
  readonly description: string;
  readonly leftLabel?: string | undefined;
  readonly rightLabel?: string;
  /** The size to show it at; Enlarge shows its small photo at the size of the result. */
  readonly size: Size;
  readonly isSmooth: boolean;
}

export function setUpStage(state: AppState, zoom: Zoom): void {
  setUpViews(state);
  const scene = computed(() => sceneOf(state));
  effect(() => {
    if (scene.value) showScene(scene.value, zoom);
  });
  // A run on a small part of a photo is shown enlarged.
  watch(
    () => state.outcome.value?.focus,
    (focus) => {
      const outcome = state.outcome.peek();
      if (focus && outcome) zoom.focusOn(focus, outcome.before);
    },
  );
}

/** The choice of view, and what belongs to each. */
function setUpViews(state: AppState): void {
  onChoice('view', VIEWS, (view) => {
    state.chosenView.value = view;
  });
  effect(() => {
    const view = state.view.value;
    checkRadio('view', view);
    element('canvas-over').hidden = view !== 'compare';
    element('divider').hidden = view !== 'compare';
    element('canvas-mask').hidden = view !== 'photo' || state.task.value !== 'fill';
  });
  effect(() => {
    const outcome = state.outcome.value;
    const missing: Readonly<Record<string, string>> = {
      ...(outcome?.entries.length ? {} : { result: 'Needs a result', compare: 'Needs a result' }),
      ...(outcome?.deviation ? {} : { map: 'Needs two samples or more' }),
    };
    for (const radio of radios('view')) {
      const reason = missing[radio.value] ?? '';
      radio.disabled = reason !== '';
      radio.parentElement?.setAttribute('title', reason);
    }
  });
}

function sceneOf(state: AppState): Scene | undefined {
  const view = state.view.value;
  if (view === 'photo') return photoScene(state);
  const outcome = state.outcome.value;
  const entry = state.entry.value;
  if (!outcome || !entry) return undefined;
  if (view === 'map' && outcome.deviation) {
    return {
      image: disagreementOf(outcome.deviation).image,
      description: 'Map of where the samples disagree',
      size: outcome.deviation,
      isSmooth: true,
    };
  }
  const { image, label } = entry;
  if (view === 'compare') {
    return {
      image: outcome.before,
      after: image,
      description: `The photo before, and ${label}`,
      leftLabel: 'Before',
      rightLabel: label,
      size: image,
      isSmooth: true,
    };
  }
  return { image, description: label, leftLabel: label, size: image, isSmooth: true };
}

function photoScene(state: AppState): Scene | undefined {
  const photo = state.photo.value;
  const prepared = state.prepared.value;
  const plan = state.plan.value;
  if (!photo || !prepared || !plan) return undefined;
  const task = state.task.value;
  return {
    image: prepared.input,
    description: `The photo, ${photo.name}`,
    leftLabel: state.simulate.value ? TASK_TEXTS[task].simulatedLabel : undefined,
    size: plan.output,
    isSmooth: task !== 'enlarge',
  };
}

function showScene(scene: Scene, zoom: Zoom): void {
  const canvas = element('canvas-under', HTMLCanvasElement);
  show(canvas, scene.image);
  canvas.setAttribute('aria-label', scene.description);
  if (scene.after) show(element('canvas-over', HTMLCanvasElement), scene.after);
  setLabel('chip-left', scene.leftLabel);
  setLabel('chip-right', scene.rightLabel);
  zoom.show(scene.size, scene.isSmooth);
}

function setLabel(id: string, text: string | undefined): void {
  const label = element(id);
  label.hidden = text === undefined;
  label.textContent = text ?? '';
}
