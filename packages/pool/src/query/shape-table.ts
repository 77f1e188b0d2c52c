import { type QueryRank, type QueryShape, ShapeTally } from './query-shape.ts';

const OTHER = 'other';

/** The shapes that have been seen, a limited number of them; what no longer fits is added up as `other`. */
export class ShapeTable {
  readonly #maxShapes: number;
  readonly #tallies = new Map<string, ShapeTally>();
  readonly #other = new ShapeTally(OTHER, OTHER);

  constructor(maxShapes: number) {
    this.#maxShapes = maxShapes;
  }

  /** `known` is where the statement was found last time: it is still counted there, unless it was folded away since. */
  add(known: ShapeTally, tookMs: number, failed: boolean, slow: boolean): void {
    const tally = this.#tallies.get(known.shape) ?? this.#admit(known);
    tally.add(tookMs, failed, slow);
  }

  top(by: QueryRank, count: number): readonly QueryShape[] {
    const figure = figures[by];
    const views = [...this.#tallies.values(), this.#other]
      .filter((tally) => tally.count > 0)
      .map((tally) => tally.view());
    return views.sort((one, other) => figure(other) - figure(one)).slice(0, count);
  }

  #admit({ shape, operation }: ShapeTally): ShapeTally {
    if (this.#tallies.size >= this.#maxShapes) this.#foldLeastUsed();
    const tally = new ShapeTally(shape, operation);
    this.#tallies.set(shape, tally);
    return tally;
  }

  /** Of several used equally little, the one known the longest. */
  #foldLeastUsed(): void {
    let least: ShapeTally | undefined;
    for (const tally of this.#tallies.values()) if (tally.count < (least?.count ?? Infinity)) least = tally;
    if (least === undefined) return;
    this.#tallies.delete(least.shape);
    this.#other.merge(least);
  }
}

const figures: Readonly<Record<QueryRank, (shape: QueryShape) => number>> = {
  total: (shape) => shape.totalMs,
  mean: (shape) => shape.meanMs,
  max: (shape) => shape.maxMs,
  count: (shape) => shape.count,
  errors: (shape) => shape.errors,
};

/** The ways in which `top` can sort. */
export const queryRanks = Object.keys(figures) as readonly QueryRank[];
