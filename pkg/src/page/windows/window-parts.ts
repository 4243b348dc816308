import type { FinishedRun } from '../../shared/protocol.js';
import type { Area, JpegPart, Pixels, RestoreRequest, TaskRequest } from '../../shared/requests.js';
import { cropped } from './crop.js';
import { areaOf, overviewSize, windowsOf, type Layout, type WindowIndex } from './layout.js';
import { reducedHints, reducedPhoto } from './overview.js';

/** A window, and what it is restored from. */
interface WindowPart {
  readonly window: WindowIndex;
  readonly area: Area;
  /** The area that is restored: the window, or a larger one. */
  readonly covers: Area;
  readonly task: TaskRequest;
}

/** A photo, and what it is a measurement of. */
type MeasuredPhoto = Pick<RestoreRequest, 'image' | 'task'>;

/** How windows learn what only the whole photo tells. */
export interface WholePhotoTools {
  /** The parts of a JPEG file that cover areas of the photo. */
  readonly partsOf: (file: Uint8Array, areas: readonly Area[]) => Promise<readonly JpegPart[]>;
  /** Restores the photo at a smaller size. */
  readonly restoreOverview: (image: Pixels, task: TaskRequest) => Promise<FinishedRun>;
  /** Throws once the run is aborted. */
  readonly unlessAborted: () => void;
}

/** The windows of a photo, each with its part of what the whole photo tells. */
export async function windowParts(
  layout: Layout,
  { image, task }: MeasuredPhoto,
  { partsOf, restoreOverview, unlessAborted }: WholePhotoTools,
): Promise<WindowPart[]> {
  const parts = windowsOf(layout).map((window): WindowPart => {
    const area = areaOf(layout, window);
    return { window, area, covers: area, task };
  });
  if (task.kind === 'jpeg') {
    const files = await partsOf(
      task.file,
      parts.map(({ area }) => area),
    );
    return parts.map((part, i) => {
      const { file, area: covers } = files[i] ?? { file: task.file, area: part.area };
      return { ...part, covers, task: { ...task, file } };
    });
  }
  const { overview } = layout;
  if (task.kind !== 'colorize' || overview === undefined) return parts;
  const reduced = await reducedPhoto(image, overview, unlessAborted);
  const { hints, ...grey } = task;
  const painted = hints && { hints: await reducedHints(hints, overview, unlessAborted) };
  const colours = picturesOf(await restoreOverview(reduced, { ...grey, ...painted }));
  return parts.map((part): WindowPart => {
    const { left, top } = part.area;
    const corner = { left: left / overview, top: top / overview };
    const area = { ...corner, ...overviewSize(part.area, overview) };
    const small = colours.map((picture) => cropped(picture, area));
    return { ...part, task: { kind: 'colorizeFrom', small } };
  });
}

/** The mean, and the samples. */
function picturesOf({ images, samples }: FinishedRun): Pixels[] {
  const { width, height, mean } = images;
  return [mean, ...samples].map((data) => ({ data, width, height }));
}
