/** How long something took, and how much of that is its own. */
export interface Taken {
  readonly totalMs: number;
  readonly selfMs: number;
}

/** A stretch of time, and how much of it is covered by what lies directly inside; what overlaps inside covers once. */
export class Stretch {
  readonly #from: number;
  readonly #outer: Stretch | undefined;
  #over = false;
  #inside = 0;
  #coveredFrom = 0;
  #coveredMs = 0;

  constructor(now: number, outer: Stretch | undefined) {
    this.#from = now;
    this.#outer = outer;
    outer?.enter(now);
  }

  /** Ends it; what still runs inside covers it until now. */
  end(now: number): Taken {
    if (this.#inside > 0) this.#coveredMs += now - this.#coveredFrom;
    this.#over = true;
    this.#outer?.leave(now);
    const totalMs = now - this.#from;
    return { totalMs, selfMs: Math.max(0, totalMs - this.#coveredMs) };
  }

  private enter(now: number): void {
    if (this.#inside === 0) this.#coveredFrom = now;
    this.#inside += 1;
  }

  private leave(now: number): void {
    this.#inside -= 1;
    if (this.#inside === 0 && !this.#over) this.#coveredMs += now - this.#coveredFrom;
  }
}
