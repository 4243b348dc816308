// “Open a kernel file”: a picture of the blur, from a deblurring paper or another program.

import { effect } from '@preact/signals-core';
import { element } from '../dom.js';
import { decodePhoto, PhotoError } from '../picture/photo.js';
import type { AppState } from '../state/app-state.js';
import type { OwnKernel } from '../state/settings.js';
import { blur as words } from '../words.js';
import { kernelOf, MOST_SIDE } from './kernel-picture.js';

/** @param failed tells the visitor why a file is no kernel. */
export function setUpKernelFile(state: AppState, failed: (error: unknown) => void): void {
  const picker = element('kernel-file', HTMLInputElement);
  let latest: File | undefined;
  const open = async (file: File): Promise<void> => {
    latest = file;
    const kernel = await kernelIn(file);
    // The visitor may have opened another one meanwhile.
    if (latest === file) state.changeSettings({ blur: 'file', kernel });
  };
  element('kernel-open').addEventListener('click', () => picker.click());
  picker.addEventListener('change', () => {
    const file = picker.files?.[0];
    if (file) open(file).catch(failed);
    picker.value = ''; // the same file can be chosen again
  });
  effect(() => {
    const { blur, kernel } = state.settings.value;
    element('blur-file').hidden = !kernel;
    element('blur-file-text').textContent = kernel?.name === undefined ? words.own : words.file;
    const isUsed = kernel && blur === 'file';
    element('kernel-file-text').textContent = isUsed ? originOf(kernel) : '';
  });
}

const originOf = (kernel: OwnKernel): string =>
  kernel.name === undefined ? words.fromPhoto(kernel) : words.fromFile(kernel.name, kernel);

/** @throws PhotoError if there is none. */
async function kernelIn(file: File): Promise<OwnKernel> {
  const { name } = file;
  const { pixels } = await decodePhoto(file, name);
  const kernel = kernelOf(pixels);
  if (kernel === 'black') throw new PhotoError(words.black(name));
  if ('tooLarge' in kernel) throw new PhotoError(words.tooLarge(name, kernel.tooLarge, MOST_SIDE));
  return { ...kernel, name };
}
