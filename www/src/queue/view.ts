// The queue in the panel: its photos with their progress, and the zip.

import { effect } from '@preact/signals-core';
import { create, element } from '../dom.js';
import { download } from '../results/download.js';
import { setUpLocationTick } from '../results/location-tick.js';
import type { EngineHost } from '../run/engine.js';
import type { AppState } from '../state/app-state.js';
import { watch } from '../state/watch.js';
import { queue as words } from '../words.js';
import { Queue, type ItemState, type QueueEvents } from './queue.js';
import { zipOf } from './zip.js';

/** What stays in sight above the photo that is restored, in pixels. */
const ABOVE = 60;

export function setUpQueue(state: AppState, host: EngineHost, events: QueueEvents): Queue {
  const queue = new Queue(state, host, events);
  const start = element('queue-start', HTMLButtonElement);
  const saveButton = element('queue-save', HTMLButtonElement);
  const save = async (): Promise<void> => {
    download(await zipOf(queue.results.peek()));
    queue.markSaved();
  };
  start.addEventListener('click', () => {
    queue
      .start()
      .then((isComplete) => (isComplete ? save() : undefined))
      .catch(events.zipFailed);
  });
  saveButton.addEventListener('click', () => void save().catch(events.zipFailed));
  element('queue-close').addEventListener('click', () => queue.close());
  setUpList(queue);
  setUpLocationTick(state, 'queue-location', queue.files);
  effect(() => {
    const count = queue.files.value.length;
    element('queue').hidden = count === 0;
    element('queue-title').textContent = words.title(count);
    element('queue-note').textContent = queue.obstacle.value || words.note;
    start.textContent = words.start(count);
    start.disabled = state.isRunning.value || queue.obstacle.value !== '';
  });
  effect(() => {
    const count = queue.results.value.length;
    saveButton.hidden = count === 0 || queue.isRunning.value;
    saveButton.textContent = words.save(count);
  });
  return queue;
}

function setUpList(queue: Queue): void {
  const list = element('queue-list');
  let rows: Row[] = [];
  watch(
    () => queue.files.value,
    (files) => {
      rows = files.map(({ name }) => new Row(name));
      list.replaceChildren(...rows.map(({ item }) => item));
    },
  );
  watch(
    () => queue.items.value,
    (items) => items.forEach((item, i) => rows[i]?.show(item)),
  );
}

class Row {
  readonly item: HTMLLIElement;
  private readonly status = create('span');
  private readonly bar = create('progress', { max: 1, hidden: true });
  private shown: ItemState | undefined;

  constructor(name: string) {
    this.bar.setAttribute('aria-hidden', 'true'); // the status says it
    const title = create('span', { className: 'queue-name', textContent: name, title: name });
    this.item = create('li', {}, title, ' ', this.status, this.bar);
  }

  show(item: ItemState): void {
    if (item === this.shown) return;
    this.shown = item;
    this.item.className = item.status;
    this.status.textContent = textOf(item);
    this.bar.hidden = item.status !== 'running';
    if (item.status !== 'running') return;
    this.bar.value = item.fraction;
    // The list alone: the page stays where the visitor looks.
    if (item.fraction === 0)
      this.item.parentElement?.scrollTo({ top: this.item.offsetTop - ABOVE });
  }
}

function textOf(item: ItemState): string {
  switch (item.status) {
    case 'waiting':
      return words.waiting;
    case 'running':
      return words.running(item.fraction);
    case 'done':
      return words.done;
    case 'failed':
      return item.reason;
  }
}
