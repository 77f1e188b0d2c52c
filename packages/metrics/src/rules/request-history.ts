/** Counters of requests. */
export interface RequestTotals {
  readonly errors: number;
  readonly total: number;
}

/** What was counted at a time, restarts evened out. */
interface Reading extends RequestTotals {
  readonly at: number;
}

const FINE_MS = 6 * 3_600_000;
const COARSE_MS = 3 * 86_400_000;
const COARSE_STEP_MS = 300_000;

/** Readings of rising counters, dense for six hours and one in five minutes for three days, in rings of fixed size. */
export class RequestHistory {
  readonly #fine: Ring;
  readonly #coarse = new Ring(COARSE_MS / COARSE_STEP_MS + 1);
  #first: Reading | undefined;
  #last: Reading | undefined;
  #raw: RequestTotals = { errors: 0, total: 0 };

  constructor(everyMs: number) {
    this.#fine = new Ring(Math.ceil(FINE_MS / everyMs) + 1);
  }

  /** Takes counters as they are read; one that fell has begun again from zero. */
  add(at: number, raw: RequestTotals): void {
    const last = this.#last;
    const reading = last === undefined ? { at, ...raw } : { at, ...this.#goneOn(last, raw) };
    // The reader's own object may go on counting.
    this.#raw = { ...raw };
    this.#last = reading;
    this.#first ??= reading;
    this.#fine.push(reading);
    const kept = this.#coarse.newest;
    if (kept === undefined || at - kept.at >= COARSE_STEP_MS) this.#coarse.push(reading);
  }

  /** What was counted in the last `ms`, or since the first reading when that is later. */
  within(ms: number): RequestTotals & { readonly tookMs: number } {
    const last = this.#last;
    if (last === undefined) return { errors: 0, total: 0, tookMs: 0 };
    const from = this.#readingAt(last.at - ms) ?? last;
    return { errors: last.errors - from.errors, total: last.total - from.total, tookMs: last.at - from.at };
  }

  #goneOn(last: Reading, { errors, total }: RequestTotals): RequestTotals {
    const restarted = errors < this.#raw.errors || total < this.#raw.total;
    const before = restarted ? { errors: 0, total: 0 } : this.#raw;
    return { errors: last.errors + errors - before.errors, total: last.total + total - before.total };
  }

  /** The newest reading not after `at`; the oldest there is when all are. */
  #readingAt(at: number): Reading | undefined {
    if (this.#first === undefined || at <= this.#first.at) return this.#first;
    return this.#fine.notAfter(at) ?? this.#coarse.notAfter(at) ?? this.#coarse.oldest ?? this.#first;
  }
}

/** The last readings, oldest overwritten first. */
class Ring {
  readonly #slots: Reading[] = [];
  readonly #capacity: number;
  #next = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get newest(): Reading | undefined {
    return this.#at(this.#slots.length - 1);
  }

  get oldest(): Reading | undefined {
    return this.#at(0);
  }

  push(reading: Reading): void {
    this.#slots[this.#next] = reading;
    this.#next = (this.#next + 1) % this.#capacity;
  }

  /** The newest reading not after `time`, by halving. */
  notAfter(time: number): Reading | undefined {
    let low = 0;
    let high = this.#slots.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const reading = this.#at(middle);
      if (reading !== undefined && reading.at <= time) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? undefined : this.#at(low - 1);
  }

  /** By age: 0 is the oldest. */
  #at(index: number): Reading | undefined {
    const begin = this.#slots.length < this.#capacity ? 0 : this.#next;
    return this.#slots[(begin + index) % this.#capacity];
  }
}
