// All that the page says in English, what its scripts say and what stands in index.html, and how
// numbers are written. A translation says the same in another language (words/german.ts).

import type { BlurEstimate, DeviceKind, EpsErrorCode } from 'eps-restore';
import type { Factor, FillKind, SampleName, Size, TaskId } from './vocabulary.js';

// Numbers.

/** With spaces that do not break. */
export const formatSize = ({ width, height }: Size): string => `${width}\u00a0×\u00a0${height}`;

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

function formatDuration(seconds: number): string {
  if (seconds < 1) return 'less than a second';
  if (seconds < 90) return plural(Math.round(seconds), 'second');
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return plural(minutes, 'minute');
  const hours = Math.round(minutes / 60);
  return hours < 48 ? plural(hours, 'hour') : plural(Math.round(hours / 24), 'day');
}

/** A time that is not known to the second is not shown to the second. */
function formatExpectedDuration(seconds: number): string {
  if (seconds < 1) return formatDuration(seconds);
  const step = seconds < 20 ? 1 : seconds < 90 ? 5 : 1;
  return `about ${formatDuration(step * Math.round(seconds / step))}`;
}

const formatMegabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

/** A noise level, with one decimal below 10. */
const formatLevel = (level: number): string => level.toFixed(level < 9.95 ? 1 : 0);

const formatFactor = (factor: number): string => `${factor}×`;

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

// Tasks.

interface TaskWords {
  readonly name: string;
  /** The switch that makes the page damage the photo first. */
  readonly simulationLabel: string;
  readonly simulationNote: string;
  /** The label on a photo that the page has damaged. */
  readonly simulatedLabel: string;
}

export const TASKS: Readonly<Record<TaskId, TaskWords>> = {
  fill: {
    name: 'Fill',
    simulationLabel: 'Scratch this photo first',
    simulationNote: 'A trial: this page draws scratches and marks them for you.',
    simulatedLabel: 'Scratched by this page',
  },
  enlarge: {
    name: 'Enlarge',
    simulationLabel: 'Shrink this photo first',
    simulationNote: 'A trial: this page shrinks the photo, and you compare with the original.',
    simulatedLabel: 'Shrunk by this page',
  },
  unblur: {
    name: 'Unblur',
    simulationLabel: 'Blur this photo first',
    simulationNote: 'A trial: this page blurs the photo as set above.',
    simulatedLabel: 'Blurred by this page',
  },
  denoise: {
    name: 'Denoise',
    simulationLabel: 'Add grain first',
    simulationNote: 'A trial: this page adds as much grain as set above.',
    simulatedLabel: 'Grain added by this page',
  },
  colourise: {
    name: 'Colourise',
    simulationLabel: 'Remove the colour first',
    simulationNote: 'A trial: this page fades the photo, and you compare with the original.',
    simulatedLabel: 'Faded by this page',
  },
};

// Improve: what the photo needs.

export const improve = {
  name: 'Improve',
  button: 'Improve',
  waiting: 'Looks at the photo once the engine is ready.',
  looking: 'Looking at the photo…',
  found: 'Found in this photo. Untick what should stay as it is.',
  offered:
    'Nothing is wrong with this photo as far as this page can see. It could still be changed:',
  nothing: 'Nothing to mend was found. A task below changes the photo all the same.',
  grain: 'Grain',
  jpeg: 'Traces of JPEG',
  grainAndJpeg: 'Grain and traces of JPEG',
  grainNote: (level: number): string =>
    `${level < 8 ? 'faint' : level < 18 ? 'clear to see' : 'heavy'}, ${formatLevel(level)} of 255`,
  jpegNote: (quality: number | undefined): string =>
    quality === undefined ? 'it was a JPEG before' : `saved at quality ${quality} of 100`,
  both: (first: string, second: string): string => `${first}; ${second}`,
  scratches: 'Scratches and dust',
  scratchesNote: (share: number): string => `on ${(100 * share).toFixed(1)} % of the photo`,
  blur: 'Blur',
  grey: 'No colour',
  greyNote: 'Colours are drawn by chance: they may fit, but are not the true ones',
  small: 'Few pixels',
  smallNote: (from: Size, to: Size): string => `${formatSize(from)}, enlarged to ${formatSize(to)}`,
};

