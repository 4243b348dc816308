// The first script of the page: it settles the language before anything is said.

import { languageSettled } from './language.js';

void languageSettled().then(() => import(/* webpackMode: "eager" */ './main.js'));
