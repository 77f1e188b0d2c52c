interface Waiting {
  readonly alone: boolean;
  readonly admit: () => void;
}

/**
 * Writers go in and out; who closes the gate waits until the last of them is out, and keeps others out meanwhile. In the order
 * of asking: a stream of writers does not keep the gate open, as the lock queue of a database would not.
 */
export class WriteGate {
  readonly #queue: Waiting[] = [];
  #inside = 0;
  #closed = false;

  /** How many are inside. */
  get inside(): number {
    return this.#inside;
  }

  /** Resolves when the writer is inside; rejects with the reason of the signal. */
  enter(signal: AbortSignal): Promise<void> {
    return this.#wait(false, signal);
  }

  leave(): void {
    this.#inside -= 1;
    this.#admit();
  }

  /** Resolves when nobody is inside any more, and nobody comes in until `open`; rejects with the reason of the signal. */
  close(signal: AbortSignal): Promise<void> {
    return this.#wait(true, signal);
  }

  open(): void {
    this.#closed = false;
    this.#admit();
  }

  #wait(alone: boolean, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const giveUp = (): void => {
        this.#queue.splice(this.#queue.indexOf(waiting), 1);
        reject(signal.reason);
        this.#admit();
      };
      const waiting: Waiting = {
        alone,
        admit: () => {
          signal.removeEventListener('abort', giveUp);
          resolve();
        },
      };
      signal.addEventListener('abort', giveUp, { once: true });
      this.#queue.push(waiting);
      this.#admit();
    });
  }

  #admit(): void {
    for (let first = this.#queue[0]; first !== undefined && !this.#closed; first = this.#queue[0]) {
      if (first.alone && this.#inside > 0) return;
      this.#queue.shift();
      if (first.alone) this.#closed = true;
      else this.#inside += 1;
      first.admit();
    }
  }
}
