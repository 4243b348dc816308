// The ways a visitor brings a photo: file picker, drag and drop anywhere, paste.

import { byId, button, input } from './dom';

type Bring = (blob: Blob, name: string) => void;

export function setUpOpeners(bring: Bring, refuse: (message: string) => void): void {
  const file = input('file');
  for (const id of ['open-first', 'open-another'])
    button(id).addEventListener('click', () => file.click());
  file.addEventListener('change', () => {
    const chosen = file.files?.[0];
    if (chosen) bring(chosen, chosen.name);
    file.value = ''; // so that the same file can be chosen again
  });

  const take = (transfer: DataTransfer | null, how: string): void => {
    const files = [...(transfer?.files ?? [])];
    const chosen = files.find((candidate) => candidate.type.startsWith('image/')) ?? files[0];
    if (chosen) bring(chosen, chosen.name);
    else
      refuse(
        `There was no picture in what you ${how}. A picture file, or a copied picture, works.`,
      );
  };

  const veil = byId('veil');
  let inside = 0; // dragenter and dragleave come once for every element crossed
  const holdsFiles = (event: DragEvent): boolean =>
    event.dataTransfer?.types.includes('Files') ?? false;
  window.addEventListener('dragenter', (event) => {
    if (!holdsFiles(event)) return;
    inside++;
    veil.hidden = false;
  });
  window.addEventListener('dragleave', (event) => {
    if (!holdsFiles(event)) return;
    inside = Math.max(0, inside - 1);
    if (inside === 0) veil.hidden = true;
  });
  window.addEventListener('dragover', (event) => event.preventDefault());
  window.addEventListener('drop', (event) => {
    event.preventDefault();
    inside = 0;
    veil.hidden = true;
    take(event.dataTransfer, 'dropped');
  });

  window.addEventListener('paste', (event) => {
    const intoField =
      event.target instanceof HTMLInputElement && ['number', 'text'].includes(event.target.type);
    if (intoField && !event.clipboardData?.files.length) return;
    event.preventDefault();
    take(event.clipboardData, 'pasted');
  });
}
