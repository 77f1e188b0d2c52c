import type { Entry } from './entry.ts';
import { EntryList } from './entry-list.ts';
import type { PoolMetrics } from './pool-metrics.ts';

/** Where every resource of a pool is; each move keeps lists, counts and gauges together. */
export class Shelf<T> {
  readonly idle = new EntryList<T>();
  /** Oldest loan first. */
  readonly lent = new EntryList<T>();
  /** Open, but in the hands of the pool. */
  busy = 0;
  creating = 0;
  closing = 0;
  created = 0;
  closed = 0;
  readonly #metrics: PoolMetrics;

  constructor(metrics: PoolMetrics) {
    this.#metrics = metrics;
  }

  get size(): number {
    return this.idle.size + this.lent.size + this.busy;
  }

  /** What takes room: open, being opened, being closed. */
  get live(): number {
    return this.size + this.creating + this.closing;
  }

  beginCreating(): void {
    this.creating++;
    this.#metrics.creating.add(1);
  }

  endCreating(): void {
    this.creating--;
    this.#metrics.creating.add(-1);
  }

  admit(): void {
    this.created++;
    this.busy++;
  }

  /** In the order of idle time: one that comes back from a check in the background has been idle all along. */
  putIdle(entry: Entry<T>): void {
    this.busy--;
    entry.state = 'idle';
    this.idle.insertByIdleTime(entry);
    this.#metrics.idle.add(1);
  }

  takeIdle(entry: Entry<T>): void {
    this.idle.remove(entry);
    this.busy++;
    entry.state = 'busy';
    this.#metrics.idle.add(-1);
  }

  lend(entry: Entry<T>): void {
    this.busy--;
    entry.state = 'lent';
    this.lent.push(entry);
    this.#metrics.inUse.add(1);
  }

  takeBack(entry: Entry<T>): void {
    this.lent.remove(entry);
    this.busy++;
    entry.state = 'busy';
    this.#metrics.inUse.add(-1);
  }

  beginClosing(entry: Entry<T>): void {
    this.busy--;
    entry.state = 'closing';
    this.closing++;
    this.#metrics.closing.add(1);
  }

  endClosing(entry: Entry<T>): void {
    this.closing--;
    this.closed++;
    entry.state = 'closed';
    this.#metrics.closing.add(-1);
  }
}
