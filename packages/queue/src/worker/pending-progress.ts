/** What a handler told of its progress and was not yet sent: the last value wins. */
export class PendingProgress {
  value: Uint8Array | undefined;
  /** Shown to those who watch. */
  shown: unknown;
  /** Monotonic ms of the last one that was sent. */
  sentAt = Number.NEGATIVE_INFINITY;
  #waiting: { resolve(): void; reject(error: unknown): void }[] = [];

  get waits(): boolean {
    return this.value !== undefined;
  }

  /** Resolves when this value, or one that took its place, has been accepted. */
  put(value: Uint8Array, shown: unknown): Promise<void> {
    this.value = value;
    this.shown = shown;
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  /** Takes the value on its way; the settler is told whether it was accepted. */
  take(now: number): { readonly value: Uint8Array; readonly shown: unknown; settle(refusal: unknown): void } {
    const waiting = this.#waiting;
    const value = this.value as Uint8Array;
    this.#waiting = [];
    this.value = undefined;
    this.sentAt = now;
    return {
      value,
      shown: this.shown,
      settle(refusal) {
        for (const { resolve, reject } of waiting) refusal === undefined ? resolve() : reject(refusal);
      },
    };
  }
}
