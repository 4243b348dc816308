// Improve in the panel: what was found, with a tick for each.

import { effect } from '@preact/signals-core';
import { create, element } from '../dom.js';
import type { AppState } from '../state/app-state.js';
import { watch } from '../state/watch.js';
import { improve as words } from '../words.js';
import type { Improver } from './improver.js';
import { REMEDIES, type Proposal, type Remedy } from './proposals.js';

export function setUpImprove(state: AppState, improver: Improver): void {
  const list = element('improve-list');
  const ticks = new Map(
    REMEDIES.map((remedy) => [remedy, new Tick((isTicked) => improver.tick(remedy, isTicked))]),
  );
  watch(
    () => improver.proposals.value,
    (proposals) => {
      list.hidden = proposals.length === 0;
      const items = proposals.map((proposal) => shown(ticks, proposal));
      // Items that stay keep the focus.
      for (const item of [...list.children]) if (!items.includes(item)) item.remove();
      items.forEach((item, i) => {
        if (list.children.item(i) !== item) list.insertBefore(item, list.children.item(i));
      });
    },
  );
  effect(() => {
    const ticked = improver.ticked.value;
    const isRunning = state.isRunning.value;
    for (const [remedy, tick] of ticks) tick.set(ticked.has(remedy), isRunning);
  });
  effect(() => {
    element('improve-note').textContent = noteOf(state, improver);
  });
}

function shown(ticks: ReadonlyMap<Remedy, Tick>, proposal: Proposal): Element {
  const tick = ticks.get(proposal.remedy);
  if (!tick) throw new Error(`There is no tick for ${proposal.remedy}.`);
  tick.show(proposal);
  return tick.item;
}

function noteOf(state: AppState, improver: Improver): string {
  const findings = improver.findings.value;
  if (!state.restorer.value) return words.waiting;
  const proposals = improver.proposals.value;
  if (proposals.some(({ isAdvised }) => isAdvised)) return words.found;
  if (!findings?.isComplete) return words.looking;
  return proposals.length > 0 ? words.offered : words.nothing;
}

class Tick {
  readonly item: HTMLLIElement;
  private readonly box = create('input', { type: 'checkbox' });
  private readonly title = create('b');
  private readonly note = create('small');

  constructor(change: (isTicked: boolean) => void) {
    this.box.addEventListener('change', () => change(this.box.checked));
    const text = create('span', {}, this.title, ' ', this.note);
    this.item = create('li', {}, create('label', { className: 'tick' }, this.box, text));
  }

  show({ title, note }: Proposal): void {
    this.title.textContent = title;
    this.note.textContent = note;
  }

  set(isTicked: boolean, isDisabled: boolean): void {
    this.box.checked = isTicked;
    this.box.disabled = isDisabled;
  }
}
