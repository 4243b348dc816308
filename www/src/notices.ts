// Notices: errors and news, each with at most one action. An error stays until it is dismissed or
// another one replaces it. Nothing else on the page changes.

import { EpsError } from 'eps-restore';
import { failures, page } from './words.js';
import { create, createButton, createIcon, element } from './dom.js';

interface Notice {
  readonly kind: 'error' | 'info';
  readonly title: string;
  readonly text?: string;
  readonly action?: { readonly label: string; readonly run: () => void };
}

/** How long an `info` notice stays, in milliseconds. */
const INFO_DURATION = 8000;

export function notify({ kind, title, text, action }: Notice): void {
  const list = element('notices');
  if (kind === 'error') for (const old of list.querySelectorAll('.error')) old.remove();
  const body = create('div', {}, create('strong', { textContent: title }));
  if (text) body.append(create('p', { textContent: text }));
  const close = create(
    'button',
    { type: 'button', className: 'tool', ariaLabel: page.dismiss },
    createIcon('close'),
  );
  const notice = create(
    'div',
    { className: `notice ${kind}`, role: kind === 'error' ? 'alert' : 'status' },
    body,
    close,
  );
  const dismiss = (): void => notice.remove();
  if (action) {
    const press = (): void => {
      dismiss();
      action.run();
    };
    body.append(createButton(action.label, press));
  }
  close.addEventListener('click', dismiss);
  notice.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') dismiss();
  });
  list.append(notice);
  if (kind === 'info') setTimeout(dismiss, INFO_DURATION);
}

export function notifyInfo(title: string): void {
  notify({ kind: 'info', title });
}

/** What an error says to the visitor. */
export function messageOf(error: unknown): string {
  if (error instanceof EpsError) return failures.text(error.code, error.message);
  return error instanceof Error ? error.message : String(error);
}
