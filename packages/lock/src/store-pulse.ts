/** A question that is younger says nothing of its store, in ms. */
const PATIENCE_MS = 50;

/** Whether a store is silent, or only as slow as it always is. One for all who ask the same store. */
export class StorePulse {
  #lastMs = 0;

  /** An answer has come. */
  answered(afterMs: number): void {
    this.#lastMs = afterMs;
  }

  /** Whether a question that was asked so long ago, of which somebody waits `waitMs`, should have been answered. */
  isSilent(afterMs: number, waitMs: number): boolean {
    return afterMs >= Math.max(Math.min(PATIENCE_MS, waitMs / 2), 2 * this.#lastMs);
  }
}
