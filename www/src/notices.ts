// Notices: what went wrong or what was done, with at most one action. They stay until dismissed,
// and nothing else is touched.

import { byId, element, icon } from './dom';

interface Notice {
  readonly kind: 'error' | 'info';
  readonly title: string;
  readonly text?: string;
  readonly action?: { readonly label: string; readonly run: () => void };
}

/** How long a notice that is no error stays, in milliseconds. */
const INFO_STAYS = 8000;

export function notify({ kind, title, text, action }: Notice): void {
  const box = byId('notices');
  if (kind === 'error') for (const old of box.querySelectorAll('.error')) old.remove();
  const close = element(
    'button',
    { type: 'button', className: 'tool', ariaLabel: 'Dismiss this notice' },
    icon('close'),
  );
  const words = element('div', {}, element('strong', { textContent: title }));
  if (text) words.append(element('p', { textContent: text }));
  const notice = element(
    'div',
    { className: `notice ${kind}`, role: kind === 'error' ? 'alert' : 'status' },
    words,
  );
  const dismiss = (): void => notice.remove();
  if (action) {
    const act = element('button', {
      type: 'button',
      className: 'button',
      textContent: action.label,
    });
    act.addEventListener('click', () => {
      dismiss();
      action.run();
    });
    words.append(act);
  }
  close.addEventListener('click', dismiss);
  notice.addEventListener('keydown', (event) => event.key === 'Escape' && dismiss());
  notice.append(close);
  box.append(notice);
  if (kind === 'info') setTimeout(dismiss, INFO_STAYS);
}
