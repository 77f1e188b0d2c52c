import { Quantiles } from './quantiles.ts';

/** What a pool went through in a stretch of time. */
export interface Load {
  readonly perSecond: number;
  /** Mean of the loans that ended; 0 when none did. */
  readonly usageMs: number;
  readonly returns: number;
  readonly elapsedMs: number;
}

// Figures for advice are those of the last one to two windows.
const windowMs = 10_000;

class Window {
  readonly since: number;
  readonly arrivals: number;
  readonly returns: number;
  readonly usageMs: number;

  constructor(since: number, arrivals: number, returns: number, usageMs: number) {
    this.since = since;
    this.arrivals = arrivals;
    this.returns = returns;
    this.usageMs = usageMs;
  }
}

/** How many borrowers come, and how long they keep what they get. */
export class LoadMeter {
  readonly usage = new Quantiles();
  /** Waits since it was cleared; only for who asked for it. */
  waits: Quantiles | undefined;
  lastReturnAt = Number.NEGATIVE_INFINITY;
  #arrivals = 0;
  #returns = 0;
  #usageMs = 0;
  #older: Window;
  #newer: Window;
  #turnAt: number;

  constructor(now: number) {
    this.#older = new Window(now, 0, 0, 0);
    this.#newer = this.#older;
    this.#turnAt = now + windowMs;
  }

  arrived(now: number): void {
    this.#arrivals++;
    if (now >= this.#turnAt) this.#turn(now);
  }

  returned(now: number, usedMs: number): void {
    this.#returns++;
    this.#usageMs += usedMs;
    this.lastReturnAt = now;
    this.usage.add(usedMs);
  }

  measureWaits(): void {
    this.waits = new Quantiles();
  }

  /** Marks a point in time to measure from. */
  mark(now: number): Window {
    return new Window(now, this.#arrivals, this.#returns, this.#usageMs);
  }

  since(mark: Window, now: number): Load {
    const elapsedMs = now - mark.since;
    const returns = this.#returns - mark.returns;
    return {
      perSecond: elapsedMs > 0 ? ((this.#arrivals - mark.arrivals) / elapsedMs) * 1_000 : 0,
      usageMs: returns > 0 ? (this.#usageMs - mark.usageMs) / returns : 0,
      returns,
      elapsedMs,
    };
  }

  recent(now: number): Load {
    return this.since(this.#older, now);
  }

  #turn(now: number): void {
    this.#older = this.#newer;
    this.#newer = this.mark(now);
    this.#turnAt = now + windowMs;
  }
}

export type { Window as LoadMark };