// Opening a photo.

export const undecodable = {
  empty: (name: string): string => `“${name}” is empty.`,
  format: (name: string, format: string): string =>
    `“${name}” is a ${format} file. This browser can't open ${format} files. ` +
    'Save it as JPEG or PNG, and open that.',
  foreign: (name: string, format: string): string =>
    `“${name}” is a ${format} file, damaged or of a kind that this page can't read. ` +
    'Save it as JPEG or PNG, and open that.',
  unknown: (name: string): string =>
    `“${name}” cannot be read as a picture by this browser. It may be another kind of file, ` +
    'damaged, incomplete or too large. JPEG, PNG, WebP, AVIF, GIF, TIFF and HEIC work.',
};

export const opening = {
  failed: 'The file could not be opened',
  nothing: (verb: 'dropped' | 'pasted'): string =>
    `You ${verb} no picture. Picture files and copied pictures work.`,
  cancelledRun: 'The run was cancelled for the new photo.',
  falsified:
    'This browser changes the pixels that a page reads, to guard against tracking. The result ' +
    'will carry faint stray pixels. Allow canvas access for this page, or use another browser.',
  samplesMissing: (titles: readonly string[]): string =>
    `These samples could not be loaded: ${titles.join(', ')}. Your own photos still work.`,
  preview:
    'This is the picture that the camera put into its RAW file. What it holds beyond that is not ' +
    'used.',
  back: 'Your last photo is open again, with what you had painted and set.',
  workTitle: (name: string): string => `Restore “${name}”`,
  unnamed: 'photo',
};

// The sample photos, by their files.

export const samples = {
  titles: {
    spaniels: 'Two spaniels',
    portrait: 'Portrait',
    aircraft: 'Aircraft',
    station: 'Station',
    peppers: 'Peppers',
    'young-man': 'Young man',
    hills: 'Hills',
  } as Readonly<Record<SampleName, string>>,
  reduced: (source: string): string => `${source}; cropped and reduced`,
  synthetic: 'synthetic person',
  unnamed: 'unnamed photographer',
  through: (source: string, set: string): string => `${source}, through the ${set} image set`,
  licence: (name: string): string => `${name} Licence`,
};

// What the package says when it fails.

export const failures = {
  /** By the code of the error, and what the package itself says in English. */
  text: (_code: EpsErrorCode, message: string): string => message,
  deviceReason: (reason: string): string => reason,
};

// The plan of the next run.

export const plan = {
  paintFirst: 'Paint over what should be filled.',
  nothingTicked: 'Tick what should be improved, or choose a task by hand.',
  reducedOnOpening: (from: Size, to: Size): string =>
    `Reduced on opening from ${formatSize(from)} to ${formatSize(to)} pixels: ` +
    'this device cannot hold more. ',
  reducedOnRequest: (from: Size, to: Size): string =>
    `Reduced from ${formatSize(from)} to ${formatSize(to)} pixels at your request. `,
  fullResolution: (size: Size): string => `Full resolution is kept: ${formatSize(size)} pixels. `,
  thisResolution: (size: Size): string => `This resolution is kept: ${formatSize(size)} pixels. `,
  bitForBit: 'Unpainted pixels are kept bit for bit.',
  lessNoise: 'Unpainted pixels lose only their noise.',
  enlarged: (input: Size, factor: number, output: Size): string =>
    `${formatSize(input)} pixels, enlarged ${formatFactor(factor)} to ${formatSize(output)}.`,
  shrunkAndEnlarged: (input: Size, factor: number, output: Size): string =>
    `This page first shrinks the photo to ${formatSize(input)} pixels. ` +
    `It is then enlarged ${formatFactor(factor)} to ${formatSize(output)}.`,
  firstReduced: (from: Size, to: Size): string =>
    `This page first reduces the photo from ${formatSize(from)} to ${formatSize(to)} pixels.`,
  keepsSize: (size: Size): string => `The photo keeps its size, ${formatSize(size)} pixels.`,
  tooLarge: (output: Size): string =>
    `${formatSize(output)} pixels are more than this browser has memory for.`,
  tooLargeToStart: 'This needs more memory than this browser has. See what works in the panel.',
  shorter: (size: Size, seconds: number): string =>
    `At ${formatSize(size)} pixels: ${formatExpectedDuration(seconds)}.`,
  reduce: (size: Size): string => `Reduce the photo to ${formatSize(size)}`,
  enlargeLess: (factor: Factor): string => `Enlarge ${formatFactor(factor)} instead`,
  undo: (size: Size): string => `Back to ${formatSize(size)}`,
};

