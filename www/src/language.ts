// The page's language: each has a page of its own. The first visit goes to what the browser
// prefers; the link to the other language keeps the visitor's choice.

import { element } from './dom.js';
import { speak } from './words.js';

type Language = 'en' | 'de';

const STORED = 'eps-restore-language';
const GERMAN_PAGE = 'de.html';

/** The first of the visitor's languages that the page speaks. */
export function languageFor(preferred: readonly string[]): Language {
  const known = preferred.map((tag) => tag.slice(0, 2).toLowerCase());
  return known.find((tag): tag is Language => tag === 'en' || tag === 'de') ?? 'en';
}

/** Resolves once the scripts speak the language of the page, unless another page opens. */
export async function languageSettled(): Promise<void> {
  const isGerman = document.documentElement.lang === 'de';
  if (isGerman) {
    const { words } = await import(/* webpackChunkName: "german" */ './words/german.js');
    speak(words);
  } else if ((stored() ?? languageFor(navigator.languages)) === 'de') {
    location.replace(`${GERMAN_PAGE}${location.search}${location.hash}`);
    await new Promise(() => undefined); // this page is left
  }
  element('language').addEventListener('click', () => store(isGerman ? 'en' : 'de'));
}

/** Some browsers lock the storage. */
function stored(): string | null {
  try {
    return localStorage.getItem(STORED);
  } catch {
    return null;
  }
}

function store(language: Language): void {
  try {
    localStorage.setItem(STORED, language);
  } catch {
    // the choice holds for this page alone
  }
}
