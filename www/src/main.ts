// The demo of eps-restore: wires the page's parts together. The page is plain HTML and DOM: its
// state is one small store, and a framework would add weight to the first paint without taking any
// of the work (canvases, pointers, a worker) off it.

import { EpsError } from 'eps-restore';
import './styles/base.css';
import './styles/layout.css';
import './styles/stage.css';
import './styles/panel.css';
import { setUpAdvancedPanel } from './advanced-panel';
import { setUpCompare } from './compare';
import { setUpDisagreement } from './disagreement';
import { byId } from './dom';
import { EngineHost } from './engine';
import { isModel, modelOfAddress, setUpModel, useModel } from './model';
import { notify } from './notices';
import { setUpOpeners } from './openers';
import { setUpPaintBar } from './paint-bar';
import { Painter, type Brush } from './painter';
import { decode, PhotoError } from './photo';
import { say, setUpProgress } from './progress';
import { setUpResults } from './results';
import { Runner } from './run';
import { setUpSamples, showCredits } from './samples';
import { setUpSave } from './save';
import { Session } from './session';
import { setUpStage } from './stage';
import { createApp, type Photo } from './state';
import { setUpTaskPanel } from './task-panel';
import { Zoom } from './zoom';

const app = createApp();
app.set({ model: modelOfAddress(location.search) });

const words = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const failed =
  (title: string) =>
  (error: unknown): void => {
    const expected = error instanceof PhotoError || error instanceof EpsError;
    if (!expected) console.error(error);
    notify({ kind: 'error', title, text: words(error) });
  };

const host = new EngineHost(app, (error) =>
  notify({
    kind: 'error',
    title: 'The engine did not start',
    text: words(error),
    action: app.value.model
      ? { label: 'Use the page’s own weights', run: () => app.set({ model: undefined }) }
      : app.value.deviceChoice === 'auto'
        ? { label: 'Try again', run: () => host.load() }
        : {
            label: 'Choose the device automatically',
            run: () => app.set({ deviceChoice: 'auto' }),
          },
  }),
);
const runner = new Runner(app, host, {
  say,
  failed: failed('The restoration stopped. Your photo, mask and settings are as they were.'),
  refused: (why) => notify({ kind: 'info', title: why }),
});

const brush: Brush = { diameter: 24, erasing: false };
const zoom = new Zoom();
const painter = new Painter(brush, zoom, () => app.set({ maskVersion: app.value.maskVersion + 1 }));
const session = new Session(app, painter, host);

async function open(photo: Photo): Promise<void> {
  if (runner.running) {
    await runner.cancel();
    notify({ kind: 'info', title: 'The run was cancelled for the new photo.' });
  }
  session.open(photo);
}

// Decoded first: a file that is no picture leaves a run, and the photo, alone.
const bring = (blob: Blob, name: string): void => {
  if (blob instanceof File && isModel(name)) return useModel(app, blob);
  decode(blob, name).then(open).catch(failed('That could not be opened'));
};

setUpOpeners(bring, (why) => notify({ kind: 'info', title: why }));
setUpTaskPanel(app);
setUpAdvancedPanel(app);
setUpModel(app);
setUpPaintBar(app, brush, () => painter.drawRing());
setUpStage(app, zoom);
setUpCompare(app);
setUpDisagreement(app);
setUpResults(app);
setUpSave(app, failed('The picture could not be saved'));
setUpProgress(app, { start: () => runner.start(), cancel: () => void runner.cancel() });

app.on(['photo'], () => {
  const open = app.value.photo !== undefined;
  byId('welcome').hidden = open;
  byId('workspace').hidden = !open;
  byId('open-another').hidden = !open;
  document.body.classList.toggle('working', open);
  if (!open) return;
  // What was pressed to open it may be far down, or gone.
  window.scrollTo({ top: 0 });
  byId('workspace').focus({ preventScroll: true });
});
app.on(['engine'], () => {
  const { engine } = app.value;
  byId('engine').dataset['status'] = engine.status;
  byId('engine-text').textContent = engine.text;
});
// Another device or other weights are another engine: a run on the old one ends first.
app.on(['deviceChoice', 'model'], () => void runner.cancel().then(() => host.load()));

showCredits();
requestAnimationFrame(() =>
  setTimeout(() => {
    void setUpSamples(
      app.value.settings,
      (photo) => void open(photo),
      (why) => notify({ kind: 'info', title: why }),
    );
  }),
);