export const cost = {
  pending: 'The expected time appears when the engine is ready.',
  time: (seconds: number): string => capitalised(formatExpectedDuration(seconds)),
  evaluations: (evaluations: number, tiles: number): string =>
    plural(evaluations, 'evaluation') + (tiles > 1 ? ` of ${plural(tiles, 'tile')}` : ''),
};

// Painting the mask.

export const painting = {
  failed: 'The mask could not be changed',
  unreadable: (name: string): string => `“${name}” cannot be read as a picture.`,
  otherSize: (mask: Size, photo: Size): string =>
    `This mask has ${formatSize(mask)} pixels; one for this photo has ${formatSize(photo)}.`,
  levels: (levels: number): string => `± ${levels}`,
  searching: (share: number): string => `Searching, ${Math.round(100 * share)} %. Stop`,
  nothingFound: 'No scratches or dust were found.',
};

// The detail: a part of the photo that is restored before the run.

export const detail = {
  hint: 'Click the photo, or move the frame by its grip, to see another part.',
  hintForPaint: 'The frame follows what you paint. Its grip moves it.',
  nothingPainted: 'Nothing is painted in the frame.',
  takesAll: 'Texture comes from the rest of the photo: only the whole photo shows it.',
  cutsPaint: 'What is painted reaches beyond the frame: only the whole photo shows its fill.',
  failed: 'This part could not be restored. Restore says why.',
  marker: (x: number, y: number): string =>
    `Frame of the detail, at ${x} % from the left, ${y} % from the top. Arrow keys move it.`,
};

// The blur of a photo, found from the photo alone.

export const blur = {
  find: 'Find the blur',
  cancel: 'Cancel',
  looking: 'Looking at the photo…',
  shapes: 'No simple blur convinces. Looking for an irregular one, as of a shaking hand…',
  sharp: 'This photo looks sharp: no blur convinces. Nothing was changed.',
  unknown:
    'This photo does not show its blur: it is too small, or has too little texture. Nothing was ' +
    'changed. Try the amounts below by hand.',
  failed: 'The blur could not be looked for. Nothing was changed.',
  found: (name: string): string =>
    `Best guess: ${name}. Take what looks best; the frame on the photo chooses the part shown.`,
  goesOn: (found: string): string => `${found} An irregular blur is still looked for.`,
  taken: (name: string): string => `Taken: ${name}. The amounts below refine it.`,
  takenShape: (name: string): string => `Taken: ${name}, drawn below.`,
  names: {
    none: 'As it is',
    gaussian: 'Soft',
    disk: 'Out of focus',
    motion: 'Camera shake',
    free: 'Irregular',
  } satisfies Readonly<Record<BlurEstimate['kind'], string>>,
  amount: (pixels: number): string => `${pixels} px`,
  amountAlong: (pixels: number, degrees: number): string => `${pixels} px at ${degrees}°`,
  shape: (size: Size): string => `${formatSize(size)} px`,
  nothing: 'no change',
  named: (name: string, amount: string): string => `${name}, ${amount}`,
  /** @param confidence from 0 to 1. */
  described: (amount: string, confidence: number): string => {
    const percent = Math.min(99, Math.round(100 * confidence));
    return `${amount}, ${percent < 1 ? 'unlikely' : `${percent} % likely`}`;
  },
  kept: 'The photo stays as it is. Nothing was changed.',
  draw: 'Draw it on the photo',
  drawing: 'Drag along a trail that the shake has left, from end to end.',
  file: 'File',
  own: 'Found',
  fromPhoto: (size: Size): string => `Kernel found in the photo, ${formatSize(size)}`,
  fromFile: (name: string, size: Size): string => `Kernel from “${name}”, ${formatSize(size)}`,
  black: (name: string): string => `“${name}” is all black: it shows no kernel.`,
  tooLarge: (name: string, size: Size, most: number): string =>
    `The kernel in “${name}” has ${formatSize(size)} pixels around its middle. ` +
    `It may have ${most} a side.`,
};

