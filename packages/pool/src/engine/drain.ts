import type { DrainReport } from '../drain-report.ts';
import type { LeaseInfo } from '../lease-info.ts';
import type { Due } from './agenda.ts';
import { infoOf } from './loans.ts';
import type { Onlooker } from './onlooker.ts';
import type { PoolEngine } from './pool-engine.ts';
import { closedError } from './pool-errors.ts';

/** The end of a pool: settles by its deadline and the time that closing may take, whatever factory and borrowers do. */
export class Drain<T> implements Onlooker {
  readonly done: Promise<DrainReport>;
  readonly #engine: PoolEngine<T>;
  readonly #startedAt: number;
  readonly #lentAtStart: number;
  readonly #deadlineMs: number;
  #rejected = 0;
  readonly #overdueBefore: number;
  readonly #abandoned: LeaseInfo[] = [];
  #deadline: Due | undefined;
  readonly #signal: AbortSignal | undefined;
  readonly #destroyTimeoutMs: number;
  #lastMoment: Due | undefined;
  #resolve: (report: DrainReport) => void = () => {};
  #leftOpening = false;
  #forcing = false;
  #over = false;

  constructor(engine: PoolEngine<T>, deadlineMs: number, signal: AbortSignal | undefined) {
    const { settings } = engine.parts;
    const now = settings.clock.monotonic();
    this.#engine = engine;
    this.#startedAt = now;
    this.#signal = signal;
    this.#destroyTimeoutMs = settings.destroyTimeoutMs;
    this.#lentAtStart = engine.supply.shelf.lent.size;
    this.#overdueBefore = engine.supply.overdueCloses;
    this.done = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    this.#deadlineMs = deadlineMs;
  }

  /** Apart from the construction: whoever hears of it may ask for the same drain. */
  begin(): void {
    const engine = this.#engine;
    const { settings, agenda, feed } = engine.parts;
    const now = this.#startedAt;
    engine.state = 'draining';
    feed.tell({ type: 'draining', at: now });
    this.#deadline = agenda.at(now + this.#deadlineMs, (later) => this.#force(later));
    this.#rejected = engine.room.clear('closed', () => closedError(settings.name), now);
    engine.supply.creator.abort(closedError(settings.name));
    engine.supply.evictAll('closed');
    this.#signal?.addEventListener('abort', this, { once: true });
    for (const onlooker of engine.onlookers) onlooker.changed(now);
    engine.onlookers.add(this);
    if (this.#signal?.aborted === true) this.handleEvent();
    this.changed(now);
  }

  /** Its signal aborted: there is no more patience. */
  handleEvent(): void {
    this.#force(this.#engine.parts.settings.clock.monotonic());
  }

  changed(now: number): void {
    const { shelf } = this.#engine.supply;
    const open = shelf.size + shelf.closing + (this.#forcing ? 0 : shelf.creating);
    if (open === 0) this.#end(now);
  }

  #force(now: number): void {
    if (this.#forcing || this.#over) return;
    this.#forcing = true;
    const { parts, supply } = this.#engine;
    this.#leftOpening = supply.shelf.creating > 0;
    this.#lastMoment = parts.agenda.at(now + this.#destroyTimeoutMs, (later) => this.#end(later));
    for (const entry of [...supply.entries]) {
      if (entry.state === 'lent') {
        this.#abandoned.push(infoOf(entry, now));
        this.#engine.take(entry, 'forced', 'the pool was drained');
      } else if (entry.state === 'busy') supply.close(entry, 'closed');
    }
    this.changed(now);
  }

  #end(now: number): void {
    if (this.#over) return;
    this.#over = true;
    const engine = this.#engine;
    const { agenda, feed, metrics } = engine.parts;
    if (this.#deadline !== undefined) agenda.drop(this.#deadline);
    if (this.#lastMoment !== undefined) agenda.drop(this.#lastMoment);
    this.#signal?.removeEventListener('abort', this);
    engine.onlookers.delete(this);
    engine.state = 'closed';
    metrics.limit.add(-engine.supply.limit);
    const forced = this.#abandoned.length;
    const inTime = engine.supply.overdueCloses === this.#overdueBefore && engine.supply.shelf.closing === 0;
    const report: DrainReport = {
      clean: forced === 0 && inTime && !this.#leftOpening,
      returned: this.#lentAtStart - forced,
      forced,
      rejected: this.#rejected,
      tookMs: now - this.#startedAt,
      abandoned: this.#abandoned,
    };
    feed.end({ type: 'drained', at: now, report });
    this.#resolve(report);
  }
}
