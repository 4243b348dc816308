// The demo of eps-restore: connects the parts of the page. Its state is a set of signals, and each
// part updates its own elements. A framework would delay the first paint, and would not help with
// most of the work: canvases, pointers and a worker.

import { EpsError } from 'eps-restore';
import { batch, computed, effect, signal } from '@preact/signals-core';
import './styles/base.css';
import './styles/layout.css';
import './styles/stage.css';
import './styles/panel.css';
import './styles/detail.css';
import './styles/blur.css';
import './styles/improve.css';
import './styles/after.css';
import './styles/painting.css';
import './styles/queue.css';
import './styles/forced-colors.css';
import { Detail } from './detail/detail.js';
import { setUpDetailMarker } from './detail/marker.js';
import { setUpDetailView } from './detail/view.js';
import { element } from './dom.js';
import { messageOf, notify, notifyInfo } from './notices.js';
import { Improver } from './improve/improver.js';
import { setUpImprove } from './improve/view.js';
import { setUpOpeners } from './opening/openers.js';
import { Keeper } from './opening/keeper.js';
import { setUpLaunches, sharedFiles } from './opening/shared.js';
import { setUpSamples, showCredits } from './opening/samples.js';
import { AppWorker } from './offline/app-worker.js';
import { setUpOffline } from './offline/view.js';
import { announce, setUpActionBar } from './panel/action-bar.js';
import { setUpAdvancedPanel } from './panel/advanced-panel.js';
import { setUpPlanView } from './panel/plan-view.js';
import { setUpTaskPanel } from './panel/task-panel.js';
import { MaskEditor, MaskError } from './painting/editor.js';
import { isWeightsFile, setUpWeights, useWeights, weightsOfAddress } from './panel/weights.js';
import { decodePhoto, PhotoError, type Photo } from './picture/photo.js';
import type { Queue } from './queue/queue.js';
import { setUpAttention } from './run/attention.js';
import { EngineHost } from './run/engine.js';
import type { Job } from './run/job.js';
import { setUpDownload } from './run/metered.js';
import { setUpNotification } from './run/notification.js';
import { Runner } from './run/runner.js';
import { namesOf } from './run/texts.js';
import { setUpCompare } from './stage/compare.js';
import { setUpGestures } from './stage/gestures.js';
import { setUpPaintBar } from './stage/paint-bar.js';
import { Brush, Painter } from './stage/painter.js';
import { setUpStage } from './stage/stage.js';
import { Zoom } from './stage/zoom.js';
import { AppState } from './state/app-state.js';
import { engineText } from './state/engine-state.js';
import { Session, type Preset } from './state/session.js';
import { watch, whenDefined } from './state/watch.js';
import { setUpSteps } from './steps/steps-view.js';
import { Steps } from './steps/steps.js';
import {
  blur as blurWords,
  engine as engineWords,
  opening,
  painting as paintingWords,
  queue as queueWords,
  results,
  run as runWords,
  steps as stepWords,
} from './words.js';

const state = new AppState();
state.model.value = weightsOfAddress(location.search);
const session = new Session(state);
const host = new EngineHost(state, reportEngineFailure);
const runner = new Runner(state, host, {
  announce,
  failed: reportError(runWords.failed),
  refused: notifyInfo,
  doneElsewhere: offerResult,
});
/** Once several photos have been opened. */
const queue = signal<Queue | undefined>(undefined);
const steps = new Steps(state, session);
const keeper = new Keeper(state, session, steps);
const isWorking = computed(() => state.photo.value !== undefined);
const appWorker = new AppWorker(isWorking);

setUpOpeners({ open: openFiles, refuse: notifyInfo });
setUpTaskPanel(state);
setUpPlanView(state, session, reportError(opening.failed));
setUpAdvancedPanel(state);
setUpWeights(state);
setUpActionBar(state, { start: () => runner.start(), cancel: () => void cancel() });
setUpPictures();
setUpPage();
showCredits();
// The page appears first.
requestAnimationFrame(() => setTimeout(() => void setUpRest()));