// The engine.

/** As in “Ready on …”. */
export const DEVICES: Readonly<Record<DeviceKind, string>> = {
  webgpu: 'WebGPU',
  cpu: 'the CPU',
};

export const engine = {
  starting: 'Starting',
  onDemand: 'Loads with your first photo',
  failed: 'The engine did not start',
  ready: (device: DeviceKind, adapter: string): string =>
    `Ready on ${DEVICES[device]}${adapter ? `, ${adapter}` : ''}`,
  cachedModel: 'Reading the model',
  model: (loaded: number, total: number | undefined): string =>
    `Loading the model, ${formatMegabytes(loaded)}${total ? ` of ${formatMegabytes(total)}` : ''}`,
  stage: (stage: 'engine' | 'warm-up', device: DeviceKind | undefined): string =>
    (stage === 'engine' ? 'Starting' : 'Warming up') + (device ? ` on ${DEVICES[device]}` : ''),
  useOwnWeights: 'Use the page’s own weights',
  tryAgain: 'Try again',
  chooseAutomatically: 'Choose the device automatically',
  ownModel: 'the page’s own, or your own safetensors file',
};

// Settings.

export const settings = {
  fillNotes: {
    auto:
      'What is narrow, up to 16 pixels, is mended from what surrounds it. What is wider, people ' +
      'or objects, gives way to texture from the rest of the photo: paint over shadow and ' +
      'reflection too. Faces cannot be found elsewhere.',
    network: 'Mends what is narrow, up to about 16 pixels. Wider holes come out blurry.',
    photo:
      'Paint over all of it, shadow and reflection too. Texture from the rest of the photo takes ' +
      'its place. Faces cannot be found elsewhere.',
  } satisfies Readonly<Record<FillKind, string>>,
  blurAmount: (pixels: number): string => `${pixels.toFixed(1)} px`,
  blurAngle: (degrees: number): string => `${degrees}°`,
  foundKernel: 'found in the photo',
  gaussianKernel: (sigma: number): string => `Gaussian, sigma ${sigma} pixels`,
  diskKernel: (radius: number): string => `disk, radius ${radius} pixels`,
  motionKernel: (length: number, angle: number): string =>
    `straight line, ${length} pixels long, at ${angle} degrees`,
  kernel: (description: string, size: Size): string =>
    `Drawing of the blur: ${description}, ${formatSize(size)} pixels`,
  enlarged: (factor: number, size: Size | undefined): string =>
    `${formatFactor(factor)}${size ? `, to ${formatSize(size)}` : ''}`,
  noSamples: 'none',
  fillNoise: '0 keeps unpainted pixels bit for bit',
  otherNoise: 'standard deviation, in levels of 255; measured where empty',
  measuredNoise: (level: number | undefined): string =>
    `auto${level === undefined ? '' : `: ${formatLevel(level)}`}`,
};

