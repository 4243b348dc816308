// The stage: the photo, a result, both with the slider between them, or the map; and the words on
// them.

import { byId, canvas, check, onPick, radios } from './dom';
import { disagreementOf } from './disagreement';
import { show } from './pixels';
import type { Box } from './mask';
import type { App, Entry, State, View } from './state';
import type { Zoom } from './zoom';

/** The picture of the results that is looked at: the one picked, or the latest. */
export function shownEntry({ outcome, shown }: State): Entry | undefined {
  return outcome?.entries.find(({ id }) => id === shown) ?? outcome?.entries.at(-1);
}

/** The view that can be shown now, nearest to the one asked for. */
function possible({ view, outcome, prepared }: State): View {
  if (!outcome?.entries.length) return 'photo';
  if (view === 'map' && !outcome.deviation) return 'result';
  if (view === 'photo' && !prepared) return 'result';
  return view;
}

const SIMULATED = {
  fill: 'Scratched by this page',
  enlarge: 'Shrunk by this page',
  unblur: 'Blurred by this page',
  denoise: 'Noise added by this page',
  colourise: 'Faded by this page',
} as const;

export function setUpStage(app: App, zoom: Zoom): void {
  const under = canvas('canvas-under');
  const over = canvas('canvas-over');
  const mask = canvas('canvas-mask');
  const divider = byId('divider');
  const left = byId('chip-left');
  const right = byId('chip-right');
  onPick('view', (value) => app.set({ view: value as View }));

  const label = (chip: HTMLElement, text: string | undefined): void => {
    chip.hidden = text === undefined;
    chip.textContent = text ?? '';
  };

  const draw = (): void => {
    const { photo, prepared, plan, outcome, task, simulate } = app.value;
    if (!photo) return;
    const view = possible(app.value);
    const entry = shownEntry(app.value);
    check('view', view);
    for (const radio of radios('view')) {
      const available =
        radio.value === 'photo' ||
        (radio.value === 'map'
          ? outcome?.deviation !== undefined
          : outcome !== undefined && outcome.entries.length > 0);
      radio.disabled = !available;
      radio.parentElement?.setAttribute(
        'title',
        available ? '' : radio.value === 'map' ? 'Needs two samples or more' : 'Needs a result',
      );
    }
    over.hidden = view !== 'compare';
    divider.hidden = view !== 'compare';
    mask.hidden = !(view === 'photo' && task === 'fill');

    if (view === 'photo' && prepared && plan) {
      show(under, prepared.input);
      under.setAttribute('aria-label', `The photo, ${photo.name}`);
      zoom.show(plan.output, task !== 'enlarge');
      label(left, simulate ? SIMULATED[task] : undefined);
      label(right, undefined);
    } else if (view === 'map' && outcome?.deviation) {
      show(under, disagreementOf(outcome.deviation).image);
      under.setAttribute('aria-label', 'Map of where the samples disagree');
      zoom.show(outcome.deviation, true);
      label(left, undefined);
      label(right, undefined);
    } else if (outcome && entry) {
      const comparing = view === 'compare';
      show(under, comparing ? outcome.before : entry.image);
      if (comparing) show(over, entry.image);
      under.setAttribute(
        'aria-label',
        comparing ? `The photo before, and ${entry.label}` : entry.label,
      );
      zoom.show(entry.image, true);
      label(left, comparing ? 'Before' : entry.label);
      label(right, comparing ? entry.label : undefined);
    }
  };
  app.on(['photo', 'prepared', 'plan', 'outcome', 'shown', 'view', 'task', 'simulate'], draw);

  // A run on a part of a large photo is watched from near.
  let focus: Box | undefined;
  app.on(['outcome'], () => {
    const next = app.value.outcome?.focus;
    if (next && next !== focus) zoom.focusOn(next);
    focus = next;
  });
}
