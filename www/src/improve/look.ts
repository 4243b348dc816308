// Looks at a photo for what could be better: one finding after the other, the quick ones first.

import { denoise, type Restorer } from 'eps-restore';
import { candidateOf, convinces } from '../blur/candidate.js';
import { cut } from '../picture/pixels.js';
import { ownFile, type Photo } from '../picture/photo.js';
import type { Box, Size } from '../vocabulary.js';
import { inWorker } from '../worker/client.js';
import { GOOD_QUALITY, LEAST_GRAIN, type Findings, type FoundBlur } from './findings.js';
import { jpegQuality } from './jpeg-quality.js';

export interface LookQuestion {
  readonly restorer: Restorer;
  readonly photo: Photo;
}

/** The side of the part that is looked at, in pixels. */
const LOOKED_SIDE = 1024;
/** Under more grain than this no blur is looked for: the estimate was tried up to 5 levels. */
const MOST_GRAIN = 6;
/** The detail shows what is known so far before the next look begins, in milliseconds. */
const PAUSE = 150;

/** @param tell called whenever something is found. */
export async function look(
  { restorer, photo }: LookQuestion,
  signal: AbortSignal,
  tell: (findings: Findings) => void,
): Promise<void> {
  const { pixels } = photo;
  const middle = middleOf(pixels);
  const part = cut(pixels, middle);
  const file = ownFile(photo);
  let findings: Findings = {
    size: { width: pixels.width, height: pixels.height },
    isGrey: await inWorker('isMonochrome', part),
    jpegQuality: await jpegQuality(photo.file),
    isComplete: false,
  };
  const add = (more: Partial<Findings>): void => {
    findings = { ...findings, ...more };
    if (!signal.aborted) tell(findings);
  };
  const level = await restorer.estimateNoise(part, denoise()).catch(() => undefined);
  const compression = await restorer.estimateCompression(part).catch(() => 0);
  const grain = Math.sqrt(Math.max(0, (level ?? 0) ** 2 - compression ** 2));
  add(level === undefined ? {} : { grain, compression, loss: level });
  const isCompressed = (findings.jpegQuality ?? 100) <= GOOD_QUALITY;
  const isGrainy = grain >= LEAST_GRAIN;
  const isLossy = findings.jpegQuality !== undefined && (isCompressed || isGrainy);
  if (isLossy && file && !signal.aborted) {
    const loss = await restorer.estimateNoise(pixels, denoise(), { file }).catch(() => undefined);
    add(loss === undefined ? {} : { loss });
  }
  await new Promise((resolve) => setTimeout(resolve, PAUSE));
  // What JPEG did to it is known for the whole alone.
  const isWhole = part.width === pixels.width && part.height === pixels.height;
  const partFile = isWhole ? file : undefined;
  const isTooGrainy = grain > MOST_GRAIN;
  const isOver = isTooGrainy || signal.aborted;
  const blur = isOver ? undefined : await findBlur(restorer, part, partFile);
  add(blur ? { blur } : {});
  const scratches = await import(/* webpackChunkName: "scratches" */ './scratches.js')
    .then(({ scratchesOf }) => scratchesOf(pixels, middle, signal))
    .catch(() => undefined); // they could not be looked for
  add({ ...(scratches && { scratches }), isComplete: true });
}

async function findBlur(
  restorer: Restorer,
  part: ImageData,
  file: Blob | undefined,
): Promise<FoundBlur | undefined> {
  const estimates = await restorer.estimateBlur(part, { file }).catch(() => []);
  if (!convinces(estimates)) return undefined;
  const best = estimates.find(({ kind }) => kind !== 'none');
  const sharp = estimates.find(({ kind }) => kind === 'none')?.confidence ?? 0;
  return best && { candidate: candidateOf(best), size: best.size, sharp };
}

function middleOf(image: Size): Box {
  const width = Math.min(LOOKED_SIDE, image.width);
  const height = Math.min(LOOKED_SIDE, image.height);
  const x = Math.floor((image.width - width) / 2);
  const y = Math.floor((image.height - height) / 2);
  return { x, y, width, height };
}
