import type { EndReason } from '../end-reason.ts';
import type { Entry } from './entry.ts';
import { type LeakHost, LeakWatch } from './leak-watch.ts';
import { infoOf } from './loans.ts';
import type { PoolParts } from './pool-parts.ts';
import type { Shelf } from './shelf.ts';

/** Takes a lent resource from its borrower and closes it. */
export type Take<T> = (entry: Entry<T>, reason: EndReason, why: string) => void;

/** What becomes of leaks: they are counted and told, and taken back where that is asked for. */
export class LeakDesk<T> implements LeakHost<T> {
  /** Reports so far. */
  count = 0;
  readonly watch: LeakWatch<T> | undefined;
  readonly #parts: PoolParts;
  readonly #take: Take<T>;

  constructor(parts: PoolParts, shelf: Shelf<T>, take: Take<T>) {
    const { name, leak, logger } = parts.settings;
    this.#parts = parts;
    this.#take = take;
    if (leak !== undefined) this.watch = new LeakWatch(name, leak, parts.agenda, shelf.lent, this, logger);
  }

  leaked(entry: Entry<T>, heldMs: number, now: number): void {
    const { feed, metrics, settings } = this.#parts;
    this.count++;
    metrics.leaks.inc();
    const { id, label, stack } = infoOf(entry, now);
    feed.tell({ type: 'leak', at: now, id, label, heldMs, stack });
    if (settings.leak?.action === 'reclaim' && entry.state === 'lent') this.#take(entry, 'leak', 'it was not returned');
  }

  collected(entry: Entry<T>, serial: number): void {
    if (entry.serial !== serial || entry.state !== 'lent') return;
    const now = this.#parts.settings.clock.monotonic();
    if (!entry.leakReported) this.watch?.report(entry, now - entry.lentAt, now);
    if (entry.state === 'lent') this.#take(entry, 'leak', 'its lease was forgotten');
  }
}
