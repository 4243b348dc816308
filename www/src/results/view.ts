// What a result brings with it: the strip, its strength, another variant, and saving.

import type { AppState } from '../state/app-state.js';
import { setUpAnother } from './another.js';
import { setUpSave, type SaveEvents } from './save.js';
import { setUpStrengthBar } from './strength-bar.js';
import { setUpStrip } from './strip.js';

/** @param startAnother draws another variant. */
export function setUpResults(state: AppState, startAnother: () => void, saved: SaveEvents): void {
  setUpStrip(state);
  setUpStrengthBar(state);
  setUpAnother(state, startAnother);
  setUpSave(state, saved);
}
