// The results of a queue in one file. Pictures are compressed already: they are stored as they are.

import { queue as words } from '../words.js';

export async function zipOf(files: readonly File[]): Promise<File> {
  const { downloadZip } = await import(/* webpackChunkName: "zip" */ 'client-zip');
  const blob = await downloadZip(withOwnNames(files)).blob();
  return new File([blob], words.zipName, { type: 'application/zip' });
}

/** Photos from different folders may have the same name. */
export function withOwnNames(files: readonly File[]): { name: string; input: File }[] {
  const taken = new Set<string>();
  return files.map((input) => {
    let { name } = input;
    for (let count = 2; taken.has(name); count++)
      name = input.name.replace(/(\.[^.]*)?$/, (extension) => ` (${count})${extension}`);
    taken.add(name);
    return { name, input };
  });
}
