// “Find the blur” in the panel: the button, what it has found, and the candidates to take from.

import { effect, signal } from '@preact/signals-core';
import type { Detail } from '../detail/detail.js';
import { element } from '../dom.js';
import { cut } from '../picture/pixels.js';
import type { AppState } from '../state/app-state.js';
import { watch } from '../state/watch.js';
import { blur as words } from '../words.js';
import { SLIDERS, type Candidate } from './candidate.js';
import { Card } from './card.js';
import { BlurFinder, type Finding } from './finder.js';
import { setUpKernelFile } from './kernel-button.js';
import { setUpMotionDrawing } from './motion-button.js';

/** What refines each kind: the first slider, or a file in place of what was found. */
const REFINED_BY = {
  gaussian: 'sigma',
  disk: 'radius',
  motion: 'length',
  free: 'kernel-open',
} as const;

/** @param failed tells the visitor why a file is no kernel. */
export function setUpBlurFinder(
  state: AppState,
  detail: Detail,
  failed: (error: unknown) => void,
): void {
  const finder = new BlurFinder(state, detail);
  setUpMotionDrawing(state);
  setUpKernelFile(state, failed);
  const button = element('blur-find', HTMLButtonElement);
  const note = element('blur-note');
  setUpSliders();
  setUpButton(finder, button);
  setUpCandidates(finder, detail, (candidate) => {
    finder.take(candidate);
    const isChanged = candidate.kind !== 'none';
    const taken = candidate.kind === 'free' ? words.takenShape : words.taken;
    note.textContent = isChanged ? taken(nameOf(candidate)) : words.kept;
    // The candidates are gone: the focus goes to what refines this one.
    if (candidate.kind === 'none') button.focus();
    else element(REFINED_BY[candidate.kind]).focus();
  });
  watch(
    () => finder.input.value,
    () => {
      note.textContent = '';
    },
  );
  watch(
    () => finder.finding.value,
    (finding) => {
      note.textContent = noteOf(finding);
    },
  );
  const progress = element('blur-progress', HTMLProgressElement);
  effect(() => {
    progress.hidden = !finder.isLookingOn.value;
    progress.value = finder.share.value;
  });
}

function setUpSliders(): void {
  for (const [id, { min, max, step }] of Object.entries(SLIDERS)) {
    const limits = { min: String(min), max: String(max), step: String(step) };
    Object.assign(element(id, HTMLInputElement), limits);
  }
}

/** The button looks, and then puts away what was found. */
function setUpButton(finder: BlurFinder, button: HTMLButtonElement): void {
  button.addEventListener('click', () => {
    if (finder.isActive.peek()) finder.close();
    else finder.open();
  });
  element('finder').addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !finder.isActive.peek()) return;
    event.stopPropagation();
    finder.close();
    button.focus();
  });
  effect(() => {
    element('finder').hidden = !finder.input.value;
    button.textContent = finder.isActive.value ? words.cancel : words.find;
  });
}

function setUpCandidates(
  finder: BlurFinder,
  detail: Detail,
  take: (candidate: Candidate) => void,
): void {
  const list = element('blur-candidates');
  const cards = signal<readonly Card[]>([]);
  watch(
    () => finder.candidates.value,
    (candidates) => {
      cards.value = candidates.map((candidate) => new Card(candidate, take));
      list.hidden = candidates.length === 0;
      list.replaceChildren(...cards.value.map(({ item }) => item));
    },
  );
  effect(() => {
    const input = detail.input.value;
    const box = detail.window.value?.inner;
    const answers = [...detail.comparison.value];
    if (!input || !box || cards.value.length === 0) return;
    const before = cut(input, box);
    for (const card of cards.value)
      card.show(before, card.candidate.kind === 'none' ? before : answers.shift());
  });
}

const nameOf = ({ name, amount }: Candidate): string => words.named(name, amount);

function noteOf(finding: Finding): string {
  switch (finding.status) {
    case 'closed':
      return '';
    case 'found': {
      const found = words.found(nameOf(finding.best));
      return finding.goesOn ? words.goesOn(found) : found;
    }
    default:
      return words[finding.status];
  }
}
