import type { Run } from './handle-trips.ts';

/** Counts what the workers tell. */
export class Tally {
  readonly #ids = new Set<string>();
  readonly #visits = new Map<string, Run[]>();
  readonly #redelivered = new Map<string, number>();

  /** Jobs that were started. */
  get jobs(): number {
    return this.#ids.size;
  }

  /** Jobs that were in the hands of a worker that died, and were started again. */
  get redelivered(): number {
    return this.#redelivered.size;
  }

  /** Epoch milliseconds at which the last of them was started again. */
  get lastRedelivered(): number | undefined {
    return this.#redelivered.size === 0 ? undefined : Math.max(...this.#redelivered.values());
  }

  /** Visits of a city that were started after a later one of that city, in the order of their leases. */
  get outOfOrder(): number {
    let wrong = 0;
    for (const visits of this.#visits.values()) {
      let newest = 0;
      for (const { visit } of visits.sort((one, other) => (one.fence < other.fence ? -1 : 1))) {
        if (visit < newest) wrong += 1;
        newest = Math.max(newest, visit);
      }
    }
    return wrong;
  }

  add(runs: readonly Run[]): void {
    for (const run of runs) {
      this.#ids.add(run.id);
      if (run.redelivered && !this.#redelivered.has(run.id)) this.#redelivered.set(run.id, run.at);
      if (run.city === '') continue;
      const visits = this.#visits.get(run.city);
      if (visits === undefined) this.#visits.set(run.city, [run]);
      else visits.push(run);
    }
  }
}
