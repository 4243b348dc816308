// The stage: the photo, a result, both with the slider between them, or the map; and the labels on
// them.

import { computed, effect } from '@preact/signals-core';
import { checkRadio, element, onChoice, radios } from '../dom.js';
import { display } from '../picture/display.js';
import type { AppState } from '../state/app-state.js';
import { VIEWS, type Size } from '../vocabulary.js';
import { results as words, TASKS } from '../words.js';
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
  /** The size to show it at: the browser enlarges the small photo of Enlarge, smoothly. */
  readonly size: Size;
  /** Whether the image is shown in the grey that Colourise starts from. */
  readonly isGrey?: boolean;
}

export function setUpStage(state: AppState, zoom: Zoom): void {
  setUpViews(state);
  const scene = computed(() => sceneOf(state));
  effect(() => {
    // A picture that is not ready yet takes the place of the last one, which does not count now.
    element('frame').classList.toggle('stale', !scene.value);
    if (scene.value) showScene(scene.value, zoom);
    else for (const id of ['chip-left', 'chip-right']) setLabel(id, undefined);
  });
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
    element('canvas-mask').hidden = !state.isPainting.value;
  });
  effect(() => {
    const outcome = state.outcome.value;
    const missing: Readonly<Record<string, string>> = {
      ...(outcome?.entries.length ? {} : { result: words.needsResult, compare: words.needsResult }),
      ...(outcome?.deviation ? {} : { map: words.needsSamples }),
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
  const { size } = outcome;
  if (view === 'map') {
    const map = state.map.value;
    return map && { image: map.image, description: words.mapDescription, size };
  }
  const { image, label } = entry;
  if (view === 'compare') {
    return {
      image: outcome.before,
      after: image,
      description: words.comparison(label),
      leftLabel: words.before,
      rightLabel: label,
      size,
      isGrey: outcome.task === 'colourise',
    };
  }
  return { image, description: label, leftLabel: label, size };
}

function photoScene(state: AppState): Scene | undefined {
  const photo = state.photo.value;
  const prepared = state.prepared.value;
  const plan = state.plan.value;
  if (!photo || !prepared || !plan) return undefined;
  return {
    image: prepared.input,
    description: words.photoDescription(photo.name),
    leftLabel: state.simulate.value ? TASKS[state.task.value].simulatedLabel : undefined,
    size: plan.output,
  };
}

function showScene(scene: Scene, zoom: Zoom): void {
  const { image, after, size } = scene;
  const canvas = element('canvas-under', HTMLCanvasElement);
  display(canvas, image);
  canvas.setAttribute('aria-label', scene.description);
  canvas.classList.toggle('grey', scene.isGrey ?? false);
  canvas.classList.toggle('enlarged', image.width < size.width);
  if (after) display(element('canvas-over', HTMLCanvasElement), after);
  setLabel('chip-left', scene.leftLabel);
  setLabel('chip-right', scene.rightLabel);
  zoom.show(size);
}

function setLabel(id: string, text: string | undefined): void {
  const label = element(id);
  label.hidden = text === undefined;
  label.textContent = text ?? '';
}
