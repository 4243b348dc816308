// The choice of task and its settings.

import { byId, check, input, onPick } from './dom';
import { drawKernel } from './kernel-view';
import { blurKernel, isNoiseAuto } from './tasks';
import { levels } from './text';
import type { App, Factor, Settings, TaskId } from './state';

const SIMULATE: Readonly<Record<TaskId, { label: string; note: string }>> = {
  fill: {
    label: 'Scratch this photo first',
    note: 'The scratches are drawn by this page, and the mask that covers them with it.',
  },
  enlarge: {
    label: 'Shrink this photo first',
    note: 'This page makes the small picture, with a little noise, so that the original is there to compare.',
  },
  unblur: {
    label: 'Blur this photo first',
    note: 'This page blurs it with the kernel above and adds a little noise. Off: the photo is taken to be blurred already.',
  },
  denoise: {
    label: 'Add the noise first',
    note: 'This page adds grain of the level above. Off: the photo is taken to be noisy already.',
  },
  colourise: {
    label: 'Fade this photo first',
    note: 'This page takes the colour away and adds a little noise, so that the original is there to compare.',
  },
};

export function setUpTaskPanel(app: App): void {
  const setting = (patch: Partial<Settings>): void =>
    app.set({ settings: { ...app.value.settings, ...patch }, view: 'photo' });
  onPick('task', (value) => app.set({ task: value as TaskId, view: 'photo' }));
  onPick('factor', (value) => setting({ factor: Number(value) as Factor }));
  onPick('blur', (value) => setting({ blur: value as Settings['blur'] }));

  const sliders: [string, 'sigma' | 'length' | 'angle' | 'noiseLevel'][] = [
    ['sigma', 'sigma'],
    ['length', 'length'],
    ['angle', 'angle'],
    ['noise-level', 'noiseLevel'],
  ];
  for (const [id, key] of sliders) {
    // A level that is set is no longer measured.
    input(id).addEventListener('input', () =>
      setting({
        [key]: input(id).valueAsNumber,
        ...(key === 'noiseLevel' ? { noiseAuto: false } : {}),
      }),
    );
  }
  input('noise-auto').addEventListener('change', () =>
    setting({ noiseAuto: input('noise-auto').checked }),
  );
  input('simulate').addEventListener('change', () =>
    app.set({ simulate: input('simulate').checked, view: 'photo' }),
  );

  app.on(['settings', 'simulate', 'measured'], () => showNoise(app));
  app.on(['task', 'settings', 'simulate'], () => {
    const { task, settings, simulate } = app.value;
    check('task', task);
    for (const part of document.querySelectorAll<HTMLElement>('[data-task]'))
      part.hidden = part.dataset['task'] !== task;
    for (const part of document.querySelectorAll<HTMLElement>('[data-blur]'))
      part.hidden = part.dataset['blur'] !== settings.blur;
    check('factor', String(settings.factor));
    check('blur', settings.blur);
    for (const [id, key] of sliders)
      if (key !== 'noiseLevel') input(id).value = String(settings[key]);
    byId('sigma-text').textContent = `${settings.sigma.toFixed(1)} px`;
    byId('length-text').textContent = `${settings.length} px`;
    byId('angle-text').textContent = `${settings.angle}°`;
    if (task === 'unblur') {
      drawKernel(
        blurKernel(settings),
        settings.blur === 'gaussian'
          ? `Gaussian, sigma ${settings.sigma} pixels`
          : `straight line, ${settings.length} pixels long, at ${settings.angle} degrees`,
      );
    }
    input('simulate').checked = simulate;
    byId('simulate-label').textContent = SIMULATE[task].label;
    byId('simulate-note').textContent = SIMULATE[task].note;
  });
}

/** The slider shows the level that will be taken: as measured, or as set. */
function showNoise(app: App): void {
  const { settings, simulate, measured } = app.value;
  const auto = isNoiseAuto(settings, simulate);
  byId('noise-auto-field').hidden = simulate;
  input('noise-auto').checked = settings.noiseAuto;
  byId('noise-auto-note').textContent = measured?.note ?? '';
  const level = auto ? measured?.level : settings.noiseLevel;
  input('noise-level').value = String(level ?? settings.noiseLevel);
  byId('noise-level-text').textContent = auto
    ? `auto${level === undefined ? '' : `: ${levels(level)}`}`
    : String(settings.noiseLevel);
}
