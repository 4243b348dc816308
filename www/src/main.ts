// The demo of eps-restore: connects the parts of the page. Its state is a set of signals, and each
// part updates its own elements. A framework would delay the first paint, and would not help with
// most of the work: canvases, pointers and a worker.

import { EpsError } from 'eps-restore';
import { effect } from '@preact/signals-core';
import './styles/base.css';
import './styles/layout.css';
import './styles/stage.css';
import './styles/panel.css';
import { element } from './dom.js';
import { notify, notifyInfo } from './notices.js';
import { setUpOpeners } from './opening/openers.js';
import { setUpSamples, showCredits } from './opening/samples.js';
import { announce, setUpActionBar } from './panel/action-bar.js';
import { setUpAdvancedPanel } from './panel/advanced-panel.js';
import { setUpPlanView } from './panel/plan-view.js';
import { setUpTaskPanel } from './panel/task-panel.js';
import { isWeightsFile, setUpWeights, useWeights, weightsOfAddress } from './panel/weights.js';
import { decodePhoto, PhotoError, type Photo } from './picture/photo.js';
import { setUpMapBar } from './results/map-bar.js';
import { setUpSave } from './results/save.js';
import { setUpStrip } from './results/strip.js';
import { EngineHost } from './run/engine.js';
import { Runner } from './run/runner.js';
import { setUpCompare } from './stage/compare.js';
import { setUpPaintBar } from './stage/paint-bar.js';
import { Brush, Painter } from './stage/painter.js';
import { setUpStage } from './stage/stage.js';
import { Zoom } from './stage/zoom.js';
import { AppState } from './state/app-state.js';
import { engineText } from './state/engine-state.js';
import { Session, type Preset } from './state/session.js';
import { watch } from './state/watch.js';

const state = new AppState();
state.model.value = weightsOfAddress(location.search);
const session = new Session(state);
const host = new EngineHost(state, reportEngineFailure);
const runner = new Runner(state, host, {
  announce,
  failed: reportError('The restoration stopped. Your photo, mask and settings are unchanged.'),
  refused: notifyInfo,
});
const cancel = (): void => void runner.cancel();

setUpOpeners({ open: openFile, refuse: notifyInfo });
setUpTaskPanel(state);
setUpPlanView(state, session);
setUpAdvancedPanel(state);
setUpWeights(state);
setUpActionBar(state, { start: () => runner.start(), cancel });
setUpPictures();
setUpPage();
showCredits();
// The page appears first.
requestAnimationFrame(() => setTimeout(() => void setUpSamples(openSample, notifyInfo)));

function setUpPictures(): void {
  const brush = new Brush();
  const zoom = new Zoom();
  new Painter(state.mask, brush, zoom.scale);
  setUpPaintBar(state, brush);
  setUpStage(state, zoom);
  setUpCompare(state);
  setUpMapBar(state);
  setUpStrip(state);
  setUpSave(state, reportError('The picture could not be saved'));
}

/** The parts outside the workspace, and what changes with the photo and the engine. */
function setUpPage(): void {
  watch(
    () => state.photo.value,
    (photo) => showWorkspace(photo !== undefined),
  );
  effect(() => {
    element('engine').dataset['status'] = state.engine.value.status;
    element('engine-text').textContent = engineText(state.engine.value);
  });
  // Another device or other weights need another engine. A run on the current one ends first.
  watch(
    () => [state.deviceChoice.value, state.model.value],
    () => void reloadEngine(),
  );
}

function showWorkspace(isOpen: boolean): void {
  element('welcome').hidden = isOpen;
  element('workspace').hidden = !isOpen;
  element('open-another').hidden = !isOpen;
  document.body.classList.toggle('working', isOpen);
  if (!isOpen) return;
  // The button that opened the photo may be far down or hidden now.
  window.scrollTo({ top: 0 });
  element('workspace').focus({ preventScroll: true });
}

async function reloadEngine(): Promise<void> {
  await runner.cancel();
  void host.load();
}

function openFile(file: File): void {
  if (isWeightsFile(file.name)) {
    useWeights(state, file);
    return;
  }
  // Decoded before anything else: a file that is no picture changes nothing.
  decodePhoto(file, file.name)
    .then((photo) => openPhoto(photo))
    .catch(reportError('The file could not be opened'));
}

function openSample(photo: Photo, preset: Preset): void {
  void openPhoto(photo, preset);
}

async function openPhoto(photo: Photo, preset?: Preset): Promise<void> {
  if (state.isRunning.peek()) {
    await runner.cancel();
    notifyInfo('The run was cancelled for the new photo.');
  }
  session.open(photo, preset);
}

function reportEngineFailure(error: unknown): void {
  const action = state.model.peek()
    ? {
        label: 'Use the page’s own weights',
        run: () => {
          state.model.value = undefined;
        },
      }
    : state.deviceChoice.peek() === 'auto'
      ? { label: 'Try again', run: () => void host.load() }
      : {
          label: 'Choose the device automatically',
          run: () => {
            state.deviceChoice.value = 'auto';
          },
        };
  notify({ kind: 'error', title: 'The engine did not start', text: messageOf(error), action });
}

function reportError(title: string): (error: unknown) => void {
  return (error) => {
    const isExpected = error instanceof PhotoError || error instanceof EpsError;
    if (!isExpected) console.error(error);
    notify({ kind: 'error', title, text: messageOf(error) });
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
