// One candidate: the detail as it would be, its kernel, its name. A press takes it.

import type { DetailAnswer } from '../detail/ask.js';
import { create } from '../dom.js';
import { drawKernel } from '../panel/kernel-view.js';
import { display } from '../picture/display.js';
import { blur as words } from '../words.js';
import type { Candidate } from './candidate.js';

export class Card {
  readonly item: HTMLLIElement;
  private readonly picture = create('canvas', { className: 'candidate-detail' });

  constructor(
    readonly candidate: Candidate,
    take: (candidate: Candidate) => void,
  ) {
    const { name, amount, kernel, confidence } = candidate;
    const drawing = create('canvas', { className: 'candidate-kernel' });
    drawKernel(drawing, kernel);
    for (const canvas of [this.picture, drawing]) canvas.setAttribute('aria-hidden', 'true');
    const text = create(
      'span',
      { className: 'candidate-text' },
      create('b', { textContent: name }),
      ' ',
      create('small', { textContent: words.described(amount, confidence) }),
    );
    const button = create('button', { type: 'button' }, this.picture, drawing, text);
    button.addEventListener('click', () => take(candidate));
    this.item = create('li', { className: 'candidate' }, button);
  }

  /** Shows the detail as it would be; as it is while that is worked on. */
  show(before: ImageData, answer: DetailAnswer | undefined): void {
    this.item.ariaBusy = String(answer === undefined || answer === 'aborted');
    display(this.picture, answer instanceof ImageData ? answer : before);
  }
}