/** What the first picture of the page does not need. */
async function setUpRest(): Promise<void> {
  void setUpSamples({
    choose: openSample,
    missing: notifyInfo,
    failed: reportError(opening.failed),
  });
  const shared = await sharedFiles().catch(() => []);
  if (shared.length > 0) openFiles(shared);
  else await bringBack();
  setUpLaunches(openFiles, reportError(opening.failed));
  keeper.follow();
  setUpOffline(appWorker, isWorking, () => keeper.forget());
  // It loads the same files again: the engine comes first.
  await whenDefined(state.restorer);
  await appWorker.start();
}

/** Opens what was open before. */
async function bringBack(): Promise<void> {
  try {
    if (await keeper.restore()) notifyInfo(opening.back);
  } catch {
    await keeper.forget().catch(() => undefined); // what was kept cannot be read
  }
}

/** Loads a part of the page when it is first wanted. */
function onceWanted<T>(
  isWanted: () => boolean,
  load: () => Promise<T>,
  setUp: (part: T) => void,
  failed: (error: unknown) => void,
): void {
  whenDefined(computed(() => isWanted() || undefined))
    .then(load)
    .then(setUp)
    .catch(failed);
}

function setUpPictures(): void {
  const brush = new Brush();
  const zoom = new Zoom();
  const isPinching = setUpGestures(zoom);
  const editor = new MaskEditor(state);
  const reportMask = reportError(paintingWords.failed);
  new Painter(state.layer, brush, zoom.scale, isPinching, (at, value) => {
    editor.flood(at, brush.tolerance.peek(), value).catch(reportMask);
  });
  onceWanted(
    () => state.isPainting.value,
    () => import(/* webpackChunkName: "mask-tools" */ './scratches/mask-tools.js'),
    ({ setUpMaskTools }) => setUpMaskTools(state, editor, reportMask),
    reportMask,
  );
  setUpPaintBar(state, brush);
  setUpStage(state, zoom);
  const saved = { failed: reportError(results.saveFailed), copied: notifyInfo };
  const detail = new Detail(state);
  setUpDetailView(state, detail);
  setUpImprove(state, new Improver(state));
  onceWanted(
    () => state.task.value === 'unblur',
    () => import(/* webpackChunkName: "blur" */ './blur/view.js'),
    ({ setUpBlurFinder }) => setUpBlurFinder(state, detail, reportError(opening.failed)),
    reportError(blurWords.failed),
  );
  setUpDetailMarker(state, detail, zoom, isPinching);
  setUpCompare(state, isPinching);
  onceWanted(
    () => state.view.value === 'map',
    () => import(/* webpackChunkName: "map" */ './results/map-bar.js'),
    ({ setUpMapBar }) => setUpMapBar(state),
    reportError(results.mapFailed),
  );
  onceWanted(
    () => state.isInspecting.value,
    () => import(/* webpackChunkName: "inside" */ './inside/view.js'),
    ({ setUpInside }) => setUpInside(state),
    reportError(results.notShown),
  );
  onceWanted(
    () => state.outcome.value !== undefined,
    () => import(/* webpackChunkName: "results" */ './results/view.js'),
    ({ setUpResults }) => setUpResults(state, () => runner.startAnother(), saved),
    reportError(results.notShown),
  );
  setUpSteps(state, steps, reportError(stepWords.failed));
  setUpAttention(
    state,
    computed(() => queue.value?.hasUnsaved.value ?? false),
  );
  setUpNotification(state);
}

/** The parts outside the workspace, and what changes with the photo and the engine. */
function setUpPage(): void {
  watch(
    () => state.photo.value,
    (photo) => showWorkspace(photo?.name),
  );
  element('close-photo').addEventListener('click', () => void closePhoto());
  const isWanted = setUpDownload(state);
  effect(() => {
    element('engine').dataset['status'] = state.engine.value.status;
    element('engine-text').textContent = isWanted.value
      ? engineText(state.engine.value)
      : engineWords.onDemand;
  });
  // Another device or other weights need another engine. A run on the current one ends first.
  watch(
    () => isWanted.value && [state.deviceChoice.value, state.model.value],
    (wanted) => void (wanted && reloadEngine()),
  );
}

