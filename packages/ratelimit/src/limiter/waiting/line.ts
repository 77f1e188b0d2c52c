import type { Clock, Timer } from '@xc/core';
import type { CallOp } from '../call-op.ts';
import type { Decided } from '../decided.ts';

/** One call in line. */
export class Waiter {
  readonly ops: readonly CallOp[];
  readonly #decide: () => Decided | Promise<Decided>;
  /** Monotonic. */
  readonly deadlineAt: number;
  previous: Waiter | undefined;
  next: Waiter | undefined;
  timer: Timer | undefined;
  unlisten: (() => void) | undefined;
  isIn = true;
  readonly promise: Promise<Decided>;
  resolve!: (decided: Decided) => void;
  reject!: (reason: unknown) => void;

  constructor(ops: readonly CallOp[], deadlineAt: number, decide: () => Decided | Promise<Decided>) {
    this.ops = ops;
    this.deadlineAt = deadlineAt;
    this.#decide = decide;
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  decide(): Decided | Promise<Decided> {
    return this.#decide();
  }
}

/** What a line needs of whoever keeps it. */
export interface LineParts {
  readonly clock: Clock;
  /** A decision that came when nobody wanted it any more. */
  unwanted(decided: Decided): void;
  /** Somebody has left. */
  left(): void;
  /** The last one has left. */
  empty(): void;
}

/** Waiters for the same keys, first come first served: only the first of them ever asks the store. */
export class Line {
  /** The last refusal, which answers those for whom there is no time to ask again. */
  refusal: Decided | undefined;
  size = 0;
  #head: Waiter | undefined;
  #tail: Waiter | undefined;
  #refused: readonly CallOp[] = [];
  /** Whoever wants as much as the refused one need not ask before. */
  #until = Number.NEGATIVE_INFINITY;
  #asleep: AbortController | undefined;
  #serving = false;
  readonly #parts: LineParts;

  constructor(parts: LineParts) {
    this.#parts = parts;
  }

  add(waiter: Waiter): void {
    waiter.previous = this.#tail;
    if (this.#tail === undefined) this.#head = waiter;
    else this.#tail.next = waiter;
    this.#tail = waiter;
    this.size++;
    if (!this.#serving) void this.#serve();
  }

  /** Takes a waiter out of the line, wherever it stands. */
  remove(waiter: Waiter): void {
    if (!waiter.isIn) return;
    waiter.isIn = false;
    waiter.timer?.cancel();
    waiter.unlisten?.();
    const { previous, next } = waiter;
    if (previous === undefined) this.#head = next;
    else previous.next = next;
    if (next === undefined) this.#tail = previous;
    else next.previous = previous;
    this.size--;
    this.#parts.left();
    if (previous === undefined) this.#asleep?.abort();
  }

  /** What was refused may be possible now. */
  wake(): void {
    this.#until = Number.NEGATIVE_INFINITY;
    this.#asleep?.abort();
  }

  /** Turns everybody away. */
  close(reason: unknown): void {
    while (this.#head !== undefined) {
      const { reject } = this.#head;
      this.remove(this.#head);
      reject(reason);
    }
  }

  async #serve(): Promise<void> {
    this.#serving = true;
    for (let head = this.#head; head !== undefined; head = this.#head) {
      try {
        await this.#serveHead(head);
      } catch (error) {
        this.remove(head);
        head.reject(error);
      }
    }
    this.#parts.empty();
  }

  async #serveHead(head: Waiter): Promise<void> {
    const { clock } = this.#parts;
    // From here on it is the time of the answer that decides.
    head.timer?.cancel();
    if (clock.monotonic() >= this.#until || !wantsAsMuch(head.ops, this.#refused)) {
      const askedAt = clock.monotonic();
      const decision = head.decide();
      const decided = isPromise(decision) ? await decision : decision;
      if (!head.isIn) return this.#parts.unwanted(decided);
      if (decided.allowed) {
        this.remove(head);
        return head.resolve(decided);
      }
      this.refusal = decided;
      this.#refused = head.ops;
      this.#until = askedAt + decided.retryAfterMs;
    }
    if (this.#until > head.deadlineAt) {
      this.remove(head);
      return head.resolve(this.refusal as Decided);
    }
    await this.#sleep(this.#until - clock.monotonic());
  }

  /** Until the time has come, or there is something else to do. */
  async #sleep(ms: number): Promise<void> {
    this.#asleep = new AbortController();
    try {
      // Held open: a script that waits for its turn must not end.
      await this.#parts.clock.sleep(ms, this.#asleep.signal);
    } catch {
      // Woken.
    } finally {
      this.#asleep = undefined;
    }
  }
}

function wantsAsMuch(ops: readonly CallOp[], refused: readonly CallOp[]): boolean {
  return refused.every(({ cost }, index) => (ops[index]?.cost ?? 0) >= cost);
}

function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof (value as Promise<T>).then === 'function';
}
