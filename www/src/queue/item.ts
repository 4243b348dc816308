// One photo of a queue: opened, restored by the settings that hold for all, written as a file.

import type { Restorer } from 'eps-restore';
import { decodePhoto, ownFile } from '../picture/photo.js';
import { described } from '../results/described.js';
import { encoded, writableType } from '../results/file-format.js';
import { imageAt } from '../run/target-size.js';
import { askCost } from '../state/cost.js';
import { isTooLarge } from '../state/offers.js';
import { packageOptions, packageTask } from '../state/package-task.js';
import { planSizes } from '../state/plan.js';
import type { Options, Settings } from '../state/settings.js';
import { FILE_EXTENSIONS, type TaskId } from '../vocabulary.js';
import { queue as words } from '../words.js';

/** What holds for all photos. */
export interface QueueSettings {
  readonly task: TaskId;
  readonly settings: Settings;
  readonly options: Options;
  readonly keepsLocation: boolean;
}

/** Of files that lose something. */
const QUALITY = 0.92;

/** A photo that is left out, with the reason for the visitor. */
export class QueueError extends Error {}

/** @throws PhotoError, QueueError or EpsError. */
export async function restoreFile(
  file: File,
  restorer: Restorer,
  wish: QueueSettings,
  signal: AbortSignal,
  onProgress: (fraction: number) => void,
): Promise<File> {
  const photo = await decodePhoto(file, file.name);
  signal.throwIfAborted();
  const { task, settings } = wish;
  // Variants are looked at one by one: a queue makes the best result alone.
  const options = { ...wish.options, samples: 0 };
  const { output } = planSizes(photo.pixels, task, settings, false);
  const input = { width: photo.pixels.width, height: photo.pixels.height };
  const steps = [{ task, settings }];
  const question = { restorer, input, steps, simulate: false, options, painted: {} };
  const cost = await askCost(question);
  if (cost && isTooLarge(cost)) throw new QueueError(words.tooLarge);
  const { mean } = await restorer.restore(photo.pixels, packageTask(task, settings, false, {}), {
    ...packageOptions(task, options),
    signal,
    file: ownFile(photo),
    onProgress: ({ fraction }) => onProgress(fraction),
  });
  // The photo's own format, if this browser writes it.
  const type = writableType(photo.file.type);
  const bare = await encoded(await imageAt(mean, output), type, QUALITY);
  const blob = await described(bare, photo, output, wish.keepsLocation);
  return new File([blob], `${photo.name}-${task}.${FILE_EXTENSIONS[type]}`, { type });
}
