// What Improve proposes for what was found, and the steps that do it.

import {
  DEFAULT_SETTINGS,
  LITTLE_NOISE,
  withNoise,
  type Settings,
  type Step,
} from '../state/settings.js';
import type { Factor } from '../vocabulary.js';
import { blur as blurWords, improve as words } from '../words.js';
import { GOOD_QUALITY, LEAST_COMPRESSION, LEAST_GRAIN, type Findings } from './findings.js';

export const REMEDIES = ['clean', 'mend', 'sharpen', 'colour', 'enlarge'] as const;
export type Remedy = (typeof REMEDIES)[number];

export interface Proposal {
  readonly remedy: Remedy;
  readonly title: string;
  readonly note: string;
  /** Whether it is ticked unless the visitor says otherwise: what only guesses is not. */
  readonly isAdvised: boolean;
}

/** What a JPEG has lost for each step of quality below 100, until it is measured. */
const LOSS_PER_QUALITY = 0.1;
/** A blur is advised where the photo is less probably sharp than this. */
const MOST_SHARP = 0.05;
/** Smaller ones are often false, in pixels. */
const LEAST_BLUR: Readonly<Record<string, number>> = { gaussian: 0.8, disk: 1.2, motion: 5 };
/** Longest sides of photos that are offered larger, in pixels. */
const SMALL_SIDE = 900;
const TINY_SIDE = 400;

export function proposalsFor(findings: Findings): Proposal[] {
  const { size, isGrey, jpegQuality, compression = 0, grain, blur, scratches } = findings;
  const proposals: Proposal[] = [];
  const hasGrain = grain !== undefined && grain >= LEAST_GRAIN;
  const isCompressed =
    jpegQuality === undefined ? compression >= LEAST_COMPRESSION : jpegQuality <= GOOD_QUALITY;
  if (hasGrain || isCompressed) {
    const grainNote = hasGrain ? words.grainNote(levelOf(findings)) : '';
    const jpegNote = isCompressed ? words.jpegNote(jpegQuality) : '';
    const note = grainNote && jpegNote ? words.both(grainNote, jpegNote) : grainNote || jpegNote;
    const title = !hasGrain ? words.jpeg : isCompressed ? words.grainAndJpeg : words.grain;
    proposals.push({ remedy: 'clean', title, note, isAdvised: true });
  }
  if (scratches) {
    const note = words.scratchesNote(scratches.share);
    proposals.push({ remedy: 'mend', title: words.scratches, note, isAdvised: true });
  }
  if (blur) {
    const { kind, name, amount } = blur.candidate;
    const note = blurWords.named(name, amount);
    const isAdvised = blur.sharp < MOST_SHARP && blur.size >= (LEAST_BLUR[kind] ?? 0);
    proposals.push({ remedy: 'sharpen', title: words.blur, note, isAdvised });
  }
  if (isGrey)
    proposals.push({
      remedy: 'colour',
      title: words.grey,
      note: words.greyNote,
      isAdvised: false,
    });
  const factor = factorFor(findings);
  if (factor) {
    const to = { width: size.width * factor, height: size.height * factor };
    const note = words.smallNote(size, to);
    proposals.push({ remedy: 'enlarge', title: words.small, note, isAdvised: false });
  }
  return proposals;
}

/** The steps of the ticked remedies, in the order that loses least. */
export function recipeFor(findings: Findings, ticked: ReadonlySet<Remedy>): Step[] {
  const level = levelOf(findings);
  const steps: Step[] = [];
  const add = (task: Step['task'], changes: Partial<Settings>, noise = LITTLE_NOISE): void => {
    const settings = { ...DEFAULT_SETTINGS, ...changes };
    steps.push({
      task,
      settings: task === 'denoise' ? settings : withNoise(settings, task, noise),
    });
  };
  const mend = (): void => {
    if (ticked.has('mend') && findings.scratches) add('fill', {}, 0);
  };
  if (ticked.has('sharpen') && findings.blur) {
    mend(); // a scratch that is unblurred rings
    // The grain goes in the same step, which knows how both came about.
    const noise = ticked.has('clean') ? Math.max(1, level) : LITTLE_NOISE;
    add('unblur', findings.blur.candidate.settings, noise);
  } else if (ticked.has('clean')) {
    // First, as long as the file tells what JPEG did.
    add('denoise', { noiseAuto: true, noiseLevel: Math.max(1, level) });
    mend();
  } else mend();
  if (ticked.has('colour')) add('colourise', {});
  const factor = factorFor(findings);
  if (ticked.has('enlarge') && factor) add('enlarge', { factor });
  return steps;
}

/** The noise that stands for grain and what JPEG has lost, in 8-bit levels. */
function levelOf({ grain = 0, loss, jpegQuality = 100 }: Findings): number {
  const guessed = jpegQuality <= GOOD_QUALITY ? LOSS_PER_QUALITY * (100 - jpegQuality) : 0;
  return Math.max(grain, loss ?? guessed);
}

function factorFor({ size }: Findings): Factor | undefined {
  const longest = Math.max(size.width, size.height);
  if (longest > SMALL_SIDE) return undefined;
  return longest > TINY_SIDE ? 2 : 4;
}
