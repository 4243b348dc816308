// Finds and makes the page's elements. Those with an id are written in index.html; a mismatch
// between the two is an error.

import { memberOf } from './vocabulary.js';

/** The element with this id, which must be of the given class. */
export function element(id: string): HTMLElement;
export function element<T extends Element>(id: string, type: new () => T): T;
export function element(id: string, type: new () => Element = HTMLElement): Element {
  const found = document.getElementById(id);
  if (!found) throw new Error(`index.html has no element #${id}.`);
  const { tagName } = found;
  if (!(found instanceof type)) throw new Error(`#${id} is a ${tagName}, not a ${type.name}.`);
  return found;
}

/** The radio buttons of one name. */
export function radios(name: string): HTMLInputElement[] {
  return [...document.querySelectorAll<HTMLInputElement>(`input[type="radio"][name="${name}"]`)];
}

/** Checks the radio button of this name that has this value. */
export function checkRadio(name: string, value: string): void {
  for (const radio of radios(name)) radio.checked = radio.value === value;
}

/** Calls `choose` when the visitor checks a radio button of this name. */
export function onChoice<T extends string | number>(
  name: string,
  values: readonly T[],
  choose: (value: T) => void,
): void {
  for (const radio of radios(name)) {
    const value = knownValue(values, radio.value, name);
    radio.addEventListener('change', () => {
      if (radio.checked) choose(value);
    });
  }
}

/** The chosen value of a select element. */
export function selectedValue<T extends string | number>(
  select: HTMLSelectElement,
  values: readonly T[],
): T {
  return knownValue(values, select.value, select.id);
}

function knownValue<T extends string | number>(
  values: readonly T[],
  text: string,
  name: string,
): T {
  const value = memberOf(values, text);
  if (value === undefined)
    throw new Error(`“${text}” in index.html is no value of “${name}”: ${values.join(', ')}.`);
  return value;
}

export function create<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Partial<HTMLElementTagNameMap[K]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const created = Object.assign(document.createElement(tag), properties);
  created.append(...children);
  return created;
}

/** A button with a text. */
export function createButton(text: string, press: () => void): HTMLButtonElement {
  const button = create('button', { type: 'button', className: 'button', textContent: text });
  button.addEventListener('click', press);
  return button;
}

/** An icon of the sprite in index.html. */
export function createIcon(name: string): SVGSVGElement {
  const namespace = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(namespace, 'svg');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(namespace, 'use');
  use.setAttribute('href', `#icon-${name}`);
  svg.append(use);
  return svg;
}