export const noise = {
  waiting: 'Waiting for the engine',
  measuring: 'Measuring…',
  tooSmall: 'This photo is too small to measure. Set the amount.',
  measured: (level: number, isJpeg: boolean): string =>
    `Measured: ${formatLevel(level)} of 255` +
    (isJpeg ? ', grain and what JPEG lost. Set more if some remains, less if detail goes.' : '.'),
};

// A run.

export const run = {
  starting: 'Starting',
  waiting: 'Waiting for the engine',
  cancelling: 'Cancelling',
  estimate: 'First guess',
  mean: 'Best result',
  meanStep: (step: number, of: number): string => `Best result, step ${step} of ${of}`,
  sampleStep: (sample: number, of: number, step: number, steps: number): string =>
    `Variant ${sample} of ${of}, step ${step} of ${steps}`,
  left: (seconds: number): string => `${formatExpectedDuration(seconds)} left`,
  title: (fraction: number): string => `${Math.round(100 * fraction)} % · Restoring`,
  doneTitle: 'Done',
  began: 'Restoring.',
  estimateReady: 'The first guess is ready.',
  meanReady: 'The best result is ready.',
  sampleBegan: (sample: number, of: number): string => `Variant ${sample} of ${of}`,
  done: (seconds: number): string => `Done in ${formatDuration(seconds)}.`,
  restore: 'Restore',
  doneElsewhere: (names: string): string => `${names} is done.`,
  show: 'Show it',
  ended: { cancelled: 'Cancelled', stopped: 'Stopped' },
  partOf: (step: number, of: number, name: string, text: string): string =>
    `${step} of ${of}, ${name}: ${text}`,
  facts: (
    names: string,
    evaluations: number,
    seconds: number,
    device: string,
    seed: number,
    level: number | undefined,
  ): string =>
    `${names}, ${plural(evaluations, 'evaluation')} in ${formatDuration(seconds)} ` +
    `on ${device}, seed ${seed}` +
    `${level === undefined ? '' : `, noise ${formatLevel(level)} of 255`}.`,
  filled: (mended: number, copied: number): string =>
    ` Holes: ${mended} mended, ${copied} with texture from the photo.`,
  compressesBack: (percent: number): string =>
    ` Saved at your file's quality it is that file again: ${percent} % of the JPEG coefficients.`,
  partialFacts: (names: string, end: string): string =>
    `${names}. ${end} before the end; finished results are kept.`,
  failed: 'The restoration stopped. Your photo, mask and settings are unchanged.',
};

// Results.

export const results = {
  estimate: 'First guess',
  mean: 'Best result',
  sample: (number: number): string => `Variant ${number}`,
  original: 'Original',
  another: 'Another',
  showVariants: 'Show 2 variants',
  improved: 'improved',
  map: 'Map',
  closeness: (psnr: number): string => `${psnr.toFixed(1)} dB`,
  save: (label: string): string => `Save ${label.toLowerCase()}`,
  saveFailed: 'The picture could not be saved',
  copied: 'The picture is on the clipboard.',
  needsResult: 'Needs a result',
  needsSamples: 'Needs two variants or more',
  before: 'Before',
  mapDescription: 'Map of how far the result may be off',
  mapFailed: 'The map could not be loaded',
  notShown: 'The results could not be shown',
  photoDescription: (name: string): string => `The photo, ${name}`,
  comparison: (label: string): string => `The photo before, and ${label}`,
  divider: (percent: number): string => `${percent} % before, ${100 - percent} % after`,
  mapText: (samples: number, isCalibrated: boolean): string =>
    'How far the result may be off, in levels of 255: ' +
    (isCalibrated
      ? 'nine times in ten by no more than this. '
      : `as far as the ${plural(samples, 'variant')} differ. `) +
    'Bright areas are guesswork. Point at the picture to read values.',
  mapReading: (column: number, row: number, level: number, isCalibrated: boolean): string =>
    `At ${column}, ${row} the result may be off by ± ${plural(level, 'level')} of 255` +
    (isCalibrated ? ', nine times in ten.' : '.'),
  mapTick: (level: number, isLast: boolean): string =>
    level === 0 ? '0' : `±\u00a0${level}${isLast ? '+' : ''}`,
  percent: (percent: number): string => `${percent} %`,
  strengthNotes: {
    mean: '0 % is the photo, 100 % the best result.',
    sample: '0 % is the best result, 100 % the variant; more exaggerates it.',
  },
};

