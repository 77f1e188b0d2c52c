// Of each new figure: about the last ten count.
const weight = 0.2;
const aheadMs = 5;
const most = 200;

/** How many jobs to lease ahead of their start: a given number, or what the handlers start within about 5 ms. */
export class Prefetch {
  readonly #fixed: number | undefined;
  #runMs: number | undefined;

  /** @param strict - Lanes are in strict order: what is ahead would overtake a higher lane, so `auto` is none. */
  constructor(option: number | 'auto', strict: boolean) {
    this.#fixed = option === 'auto' ? (strict ? 0 : undefined) : option;
  }

  /** A handler took so long. */
  ran(ms: number): void {
    this.#runMs = this.#runMs === undefined ? ms : this.#runMs + (ms - this.#runMs) * weight;
  }

  /** How many jobs may be leased and not started while so many handlers run. */
  size(handlers: number): number {
    if (this.#fixed !== undefined) return this.#fixed;
    if (this.#runMs === undefined) return 0;
    return Math.min(most, Math.floor((handlers * aheadMs) / Math.max(this.#runMs, 0.001)));
  }
}
