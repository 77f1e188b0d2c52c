import type { RequestContext } from '@xc/core/context';

/** Counts the statements of each shape within one request: many of one shape are one query for each row of another (N+1). */
export class RepeatWatch {
  readonly #limit: number;
  readonly #onRepeat: (shape: string, count: number) => void;
  readonly #requests = new WeakMap<RequestContext, Map<string, number>>();

  constructor(limit: number, onRepeat: (shape: string, count: number) => void) {
    this.#limit = limit;
    this.#onRepeat = onRepeat;
  }

  /** Each shape is reported once a request. */
  count(request: RequestContext, shape: string): void {
    const counts = this.#requests.get(request) ?? new Map<string, number>();
    if (counts.size === 0) this.#requests.set(request, counts);
    const count = (counts.get(shape) ?? 0) + 1;
    counts.set(shape, count);
    if (count === this.#limit) this.#onRepeat(shape, count);
  }
}
