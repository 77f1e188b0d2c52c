/** A borrower as the model sees it. */
export interface ModelWaiter {
  readonly name: number;
  readonly level: number;
}

/**
 * What a pool must do, in the plainest words: arrays, no deadlines, everything at once. Resources are numbers. Grows only for
 * who waits; hands what comes back to the first of the lowest level.
 */
export class NaivePool {
  max: number;
  failing = false;
  /** Last in, first out. */
  idle: number[] = [];
  /** Owner by resource. */
  readonly lent = new Map<number, number>();
  readonly waiting: ModelWaiter[] = [];
  readonly refused: number[] = [];
  /** Resources of an older generation. */
  stale = new Set<number>();
  #lastId = 0;

  constructor(max: number) {
    this.max = max;
  }

  get size(): number {
    return this.idle.length + this.lent.size;
  }

  acquire(name: number, level: number): void {
    this.waiting.push({ name, level });
    this.serve();
  }

  release(id: number): void {
    this.lent.delete(id);
    const gone = this.stale.delete(id) || this.size + 1 > this.max;
    if (!gone) this.idle.push(id);
    this.serve();
  }

  close(id: number): void {
    this.lent.delete(id);
    this.stale.delete(id);
    this.idle = this.idle.filter((other) => other !== id);
    this.serve();
  }

  abort(name: number): void {
    const at = this.waiting.findIndex((waiter) => waiter.name === name);
    if (at >= 0) this.waiting.splice(at, 1);
  }

  clear(): void {
    this.idle = [];
    for (const id of this.lent.keys()) this.stale.add(id);
    this.serve();
  }

  resize(max: number): void {
    this.max = max;
    while (this.size > max && this.idle.length > 0) this.idle.shift();
    this.serve();
  }

  serve(): void {
    while (this.waiting.length > 0) {
      const id = this.idle.pop() ?? this.#open();
      if (id === undefined) return;
      const level = Math.min(...this.waiting.map((waiter) => waiter.level));
      const [waiter] = this.waiting.splice(
        this.waiting.findIndex((one) => one.level === level),
        1,
      );
      this.lent.set(id, waiter?.name ?? 0);
    }
  }

  #open(): number | undefined {
    return this.size < this.max && !this.failing ? ++this.#lastId : undefined;
  }
}
