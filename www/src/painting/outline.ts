// The outline of a rectangle or a lasso while it is drawn.

import { element } from '../dom.js';
import type { Box, Point, Size } from '../vocabulary.js';
import { fillPolygon } from './lasso.js';
import { fillRectangle } from './rectangle.js';

export type OutlineTool = 'rectangle' | 'lasso';

export class Outline {
  private readonly polygon = element('outline-polygon', SVGElement);
  private points: readonly Point[] = [];
  private tool: OutlineTool = 'rectangle';

  get isActive(): boolean {
    return this.points.length > 0;
  }

  begin(tool: OutlineTool, at: Point, { width, height }: Size): void {
    element('outline', SVGElement).setAttribute('viewBox', `0 0 ${width} ${height}`);
    this.tool = tool;
    this.points = [at];
  }

  moveTo(to: Point): void {
    const [first = to] = this.points;
    this.points = this.tool === 'lasso' ? [...this.points, to] : [first, to];
    this.draw();
  }

  /** Ends the outline, and fills it. @returns the box of changed pixels. */
  fill(bits: Uint8Array, size: Size, value: number): Box | undefined {
    const { points, tool } = this;
    this.cancel();
    const [first, last = first] = [points[0], points.at(-1)];
    if (!first || !last) return undefined;
    return tool === 'lasso'
      ? fillPolygon(bits, size, points, value)
      : fillRectangle(bits, size, first, last, value);
  }

  cancel(): void {
    this.points = [];
    this.draw();
  }

  private draw(): void {
    const corners = this.tool === 'lasso' ? this.points : cornersOf(this.points);
    this.polygon.setAttribute('points', corners.map(({ x, y }) => `${x},${y}`).join(' '));
  }
}

function cornersOf([a, b = a]: readonly Point[]): readonly Point[] {
  return a && b ? [a, { x: b.x, y: a.y }, b, { x: a.x, y: b.y }] : [];
}
