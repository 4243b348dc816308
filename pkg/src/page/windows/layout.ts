import type { Area, ImageSize } from '../../shared/requests.js';
import type { Division } from './division.js';

/** Pixels of the result that neighbouring windows share at least. */
const OVERLAP = 64;

/** One side of a photo, cut into windows of one length. */
export interface SideLayout {
  /** Where each window begins, in the photo's pixels; the first at 0. */
  readonly starts: readonly number[];
  /** Pixels of each window, the last one ends where the photo does. */
  readonly length: number;
}

/** A photo cut into overlapping windows of one size. */
export interface Layout extends Division {
  readonly photo: ImageSize;
  readonly columns: SideLayout;
  readonly rows: SideLayout;
}

/**
 * Cuts a photo into as few windows as do not exceed a number of pixels. They are near to squares,
 * and overlap by 64 pixels of the result or more.
 *
 * @param pixels most pixels of a window's result. A window has four overlaps a side at least,
 *   whatever this says.
 */
export function layoutOf(photo: ImageSize, division: Division, pixels: number): Layout {
  const { factor, step } = division;
  const overlap = Math.ceil(OVERLAP / factor);
  const area = pixels / factor ** 2;
  const width = Math.min(photo.width, Math.max(Math.sqrt(area), area / photo.height));
  const height = Math.min(photo.height, area / width);
  return {
    ...division,
    photo: { width: photo.width, height: photo.height },
    columns: sideLayout(photo.width, Math.max(Math.floor(width), 4 * overlap), overlap, step),
    rows: sideLayout(photo.height, Math.max(Math.floor(height), 4 * overlap), overlap, step),
  };
}

/** A window of a layout: its column and its row. */
export interface WindowIndex {
  readonly column: number;
  readonly row: number;
}

/** The windows of a layout, row by row. */
export function windowsOf({ columns, rows }: Layout): WindowIndex[] {
  return rows.starts.flatMap((_, row) => columns.starts.map((_, column) => ({ column, row })));
}

/** Where a window lies, in the photo's pixels. */
export function areaOf(layout: Layout, { column, row }: WindowIndex): Area {
  const { columns, rows } = layout;
  return { left: startOf(columns, column), top: startOf(rows, row), ...windowSize(layout) };
}

/** Where a window of a side begins. */
export function startOf({ starts }: SideLayout, index: number): number {
  return starts[index] ?? 0;
}

/** The size of a layout's result. */
export function resultSize({ photo, factor }: Layout): ImageSize {
  return { width: factor * photo.width, height: factor * photo.height };
}

/** The size of the photo that is restored before its windows. */
export function overviewSize({ width, height }: ImageSize, overview: number): ImageSize {
  return { width: Math.ceil(width / overview), height: Math.ceil(height / overview) };
}

/** How many windows are as large as what is restored before them. */
export function overviewShare(layout: Layout): number {
  const { photo, overview } = layout;
  if (overview === undefined) return 0;
  const area = ({ width, height }: ImageSize): number => width * height;
  return area(overviewSize(photo, overview)) / area(windowSize(layout));
}

/** How many windows a photo is cut into. */
export function windowCount({ columns, rows }: Layout): number {
  return columns.starts.length * rows.starts.length;
}

/** The size of each window, in the photo's pixels. */
export function windowSize({ columns, rows }: Layout): ImageSize {
  return { width: columns.length, height: rows.length };
}

/**
 * `total` pixels in windows of at most `most`, or `step` pixels more, all of one length, spread
 * evenly, which begin at multiples of `step`.
 */
function sideLayout(total: number, most: number, overlap: number, step: number): SideLayout {
  if (most >= total) return { starts: [0], length: total };
  const shared = overlap + step - 1;
  const count = Math.ceil((total - shared) / (most - shared));
  const least = Math.ceil((total + (count - 1) * shared) / count);
  const length = least + ((total - least) % step);
  const end = (total - length) / step;
  const start = (i: number): number => step * Math.round((i * end) / (count - 1));
  return { starts: Array.from({ length: count }, (_, i) => start(i)), length };
}
