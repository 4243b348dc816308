// The choice of task and its settings.

import { batch, effect } from '@preact/signals-core';
import { checkRadio, element, onChoice } from '../dom.js';
import type { AppState } from '../state/app-state.js';
import { blurKernel } from '../state/package-task.js';
import { assumedNoise, type Settings } from '../state/settings.js';
import { BLURS, CHOICES, FACTORS, LEAST_FACTOR, MOST_FACTOR } from '../vocabulary.js';
import { formatSize, settings as words, TASKS } from '../words.js';
import { drawKernel } from './kernel-view.js';

export function setUpTaskPanel(state: AppState): void {
  setUpTaskChoice(state);
  setUpFill(state);
  setUpFactor(state);
  setUpBlur(state);
  setUpNoise(state);
  setUpHints(state);
  setUpSimulation(state);
}

function setUpTaskChoice(state: AppState): void {
  onChoice('task', CHOICES, (choice) => {
    batch(() => {
      state.isImproving.value = state.prefersImprove.value = choice === 'improve';
      if (choice !== 'improve') state.task.value = choice;
      // Damage of this page is mended by hand.
      else state.simulate.value = false;
      state.chosenView.value = 'photo';
    });
  });
  effect(() => {
    const choice = state.isImproving.value ? 'improve' : state.task.value;
    checkRadio('task', choice);
    showOnly('task', choice);
    element('simulate-field').hidden = choice === 'improve';
  });
}

/** Shows the parts of the panel whose `data-<attribute>` has this value, and hides the others. */
function showOnly(attribute: 'task' | 'blur', value: string): void {
  for (const part of document.querySelectorAll<HTMLElement>(`[data-${attribute}]`))
    part.hidden = part.dataset[attribute] !== value;
}

function setUpFill(state: AppState): void {
  effect(() => {
    element('fill-note').textContent = words.fillNotes[state.settings.value.fill];
  });
}

function setUpFactor(state: AppState): void {
  onChoice('factor', FACTORS, (factor) => state.changeSettings({ factor }));
  const slider = element('factor-any', HTMLInputElement);
  slider.min = String(LEAST_FACTOR);
  slider.max = String(MOST_FACTOR);
  slider.addEventListener('input', () => state.changeSettings({ factor: slider.valueAsNumber }));
  effect(() => {
    const { factor } = state.settings.value;
    checkRadio('factor', String(factor));
    slider.value = String(factor);
    const size = state.task.value === 'enlarge' ? state.plan.value?.output : undefined;
    element('factor-text').textContent = words.enlarged(factor, size);
  });
}

function setUpBlur(state: AppState): void {
  onChoice('blur', BLURS, (blur) => state.changeSettings({ blur }));
  for (const name of ['sigma', 'radius', 'length', 'angle'] as const) {
    const slider = element(name, HTMLInputElement);
    slider.addEventListener('input', () => state.changeSettings({ [name]: slider.valueAsNumber }));
    effect(() => {
      slider.value = String(state.settings.value[name]);
    });
  }
  effect(() => {
    const { blur, sigma, radius, length, angle } = state.settings.value;
    checkRadio('blur', blur);
    showOnly('blur', blur);
    element('sigma-text').textContent = words.blurAmount(sigma);
    element('radius-text').textContent = words.blurAmount(radius);
    element('length-text').textContent = words.blurAmount(length);
    element('angle-text').textContent = words.blurAngle(angle);
  });
  effect(() => {
    if (state.task.value !== 'unblur') return;
    const settings = state.settings.value;
    const kernel = blurKernel(settings);
    const canvas = element('kernel', HTMLCanvasElement);
    drawKernel(canvas, kernel);
    canvas.setAttribute('aria-label', words.kernel(kernelText(settings), kernel));
    element('kernel-text').textContent = formatSize(kernel);
  });
}

function kernelText({ blur, sigma, radius, length, angle, kernel }: Settings): string {
  switch (blur) {
    case 'gaussian':
      return words.gaussianKernel(sigma);
    case 'disk':
      return words.diskKernel(radius);
    case 'motion':
      return words.motionKernel(length, angle);
    case 'file':
      return kernel?.name ?? words.foundKernel;
  }
}

function setUpNoise(state: AppState): void {
  const automatic = element('noise-auto', HTMLInputElement);
  const slider = element('noise-level', HTMLInputElement);
  automatic.addEventListener('change', () =>
    state.changeSettings({ noiseAuto: automatic.checked }),
  );
  // Setting a level turns the measurement off.
  slider.addEventListener('input', () =>
    state.changeSettings({ noiseLevel: slider.valueAsNumber, noiseAuto: false }),
  );
  effect(() => {
    automatic.checked = state.settings.value.noiseAuto;
    element('noise-auto-field').hidden = state.simulate.value;
    element('noise-auto-note').textContent = state.measuredNoise.value?.note ?? '';
  });
  // The slider shows the level that a run will assume, measured or set.
  effect(() => {
    const settings = state.settings.value;
    const measures = assumedNoise(settings, 'denoise', state.simulate.value) === 'auto';
    const measured = state.measuredNoise.value?.level;
    const level = (measures ? measured : undefined) ?? settings.noiseLevel;
    slider.value = String(level);
    element('noise-level-text').textContent = measures
      ? words.measuredNoise(measured)
      : String(level);
  });
}

function setUpHints(state: AppState): void {
  const hints = element('hints', HTMLInputElement);
  hints.addEventListener('change', () => state.changeSettings({ hasHints: hints.checked }));
  effect(() => {
    hints.checked = state.settings.value.hasHints;
  });
}

function setUpSimulation(state: AppState): void {
  const simulate = element('simulate', HTMLInputElement);
  simulate.addEventListener('change', () => {
    batch(() => {
      state.simulate.value = simulate.checked;
      state.chosenView.value = 'photo';
    });
  });
  effect(() => {
    const { simulationLabel, simulationNote } = TASKS[state.task.value];
    simulate.checked = state.simulate.value;
    element('simulate-label').textContent = simulationLabel;
    element('simulate-note').textContent = simulationNote;
  });
}
