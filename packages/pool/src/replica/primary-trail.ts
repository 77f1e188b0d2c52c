import type { ReplicationView } from './replication-view.ts';

/** Minutes of probes; a replica that is further behind is stale by any measure. */
const MOST_STEPS = 256;

/**
 * Where the primary was, and when. A replica that was cut off has replayed all that it received and says that it lags by
 * nothing; what the primary has written since tells better.
 */
export class PrimaryTrail {
  readonly #compare: ReplicationView<never>['compare'];
  readonly #steps: { readonly at: number; readonly position: string }[] = [];

  constructor(compare: ReplicationView<never>['compare']) {
    this.#compare = compare;
  }

  add(at: number, position: string): void {
    if (this.#steps.at(-1)?.position === position) return;
    this.#steps.push({ at, position });
    if (this.#steps.length > MOST_STEPS) this.#steps.shift();
  }

  /** A new primary begins a new trail: what was lost with the old one is nobody's lag. */
  clear(): void {
    this.#steps.length = 0;
  }

  /** How long ago the primary was seen past this position for the first time. */
  lagMs(position: string, now: number): number {
    // The trail only goes forward, so the first step past the position is found by halving.
    let [low, high] = [0, this.#steps.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#isPast(middle, position)) high = middle;
      else low = middle + 1;
    }
    const step = this.#steps[low];
    return step === undefined ? 0 : now - step.at;
  }

  #isPast(index: number, position: string): boolean {
    const step = this.#steps[index];
    return step !== undefined && !(this.#compare(position, step.position) >= 0);
  }
}
