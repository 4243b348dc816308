// What changes the whole mask: its menu, and the search for scratches.

import type { MaskEditor } from '../painting/editor.js';
import { setUpMaskMenu } from '../painting/mask-menu.js';
import type { AppState } from '../state/app-state.js';
import { setUpScratchButton } from './button.js';

export function setUpMaskTools(
  state: AppState,
  editor: MaskEditor,
  failed: (error: unknown) => void,
): void {
  setUpMaskMenu(state, editor, failed);
  setUpScratchButton(state, editor, failed);
}