// One restoration after the other.

export const inside = {
  state: (noise: number): string =>
    'State xₜ: where the sampler stands, an answer under noise of ' +
    `${plural(Math.round(noise), 'level')}.`,
  differences: {
    mean: (end: number): string =>
      `Disagreement with the answer without the network, from 0 (dark) to ${end} levels.`,
    sample: (end: number): string =>
      `Disagreement of this variant with the best result, from 0 (dark) to ${end} levels.`,
  },
};

export const steps = {
  goOn: 'Go on from this',
  working: 'One moment…',
  opened: 'Opened',
  now: (name: string): string => `${name}, now`,
  back: (name: string): string => `Back to the photo as it was: ${name}`,
  failed: 'This step could not be made',
};

// Many photos by one setting.

export const queue = {
  title: (count: number): string => plural(count, 'photo'),
  note:
    'The first is open, to find the settings. All are restored by the same ones. ' +
    'This list does not outlast the page: save its zip before you leave.',
  noImprove: 'Choose one task for all of them.',
  noFill: 'Fill needs a mask for each photo. Choose another task for all of them.',
  start: (count: number): string => `Restore all ${count}`,
  save: (count: number): string => `Save ${plural(count, 'result')} as a zip`,
  zipName: 'restored.zip',
  zipFailed: 'The zip could not be written',
  waiting: 'waiting',
  running: (fraction: number): string => `${Math.round(100 * fraction)} %`,
  done: 'done',
  stage: (photo: number, of: number): string => `Photo ${photo} of ${of}`,
  began: (photo: number, of: number, name: string): string => `Photo ${photo} of ${of}: ${name}`,
  ended: (done: number, of: number): string =>
    done === of
      ? `All ${plural(of, 'photo')} are restored.`
      : `${done} of ${plural(of, 'photo')} are restored. The list says why the others are not.`,
  tooLarge: 'This needs more memory than this browser has.',
};

// The page itself, stored for use without a network.

export const offline = {
  ready: 'This page works offline, and can be installed like an app.',
  notReady: 'This page is not stored for offline use.',
  stored: (bytes: number): string =>
    `${formatMegabytes(bytes)} are stored in this browser: page, model, and the open photo.`,
  cleared: 'Nothing is stored any more. The next visit loads the page and the model again.',
  update: 'Use the new version',
  updateReady: 'A new version of this page is ready.',
  updateWaits:
    'A new version of this page is ready. It waits until the photo is closed, in every tab.',
};

// The rest.

export const page = {
  title: 'eps-restore: restore photos on your own device',
  dismiss: 'Dismiss this notice',
  zoomLevel: (scale: number): string => `${Math.round(100 * scale)} %`,
  brushSize: (diameter: number): string => `${diameter} px`,
};

// All of the above, for a translation to replace.

export const WORDS = {
  TASKS,
  improve,
  undecodable,
  opening,
  samples,
  failures,
  plan,
  cost,
  painting,
  detail,
  blur,
  DEVICES,
  engine,
  settings,
  noise,
  run,
  results,
  inside,
  steps,
  queue,
  offline,
  page,
};

/** What a translation says. */
export type Words = typeof WORDS;

/** From here on the page speaks another language. */
export function speak(translation: Words): void {
  for (const name of Object.keys(WORDS) as (keyof Words)[])
    Object.assign(WORDS[name], translation[name]);
}

