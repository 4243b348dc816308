// How sizes, times and numbers are written on the page.

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Written with spaces that do not break. */
export const size = ({ width, height }: Size): string => `${width}\u00a0×\u00a0${height}`;

export const plural = (count: number, one: string): string =>
  `${count} ${one}${count === 1 ? '' : 's'}`;

export function duration(seconds: number): string {
  if (seconds < 1) return 'less than a second';
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export const about = (seconds: number): string =>
  seconds < 1 ? duration(seconds) : `about ${duration(seconds)}`;

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

/** A noise level: one decimal where it matters. */
export const levels = (value: number): string =>
  value < 9.95 ? value.toFixed(1) : value.toFixed(0);
