/** A metric whose series may be idle. */
export interface IdlingMetric {
  evictIdle(): void;
  sweep(): void;
}

/** How many label sets all metrics hold together, and whether there is room for one more. */
export class Census {
  readonly max: number;
  total = 0;
  readonly #idling = new Set<IdlingMetric>();

  constructor(max: number) {
    this.max = max;
  }

  get isFull(): boolean {
    return this.total >= this.max;
  }

  /** Series of this metric may go when they are idle. */
  mayIdle(metric: IdlingMetric): void {
    this.#idling.add(metric);
  }

  /** Lets idle series of any metric go. */
  evictIdle(): void {
    for (const metric of this.#idling) metric.evictIdle();
  }

  /** Looks which series were written since the last scrape, and lets go those that were not for too long. */
  sweep(): void {
    for (const metric of this.#idling) metric.sweep();
  }
}
