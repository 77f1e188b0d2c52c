import type { Family } from './family.ts';

/** How many label sets all metrics hold together, and whether there is room for one more. */
export class Census {
  readonly max: number;
  total = 0;
  readonly #idling = new Set<Family>();

  constructor(max: number) {
    this.max = max;
  }

  get isFull(): boolean {
    return this.total >= this.max;
  }

  /** Series of this metric may go when they are idle. */
  mayIdle(family: Family): void {
    this.#idling.add(family);
  }

  /** Lets idle series of any metric go. */
  evictIdle(): void {
    for (const family of this.#idling) family.evictIdle();
  }

  /** Looks which series were written since the last scrape, and lets go those that were not for too long. */
  sweep(): void {
    for (const family of this.#idling) family.sweep();
  }
}
