const mostTypes = 200;

/** Label values for job types: above 200 of them the rest are `other`, so that series stay few. */
export class TypeLabels {
  readonly #known = new Set<string>();

  of(type: string): string {
    if (this.#known.has(type)) return type;
    if (this.#known.size >= mostTypes) return 'other';
    this.#known.add(type);
    return type;
  }
}