// What index.html says. It names these texts by their keys, and those above by theirs.

export const markup = {
  language: 'en',
  manifest: 'manifest.webmanifest',
  otherPage: 'de.html',
  otherLanguage: 'de',
  otherName: 'Deutsch',
  description:
    'Fill, enlarge, unblur, denoise and colourise photos in your browser by exact posterior ' +
    'sampling. Photos never leave your device.',
  title: 'eps-restore: restore photos on your own device',
  skip: 'Skip to the photo',
  pledge: 'Photos never leave this device',
  starting: 'Starting',
  openPhoto: 'Open photo',
  closePhoto: 'Close the photo and forget it',
  headline: 'Restore a photo on your own device.',
  lede:
    'Fill scratches, enlarge, unblur, remove grain, add colour. One best result, a few ' +
    'variants, and a map of what is guesswork.',
  promise: 'Photos never leave this device.',
  privacy:
    'There is no server behind this page. Once the engine is ready you can disconnect, and ' +
    'everything still works. This browser keeps your photo until you close it, so that a ' +
    'reload loses nothing.',
  openFirst: 'Open a photo',
  openHint: 'or drop photos anywhere, or paste one',
  firstVisit: 'The first visit loads 10 MB, the page and its model. Later visits load nothing.',
  getReady: 'Get ready now',
  view: 'View',
  viewPhoto: 'Photo',
  viewResult: 'Result',
  viewCompare: 'Compare',
  viewMap: 'Map',
  zoom: 'Zoom',
  zoomOut: 'Zoom out',
  zoomFit: 'Fit the picture to the view',
  zoomFitNow: 'Fit the picture to the view, now at',
  zoomIn: 'Zoom in',
  picture: 'The picture. Plus and minus zoom it, 0 fits it.',
  photo: 'The photo',
  paintingArea: 'painting area',
  paintingKeys:
    'Paint. Arrow keys move the tool, Space paints while it is held, [ and ] resize' +
    ' the brush. B is the brush, R a rectangle, L a lasso, C an area of one colour, E the ' +
    'eraser.',
  frame: 'frame',
  compare: 'Compare before and after',
  steps: 'Steps so far',
  painting: 'Painting',
  brushKey: 'Brush (B)',
  brush: 'Brush',
  rectangle: 'Rectangle',
  rectangleKey: 'Rectangle (R)',
  lasso: 'Lasso',
  lassoKey: 'Lasso (L)',
  colourArea: 'Area of one colour',
  colourAreaKey: 'Area of one colour (C)',
  eraserKey: 'Eraser (E)',
  eraser: 'Eraser',
  brushSize: 'Brush size ( [ and ] )',
  size: 'Size',
  brushSizeNow: '24 px',
  reach: 'Reach',
  reachHint: 'How far the colour may differ, in levels of 255',
  undo: 'Undo',
  undoKey: 'Undo (Ctrl Z)',
  redo: 'Redo',
  redoKey: 'Redo (Ctrl Shift Z)',
  clearMask: 'Clear what is painted',
  mask: 'Mask',
  findScratches: 'Find scratches and dust',
  edge: 'Edge',
  edgeNow: '4 px',
  grow: 'Grow',
  shrink: 'Shrink',
  invert: 'Invert',
  openMask: 'Open mask',
  saveMask: 'Save mask',
  maskFile: 'Mask file',
  results: 'Results',
  strength: 'Strength',
  rim: 'Soft rim',
  rimHint: 'How far the photo shows through at the rim of what was painted',
  goOnHint: 'Makes this result the photo, for the next task',
  savePicture: 'Save the picture',
  format: 'File format',
  quality: 'Quality',
  save: 'Save',
  share: 'Share',
  copy: 'Copy',
  removeLocation: 'Without location',
  removeLocationHint: 'Leaves out where the photo was taken',
  restoration: 'Restoration',
  closeList: 'Close the list of photos',
  whatToDo: 'What should be done?',
  improveHint: 'what this photo needs',
  improvements: 'What can be improved',
  paintedOver: 'What is painted over',
  narrow: 'Scratches, wires, faces',
  wide: 'People, objects',
  factor: 'Factor',
  anyFactor: 'Any factor',
  blurMayBe: 'What the blur may be',
  kindOfBlur: 'Kind of blur',
  amount: 'Amount',
  direction: 'Direction',
  blurSearch: 'Search for the blur',
  openKernel: 'Open a kernel file',
  kernelFile: 'Kernel file',
  kernelHint:
    'A small picture of the blur (point spread function), from a paper or another program: ' +
    'bright where the light of a point falls, black elsewhere.',
  measureGrain: 'Measure the grain',
  grain: 'Grain',
  grainHint: '5 is faint, 25 is heavy.',
  colourHint:
    'Draws colours that fit the grey photo, by chance: each variant is one possibility. Any ' +
    'colour in the photo is ignored.',
  paintColours: 'Paint colours yourself',
  paintColoursHint: 'a few strokes are enough: what is around them follows',
  paintColour: 'Colour',
  detail: 'Detail',
  detailBefore: 'The detail before',
  before: 'Before',
  detailAfter: 'The detail after',
  after: 'After',
  advanced: 'Advanced',
  variants: 'Variants',
  care: 'Care',
  quick: 'Quick',
  normal: 'Normal',
  thorough: 'Thorough',
  refine: 'Refine the best result',
  refineHint: 'takes a little longer, and is often clearly closer to the original',
  noise: 'Grain in the photo',
  seed: 'Seed',
  seedHint: 'the same seed gives the same variants',
  newSeed: 'New seed',
  device: 'Device',
  automatic: 'Automatic',
  inside: 'Look inside',
  insideHint: 'Each step of the next run is shown here while this is open.',
  insidePivot:
    'Pivot: the state moved to what the photo says, which leaves noise only where it says ' +
    'nothing. The network cleans this.',
  paper: 'The paper: exact posterior sampling',
  model: 'Model',
  openWeights: 'Open weights',
  weightsFile: 'Weights file',
  ownWeights: 'Use the page’s own',
  cancel: 'Cancel',
  samplesTitle: 'Try a sample',
  samplesHint:
    'Left, a clean photo that this page has damaged. Right, its own best result. Open one to' +
    ' see both in full, beside the original.',
  aboutTitle: 'What the results mean',
  best: 'Best result',
  bestText:
    'The average of every photo that fits what is left of yours: the answer with the least ' +
    'expected error. It is soft where little is known, because the possibilities differ.',
  variantsText:
    'Single photos drawn from those possibilities. Each agrees with what your photo shows. ' +
    'Detail beyond that is a plausible invention, never a recovered fact.',
  mapText:
    'How far the best result may be off at each pixel. Dark: the photo itself decides. Bright: ' +
    'the detail there is guesswork, and should not be read as evidence.',
  limits: 'Limits',
  limitsText:
    'Photos keep their size, and large ones take time: the page tells it before it starts. ' +
    'Nothing in a hole is recognised or redrawn: narrow ones are mended, wide ones are ' +
    'filled with texture from the photo itself. Unblur always runs on the CPU.',
  photoFile: 'Photo file',
  onThisDevice: 'On this device',
  clearStored: 'Clear what is stored',
  update: 'Use the new version',
  credits: 'Sample photos',
  licence:
    'eps-restore is free software, MIT or Apache 2.0. It runs a network of 7 million ' +
    'parameters in WebAssembly and WebGPU, on this device only.',
  drop: 'Drop the photo to open it',
  needsScript: 'This page restores photos on your device with WebAssembly. It needs JavaScript.',
};

export type Markup = Readonly<Record<keyof typeof markup, string>>;
