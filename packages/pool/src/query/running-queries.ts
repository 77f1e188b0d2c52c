import type { Clock, Timer } from '@xc/core';
import type { RequestContext } from '@xc/core/context';
import type { ShapeTally } from './query-shape.ts';

/** A statement that has not ended yet. */
export interface RunningQuery {
  readonly statement: ShapeTally;
  readonly startedAt: number;
  /** The request that it is part of, if any. */
  readonly request: RequestContext | undefined;
  /** Whether it has been reported as slow. */
  slow: boolean;
}

interface Link extends RunningQuery {
  before: Link | undefined;
  behind: Link | undefined;
}

/**
 * The statements that run now, oldest first, and one timer for all of them: as the same time makes each of them slow, the
 * oldest that is not slow yet is always the next. A quick statement costs two links and mostly no timer at all.
 */
export class RunningQueries implements Iterable<RunningQuery> {
  readonly #clock: Clock;
  readonly #slowMs: number;
  readonly #onSlow: (query: RunningQuery) => void;
  #oldest: Link | undefined;
  #newest: Link | undefined;
  #timer: Timer | undefined;

  constructor(clock: Clock, slowMs: number, onSlow: (query: RunningQuery) => void) {
    this.#clock = clock;
    this.#slowMs = slowMs;
    this.#onSlow = onSlow;
  }

  start(statement: ShapeTally, request?: RequestContext): RunningQuery {
    const startedAt = this.#clock.monotonic();
    const link: Link = { statement, startedAt, request, slow: false, before: this.#newest, behind: undefined };
    if (this.#newest === undefined) this.#oldest = link;
    else this.#newest.behind = link;
    this.#newest = link;
    this.#timer ??= this.#clock.after(this.#slowMs, this.#look);
    return link;
  }

  end(query: RunningQuery): void {
    const { before, behind } = query as Link;
    if (before === undefined) this.#oldest = behind;
    else before.behind = behind;
    if (behind === undefined) this.#newest = before;
    else behind.before = before;
  }

  *[Symbol.iterator](): Iterator<RunningQuery> {
    for (let link = this.#oldest; link !== undefined; link = link.behind) yield link;
  }

  readonly #look = (): void => {
    this.#timer = undefined;
    const now = this.#clock.monotonic();
    for (let link = this.#oldest; link !== undefined; link = link.behind) {
      if (link.slow) continue;
      const remainingMs = link.startedAt + this.#slowMs - now;
      if (remainingMs > 0) {
        this.#timer = this.#clock.after(remainingMs, this.#look);
        return;
      }
      link.slow = true;
      this.#onSlow(link);
    }
  };
}
