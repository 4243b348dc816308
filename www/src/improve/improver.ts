// Improve: what was found in the photo, what of it the visitor has ticked, and the steps of a run.

import { batch, computed, effect, signal } from '@preact/signals-core';
import { Mask } from '../picture/mask.js';
import type { Photo } from '../picture/photo.js';
import type { AppState } from '../state/app-state.js';
import { latestAnswer } from '../state/latest-answer.js';
import type { Step } from '../state/settings.js';
import { watch } from '../state/watch.js';
import type { Findings } from './findings.js';
import { look, type LookQuestion } from './look.js';
import { proposalsFor, recipeFor, type Remedy } from './proposals.js';

export class Improver {
  private readonly latest = signal<{ photo: Photo; findings: Findings } | undefined>(undefined);
  /** What the visitor has ticked or unticked. */
  private readonly changed = signal<ReadonlyMap<Remedy, boolean>>(new Map());

  constructor(private readonly state: AppState) {
    const ask = (question: LookQuestion, abort: AbortSignal): Promise<void> =>
      look(question, abort, (findings) => {
        const { photo } = question;
        const { scratches } = findings;
        batch(() => {
          if (scratches) {
            const mask = new Mask(photo.pixels, scratches.bits);
            state.foundScratches.value = { photo, mask };
          }
          this.latest.value = { photo, findings };
        });
      });
    latestAnswer(this.question, ask);
    watch(
      () => state.photo.value,
      () => {
        this.changed.value = new Map();
      },
    );
    effect(() => this.follow(this.recipe.value));
  }

  /** What is found so far. */
  readonly findings = computed((): Findings | undefined => {
    const latest = this.latest.value;
    return latest && latest.photo === this.state.photo.value ? latest.findings : undefined;
  });

  private readonly question = computed((): LookQuestion | undefined => {
    const { isImproving } = this.state;
    const restorer = this.state.restorer.value;
    const photo = this.state.photo.value;
    const isWanted = isImproving.value && !this.findings.value?.isComplete;
    return photo && restorer && isWanted ? this.questionOf(restorer, photo) : undefined;
  });

  readonly proposals = computed(() => {
    const findings = this.findings.value;
    return findings ? proposalsFor(findings) : [];
  });

  readonly ticked = computed(
    (): ReadonlySet<Remedy> =>
      new Set(
        this.proposals.value
          .filter(({ remedy, isAdvised }) => this.changed.value.get(remedy) ?? isAdvised)
          .map(({ remedy }) => remedy),
      ),
  );

  private readonly recipe = computed((): readonly Step[] => {
    const findings = this.findings.value;
    return findings ? recipeFor(findings, this.ticked.value) : [];
  });

  tick(remedy: Remedy, isTicked: boolean): void {
    this.changed.value = new Map(this.changed.peek()).set(remedy, isTicked);
    this.state.chosenView.value = 'photo';
  }

  private asked: LookQuestion | undefined;

  /** The same object for the same question: a finding does not begin the look anew. */
  private questionOf(restorer: LookQuestion['restorer'], photo: Photo): LookQuestion {
    if (this.asked?.restorer !== restorer || this.asked.photo !== photo)
      this.asked = { restorer, photo };
    return this.asked;
  }

  /** Steps that stay the same are not restored again. */
  private follow(recipe: readonly Step[]): void {
    const { state } = this;
    const isSame = JSON.stringify(recipe) === JSON.stringify(state.recipe.peek());
    if (!isSame) state.recipe.value = recipe;
  }
}
