// How a visitor opens a photo: file picker, drag and drop anywhere, paste.

import { element } from '../dom.js';
import { opening as words } from '../words.js';

interface OpenerEvents {
  readonly open: (files: readonly File[]) => void;
  /** Something without a file was dropped or pasted. */
  readonly refuse: (message: string) => void;
}

export function setUpOpeners(events: OpenerEvents): void {
  setUpPicker(events);
  setUpDrop(events);
  setUpPaste(events);
}

function setUpPicker({ open }: OpenerEvents): void {
  const picker = element('file', HTMLInputElement);
  for (const id of ['open-first', 'open-another'])
    element(id).addEventListener('click', () => picker.click());
  picker.addEventListener('change', () => {
    const files = [...(picker.files ?? [])];
    if (files.length > 0) open(files);
    picker.value = ''; // the same file can be chosen again
  });
}

function setUpDrop(events: OpenerEvents): void {
  const veil = element('veil');
  let depth = 0; // dragenter and dragleave come once for every element that is crossed
  const setDepth = (value: number): void => {
    depth = Math.max(0, value);
    veil.hidden = depth === 0;
  };
  window.addEventListener('dragenter', (event) => {
    if (holdsFiles(event)) setDepth(depth + 1);
  });
  window.addEventListener('dragleave', (event) => {
    if (holdsFiles(event)) setDepth(depth - 1);
  });
  window.addEventListener('dragover', (event) => event.preventDefault());
  window.addEventListener('drop', (event) => {
    event.preventDefault();
    setDepth(0);
    openFrom(event.dataTransfer, 'dropped', events);
  });
}

const holdsFiles = ({ dataTransfer }: DragEvent): boolean =>
  dataTransfer?.types.includes('Files') ?? false;

function setUpPaste(events: OpenerEvents): void {
  window.addEventListener('paste', (event) => {
    const { target, clipboardData } = event;
    const isTextField =
      target instanceof HTMLInputElement && ['number', 'text'].includes(target.type);
    if (isTextField && !clipboardData?.files.length) return;
    event.preventDefault();
    openFrom(clipboardData, 'pasted', events);
  });
}

/** Opens the pictures, or else the files. */
function openFrom(
  transfer: DataTransfer | null,
  verb: 'dropped' | 'pasted',
  { open, refuse }: OpenerEvents,
): void {
  const files = [...(transfer?.files ?? [])];
  const pictures = files.filter(({ type }) => type.startsWith('image/'));
  if (files.length > 0) open(pictures.length > 0 ? pictures : files);
  else refuse(words.nothing(verb));
}
