/** What goes on behind the callers' backs, counted so that it can be waited for. */
export class Background {
  readonly #running = new Set<Promise<unknown>>();
  readonly #max: number;
  #loads = 0;

  constructor(maxLoads: number) {
    this.#max = maxLoads;
  }

  /** Keeps count of work that never rejects. */
  track(work: Promise<unknown>): void {
    this.#running.add(work);
    void work.then(() => this.#running.delete(work));
  }

  /** Starts a load unless too many run. */
  load(start: () => Promise<unknown>): boolean {
    if (this.#loads >= this.#max) return false;
    this.#loads++;
    this.track(
      start().finally(() => {
        this.#loads--;
      }),
    );
    return true;
  }

  /** Resolves when nothing runs; what is started meanwhile is waited for as well. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }
}
