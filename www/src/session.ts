// The photo at hand: opened with an empty mask, reduced and brought back on request, and kept in
// step with its plan, its prepared input and the cost of the next run.

import { denoise, EpsError } from 'eps-restore';
import { byId, element } from './dom';
import type { EngineHost } from './engine';
import { Mask } from './mask';
import { reduce } from './pixels';
import { makePlan, shorter } from './plan';
import { prepare } from './prepare';
import { coreOptions, coreTask } from './tasks';
import { levels, size, type Size } from './text';
import type { Painter } from './painter';
import type { App, Photo, State } from './state';

/** Settings change in bursts while a slider is dragged; the cost is asked for when they rest. */
const COST_WAITS = 150;

export class Session {
  /** The photo whose simulated scratches the mask has been given. */
  private scratched: Photo | undefined;
  private scratches: Uint8Array | undefined;
  private preparedFor = '';
  private photoCount = 0;
  private costTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly app: App,
    private readonly painter: Painter,
    private readonly host: EngineHost,
  ) {
    app.on(['photo', 'mask', 'task', 'settings', 'simulate'], () => this.prepare());
    app.on(['photo', 'task', 'settings', 'simulate', 'mask', 'maskVersion'], () => this.plan());
    app.on(['plan', 'options', 'engine'], () => this.askCost());
    app.on(['plan', 'photo', 'cost'], () => this.showPlan());
    app.on(['prepared', 'task', 'simulate', 'engine'], () => void this.measure());
  }

  /**
   * A sample brings its own task, and the simulation that shows it; a visitor's photo keeps the
   * task and is taken as it is.
   */
  open(photo: Photo): void {
    const { sample } = photo;
    const { settings, task } = this.app.value;
    this.scratched = undefined;
    this.show(photo, new Uint8Array(photo.pixels.width * photo.pixels.height), {
      outcome: undefined,
      shown: undefined,
      view: 'photo',
      simulate: sample !== undefined,
      task: sample?.task ?? task,
      settings: { ...settings, ...sample?.settings },
    });
  }

  /**
   * Simulated scratches are reduced with the photo they are on, the painting with them; other
   * damage is done anew to the smaller photo.
   */
  private reduceTo(smaller: Size): void {
    const { photo, mask, prepared, simulate, task } = this.app.value;
    if (!photo || !mask || !prepared) return;
    const scratched = task === 'fill' && simulate;
    const pixels = reduce(scratched ? prepared.input : photo.pixels, smaller);
    const reduced: Photo = { ...photo, pixels, full: photo.full ?? { photo, simulate } };
    this.show(reduced, mask.resized(smaller), { view: 'photo', simulate: simulate && !scratched });
  }

  private enlargeAgain(): void {
    const { photo, mask } = this.app.value;
    if (!photo?.full || !mask) return;
    const { full } = photo;
    if (full.simulate) this.scratched = full.photo;
    this.show(full.photo, mask.resized(full.photo.pixels), {
      view: 'photo',
      simulate: full.simulate,
    });
  }

  private show(photo: Photo, bits: Uint8Array, more: Partial<State>): void {
    const mask: Mask = new Mask(photo.pixels, (box) => this.painter.redraw(box));
    mask.bits.set(bits);
    this.painter.use(mask);
    this.photoCount++;
    this.app.set({ photo, mask, maskVersion: this.app.value.maskVersion + 1, ...more });
  }

  private prepare(): void {
    const { photo, task, settings, simulate, mask } = this.app.value;
    if (!photo || !mask) return;
    // Nothing of the settings changes what Fill is given, and redoing it would undo the visitor's
    // painting.
    const key = JSON.stringify([
      this.photoCount,
      task,
      simulate,
      task === 'fill' ? null : settings,
    ]);
    if (key === this.preparedFor) return;
    this.preparedFor = key;
    const prepared = prepare(photo, task, settings, simulate);
    this.app.set({ prepared });
    if (task !== 'fill') return;
    if (prepared.mask && this.scratched !== photo) {
      this.scratched = photo;
      this.scratches = prepared.mask;
      mask.load(prepared.mask);
      this.app.set({ maskVersion: this.app.value.maskVersion + 1 });
    } else if (!prepared.mask && this.scratched === photo) {
      this.scratched = undefined;
      const untouched = this.scratches?.every((value, i) => value === mask.bits[i]);
      if (untouched) mask.clear();
      this.app.set({ maskVersion: this.app.value.maskVersion + 1 });
    }
  }

  private plan(): void {
    const { photo, task, settings, simulate, mask } = this.app.value;
    if (photo)
      this.app.set({
        plan: makePlan(
          photo,
          task,
          settings,
          simulate,
          task === 'fill' ? mask?.bounds() : undefined,
        ),
      });
  }

  private askCost(): void {
    clearTimeout(this.costTimer);
    this.app.set({ cost: undefined });
    const { plan, engine } = this.app.value;
    if (!plan || plan.todo || engine.status !== 'ready') return;
    this.costTimer = setTimeout(async () => {
      const { mask, task, settings, simulate, options } = this.app.value;
      const painted = mask && { data: mask.bits, width: mask.width, height: mask.height };
      try {
        const cost = await this.host.current?.estimate(
          plan.input,
          coreTask(task, settings, simulate, painted),
          coreOptions(task, options),
        );
        if (this.app.value.plan === plan) this.app.set({ cost });
      } catch {
        // What is wrong with the input is told when Restore is pressed.
      }
    }, COST_WAITS);
  }

  /** Measures the noise of what the core would be given to denoise. */
  private async measure(): Promise<void> {
    const { prepared, task, simulate, engine } = this.app.value;
    if (!prepared || task !== 'denoise' || simulate) return;
    const restorer = engine.status === 'ready' ? this.host.current : undefined;
    const current = (): boolean =>
      this.app.value.prepared === prepared && this.host.current === restorer;
    this.app.set({
      measured: { level: undefined, note: restorer ? 'Measuring…' : 'Waiting for the engine' },
    });
    if (!restorer) return;
    try {
      const level = await restorer.estimateNoise(prepared.input, denoise());
      const hidden =
        this.app.value.photo?.type === 'image/jpeg'
          ? ' JPEG hides part of it: raise it if grain is left.'
          : '';
      if (current())
        this.app.set({ measured: { level, note: `Measured: ${levels(level)} of 255.${hidden}` } });
    } catch (error) {
      if (current())
        this.app.set({
          measured: {
            level: undefined,
            note:
              error instanceof EpsError && error.code === 'invalid-noise'
                ? 'This photo is too small to measure: set the level.'
                : '',
          },
        });
    }
  }

  private showPlan(): void {
    const { plan, photo, cost } = this.app.value;
    const box = byId('plan');
    box.replaceChildren();
    if (!plan) return;
    box.append(element('p', { textContent: plan.text }));
    const act = (words: string, run: () => void): void => {
      const made = element('button', { type: 'button', className: 'button', textContent: words });
      made.addEventListener('click', run);
      box.append(made);
    };
    const offer = photo && shorter(photo, plan, cost);
    if (offer) {
      box.append(element('p', { textContent: offer.text }));
      act(`Reduce the photo to ${size(offer.size)}`, () => this.reduceTo(offer.size));
    }
    if (photo?.full) act(`Back to ${size(photo.full.photo.pixels)}`, () => this.enlargeAgain());
  }
}
