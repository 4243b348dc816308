// index.html in each language, for webpack.config.js: nothing of the page imports this.

import html from '../../index.html';
import { markup as english, WORDS } from '../words.js';
import { fillIn } from './fill-in.js';
import { markup as german, words as germanWords } from './german.js';

interface TemplateParameters {
  readonly htmlWebpackPlugin: { readonly options: { readonly language: 'en' | 'de' } };
}

export default function pageTemplate({ htmlWebpackPlugin }: TemplateParameters): string {
  return htmlWebpackPlugin.options.language === 'de'
    ? fillIn(html, german, germanWords)
    : fillIn(html, english, WORDS);
}
