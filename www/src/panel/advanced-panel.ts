// The Advanced options: samples, sampler, refined mean, noise, seed, device.

import { effect } from '@preact/signals-core';
import { element, selectedValue } from '../dom.js';
import type { AppState } from '../state/app-state.js';
import { assumedNoise } from '../state/settings.js';
import { DEVICE_CHOICES, FILLS, SAMPLERS } from '../vocabulary.js';
import { cost as costWords, failures, settings as words } from '../words.js';

const LARGEST_SEED = 2 ** 53 - 1;
const LARGEST_NOISE = 255;

export function setUpAdvancedPanel(state: AppState): void {
  const panel = element('advanced', HTMLDetailsElement);
  panel.addEventListener('toggle', () => {
    if (panel.open) panel.scrollIntoView({ block: 'nearest' });
  });
  setUpFill(state);
  setUpSampling(state);
  setUpNoise(state);
  setUpSeed(state);
  setUpDevice(state);
  const inside = element('inside', HTMLDetailsElement);
  inside.addEventListener('toggle', () => {
    state.isInspecting.value = inside.open;
  });
}

/** What fills what is painted: found by its width, or stated. */
function setUpFill(state: AppState): void {
  const select = element('fill', HTMLSelectElement);
  select.addEventListener('change', () =>
    state.changeSettings({ fill: selectedValue(select, FILLS) }),
  );
  effect(() => {
    select.value = state.settings.value.fill;
    element('fill-field').hidden = state.task.value !== 'fill' || state.isImproving.value;
  });
}

function setUpSampling(state: AppState): void {
  const samples = element('samples-count', HTMLInputElement);
  const sampler = element('sampler', HTMLSelectElement);
  const refine = element('refine', HTMLInputElement);
  samples.addEventListener('input', () => state.changeOptions({ samples: samples.valueAsNumber }));
  sampler.addEventListener('change', () =>
    state.changeOptions({ sampler: selectedValue(sampler, SAMPLERS) }),
  );
  refine.addEventListener('change', () => state.changeOptions({ refine: refine.checked }));
  effect(() => {
    const options = state.options.value;
    samples.value = String(options.samples);
    element('samples-count-text').textContent =
      options.samples === 0 ? words.noSamples : String(options.samples);
    sampler.value = options.sampler;
    refine.checked = options.refine;
    element('refine-field').hidden = state.task.value === 'denoise';
  });
  effect(() => {
    const cost = state.cost.value;
    element('evaluations').textContent = cost
      ? costWords.evaluations(cost.evaluations, cost.tiles)
      : '';
  });
}

/** The noise that all tasks but Denoise assume. */
function setUpNoise(state: AppState): void {
  const field = element('noise', HTMLInputElement);
  /** Shows the value of the settings. Denoise has a level of its own. */
  const show = (): void => {
    const task = state.task.value;
    element('noise-field').hidden = task === 'denoise';
    if (task === 'denoise') return;
    // Only Fill has an exact answer without noise.
    field.min = task === 'fill' ? '0' : '0.5';
    const level = assumedNoise(state.settings.value, task, state.simulate.value);
    field.value = level === 'auto' ? '' : String(level);
    field.placeholder =
      level === 'auto' ? words.measuredNoise(state.measuredNoise.value?.level) : '';
    element('noise-note').textContent = task === 'fill' ? words.fillNoise : words.otherNoise;
  };
  field.addEventListener('change', () => {
    const task = state.task.peek();
    if (task === 'denoise') return;
    const level = Math.min(LARGEST_NOISE, Math.max(Number(field.min), field.valueAsNumber));
    const isEmpty = Number.isNaN(level);
    if (!isEmpty || task !== 'fill')
      state.changeSettings({
        noise: { ...state.settings.peek().noise, [task]: isEmpty ? 'auto' : level },
      });
    show(); // the field may hold a value that is not valid
  });
  effect(show);
}

function setUpSeed(state: AppState): void {
  const field = element('seed', HTMLInputElement);
  const show = (): void => {
    field.value = String(state.options.value.seed);
  };
  element('seed-new').addEventListener('click', () =>
    state.changeOptions({ seed: Math.floor(Math.random() * 1e6) }),
  );
  // Read when the visitor leaves the field: until then it may hold half a number.
  field.addEventListener('change', () => {
    const seed = Math.round(field.valueAsNumber);
    if (seed >= 0 && seed <= LARGEST_SEED) state.changeOptions({ seed });
    show(); // the field may hold a value that is not valid
  });
  effect(show);
}

function setUpDevice(state: AppState): void {
  const device = element('device', HTMLSelectElement);
  device.addEventListener('change', () => {
    state.deviceChoice.value = selectedValue(device, DEVICE_CHOICES);
  });
  effect(() => {
    device.value = state.deviceChoice.value;
  });
  effect(() => {
    const engine = state.engine.value;
    const isAutomatic = state.deviceChoice.value === 'auto';
    element('device-note').textContent =
      isAutomatic && engine.status === 'ready' ? failures.deviceReason(engine.deviceReason) : '';
  });
}