/** @param name of the photo; undefined if none is open. */
function showWorkspace(name: string | undefined): void {
  const isOpen = name !== undefined;
  element('welcome').hidden = isOpen;
  element('workspace').hidden = !isOpen;
  element('open-another').hidden = !isOpen;
  element('close-photo').hidden = !isOpen;
  element('work-title').textContent = opening.workTitle(name ?? '');
  document.body.classList.toggle('working', isOpen);
  if (!isOpen) return;
  // The button that opened the photo may be far down or hidden now.
  window.scrollTo({ top: 0 });
  element('workspace').focus({ preventScroll: true });
}

/** Ends what runs. */
async function cancel(): Promise<void> {
  const ended = runner.cancel();
  queue.peek()?.cancel();
  await ended;
}

async function reloadEngine(): Promise<void> {
  await cancel();
  void host.load();
}

/** Opens the first file; several wait in the queue. */
function openFiles(files: readonly File[]): void {
  const [file] = files;
  if (!file) return;
  if (isWeightsFile(file.name)) {
    useWeights(state, file);
    return;
  }
  // Decoded before anything else: a file that is no picture changes nothing.
  decodePhoto(file, file.name)
    .then((photo) => openPhoto(photo))
    .then(() => (files.length > 1 ? openQueue(files) : undefined))
    .catch(reportError(opening.failed));
}

async function openQueue(files: readonly File[]): Promise<void> {
  const photo = state.photo.peek();
  const { setUpQueue } = await import(/* webpackChunkName: "queue" */ './queue/view.js');
  if (state.photo.peek() !== photo) return; // another photo has come meanwhile
  // All of them take one setting.
  state.isImproving.value = false;
  const zipFailed = reportError(queueWords.zipFailed);
  queue.value ??= setUpQueue(state, host, { announce, ended: notifyInfo, zipFailed });
  queue.value.open(files);
}

function openSample(photo: Photo, preset: Preset): void {
  void openPhoto(photo, preset);
}

async function openPhoto(photo: Photo, preset?: Preset): Promise<void> {
  if (state.isRunning.peek()) {
    await cancel();
    notifyInfo(opening.cancelledRun);
  }
  queue.peek()?.close();
  steps.clear();
  session.open(photo, preset);
  if (photo.isPreview) notifyInfo(opening.preview);
  if (photo.isFalsified) notify({ kind: 'error', title: opening.falsified });
}

/** Closes the photo, and forgets it. */
async function closePhoto(): Promise<void> {
  await cancel();
  queue.peek()?.close();
  session.close();
  steps.clear();
  await keeper.forget().catch(() => undefined);
}

/** A run has ended while the visitor looks at another task. */
function offerResult({ outcome, course }: Job): void {
  const { task, isImproved } = outcome;
  const show = (): void => {
    batch(() => {
      state.task.value = task;
      state.isImproving.value = isImproved;
    });
  };
  notify({
    kind: 'info',
    title: runWords.doneElsewhere(namesOf(course.tasks)),
    action: { label: runWords.show, run: show },
  });
}

function reportEngineFailure(error: unknown): void {
  const action = state.model.peek()
    ? {
        label: engineWords.useOwnWeights,
        run: () => {
          state.model.value = undefined;
        },
      }
    : state.deviceChoice.peek() === 'auto'
      ? { label: engineWords.tryAgain, run: () => void host.load() }
      : {
          label: engineWords.chooseAutomatically,
          run: () => {
            state.deviceChoice.value = 'auto';
          },
        };
  notify({ kind: 'error', title: engineWords.failed, text: messageOf(error), action });
}

function reportError(title: string): (error: unknown) => void {
  return (error) => {
    const isExpected = [PhotoError, MaskError, EpsError].some((type) => error instanceof type);
    if (!isExpected) console.error(error);
    notify({ kind: 'error', title, text: messageOf(error) });
  };
}
