// The Advanced fold: samples, sampler, refined mean, noise, seed, device.

import { byId, button, input, select } from './dom';
import type { App, DeviceChoice, SamplerName } from './state';

const LARGEST_SEED = 2 ** 53 - 1;

export function setUpAdvancedPanel(app: App): void {
  const samples = input('samples-count');
  const sampler = select('sampler');
  const refine = input('refine');
  const noise = input('noise');
  const seed = input('seed');
  const device = select('device');

  const fold = document.querySelector<HTMLDetailsElement>('.advanced');
  fold?.addEventListener('toggle', () => fold.open && fold.scrollIntoView({ block: 'nearest' }));

  samples.addEventListener('input', () =>
    app.set({ options: { ...app.value.options, samples: samples.valueAsNumber } }),
  );
  sampler.addEventListener('change', () =>
    app.set({ options: { ...app.value.options, sampler: sampler.value as SamplerName } }),
  );
  refine.addEventListener('change', () =>
    app.set({ options: { ...app.value.options, refine: refine.checked } }),
  );
  device.addEventListener('change', () => app.set({ deviceChoice: device.value as DeviceChoice }));
  button('seed-new').addEventListener('click', () => {
    app.set({ options: { ...app.value.options, seed: Math.floor(Math.random() * 1e6) } });
  });
  // A number field says what it holds only when it is left: until then it may be half typed.
  seed.addEventListener('change', () => {
    const wanted = Math.round(seed.valueAsNumber);
    const valid = Number.isFinite(wanted) && wanted >= 0 && wanted <= LARGEST_SEED;
    if (valid) app.set({ options: { ...app.value.options, seed: wanted } });
    seed.value = String(app.value.options.seed);
  });
  noise.addEventListener('change', () => {
    const { task, settings } = app.value;
    if (task === 'denoise') return;
    const least = task === 'fill' ? 0 : 0.5; // only a mask has an exact answer at no noise
    const wanted = noise.valueAsNumber;
    if (Number.isFinite(wanted)) {
      const level = Math.min(255, Math.max(least, wanted));
      app.set({
        settings: { ...settings, noise: { ...settings.noise, [task]: level } },
        view: 'photo',
      });
      noise.value = String(level);
    } else {
      noise.value = String(settings.noise[task]);
    }
  });

  app.on(['options', 'task', 'settings', 'deviceChoice'], () => {
    const { options, task, settings, deviceChoice } = app.value;
    samples.value = String(options.samples);
    byId('samples-count-text').textContent =
      options.samples === 0 ? 'mean only' : String(options.samples);
    sampler.value = options.sampler;
    sampler.disabled = options.samples === 0;
    refine.checked = options.refine;
    byId('refine-field').hidden = task === 'denoise';
    seed.value = String(options.seed);
    device.value = deviceChoice;
    byId('noise-field').hidden = task === 'denoise';
    if (task !== 'denoise') {
      noise.min = task === 'fill' ? '0' : '0.5';
      noise.value = String(settings.noise[task]);
      byId('noise-note').textContent =
        task === 'fill'
          ? '0: what is not painted is kept bit for bit'
          : 'standard deviation, in levels of 255';
    }
  });
  app.on(['engine', 'deviceChoice'], () => {
    const { engine, deviceChoice } = app.value;
    byId('device-note').textContent = deviceChoice === 'auto' ? (engine.reason ?? '') : '';
  });
}
