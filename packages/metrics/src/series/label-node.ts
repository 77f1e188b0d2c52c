import type { SeriesOwner, Twig } from './twig.ts';

/**
 * An inner node of the tree. Each label is one level, so two different lists of values can never meet, whatever is in them.
 *
 * There may be one for each series, so it has as few fields as can be: one child stands for itself, and only two make a map.
 */
export class LabelNode implements Twig {
  readonly parent: LabelNode | SeriesOwner;
  readonly label: string;
  #below: Twig | Map<string, Twig> | undefined = undefined;

  constructor(parent: LabelNode | SeriesOwner, label: string) {
    this.parent = parent;
    this.label = label;
  }

  child(label: string): Twig | undefined {
    const below = this.#below;
    if (below === undefined) return undefined;
    if (below instanceof Map) return below.get(label);
    return below.label === label ? below : undefined;
  }

  get isEmpty(): boolean {
    return this.#below === undefined;
  }

  put(twig: Twig): void {
    const below = this.#below;
    if (below === undefined) this.#below = twig;
    else if (below instanceof Map) below.set(twig.label, twig);
    else {
      this.#below = new Map([
        [below.label, below],
        [twig.label, twig],
      ]);
    }
  }

  take(label: string): void {
    const below = this.#below;
    if (below instanceof Map && below.delete(label) && below.size > 0) return;
    this.#below = undefined;
  }
}
