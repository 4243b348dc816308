// The page's elements are written in index.html; this finds them, and fails loudly where the two
// have drifted apart.

export function byId<T extends Element = HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (!element) throw new Error(`index.html has no element #${id}`);
  return element as unknown as T;
}

export const input = (id: string): HTMLInputElement => byId<HTMLInputElement>(id);
export const select = (id: string): HTMLSelectElement => byId<HTMLSelectElement>(id);
export const button = (id: string): HTMLButtonElement => byId<HTMLButtonElement>(id);
export const canvas = (id: string): HTMLCanvasElement => byId<HTMLCanvasElement>(id);

/** The radio buttons of one name. */
export function radios(name: string): HTMLInputElement[] {
  return [...document.querySelectorAll<HTMLInputElement>(`input[type="radio"][name="${name}"]`)];
}

export function check(name: string, value: string): void {
  for (const radio of radios(name)) radio.checked = radio.value === value;
}

export function onPick(name: string, picked: (value: string) => void): void {
  for (const radio of radios(name))
    radio.addEventListener('change', () => radio.checked && picked(radio.value));
}

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Partial<HTMLElementTagNameMap[K]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

export function icon(name: string): SVGSVGElement {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(space, 'use');
  use.setAttribute('href', `#icon-${name}`);
  svg.append(use);
  return svg;
}
