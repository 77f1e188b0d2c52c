import type { Logger } from '@xc/core';
import type { LeakOptions } from '../leak-options.ts';
import type { Lease } from '../lease.ts';
import type { Agenda } from './agenda.ts';
import type { Entry } from './entry.ts';
import type { EntryList } from './entry-list.ts';
import { framesOf } from './stack-trace.ts';

/** Who is told of leaks. */
export interface LeakHost<T> {
  leaked(entry: Entry<T>, heldMs: number, now: number): void;
  /** Its lease was garbage-collected: nobody can return it. */
  collected(entry: Entry<T>, serial: number): void;
}

interface Collected<T> {
  readonly entry: Entry<T>;
  readonly serial: number;
}

// How long stacks are captured after a report, when `armed`.
const armedMs = 600_000;

/**
 * Reports loans that are held too long. Loans are listed in the order in which they began and all may last equally long, so
 * that one look at the oldest tells when the next look is due: a loan costs no timer of its own.
 */
export class LeakWatch<T> {
  /** Until when `acquire` captures stacks. */
  captureUntil: number;
  readonly #options: Required<LeakOptions>;
  readonly #agenda: Agenda;
  readonly #lent: EntryList<T>;
  readonly #host: LeakHost<T>;
  readonly #logger: Logger;
  readonly #name: string;
  readonly #registry: FinalizationRegistry<Collected<T>> | undefined;
  #looking = false;

  constructor(
    name: string,
    options: Required<LeakOptions>,
    agenda: Agenda,
    lent: EntryList<T>,
    host: LeakHost<T>,
    logger: Logger,
  ) {
    this.#name = name;
    this.#options = options;
    this.#agenda = agenda;
    this.#lent = lent;
    this.#host = host;
    this.#logger = logger;
    this.captureUntil = options.stack === 'always' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
    if (options.gc) {
      // A function of its own: a closure beside the lease would keep the lease alive.
      this.#registry = new FinalizationRegistry(({ entry, serial }) => host.collected(entry, serial));
    }
  }

  /** A loan begins. */
  begun(entry: Entry<T>, lease: Lease<T>): void {
    if (!this.#looking) this.#lookAt(entry.lentAt + this.#options.afterMs);
    this.#registry?.register(lease, { entry, serial: entry.serial }, entry);
  }

  /** A loan ends. */
  ended(entry: Entry<T>): void {
    this.#registry?.unregister(entry);
  }

  /** One report: by time, or because the lease was collected. */
  report(entry: Entry<T>, heldMs: number, now: number): void {
    entry.leakReported = true;
    if (this.#options.stack === 'armed') this.captureUntil = now + armedMs;
    const { id, label, trace } = entry;
    const fields = { pool: this.#name, id, label, heldMs, stack: framesOf(trace) };
    this.#logger.warn(fields, 'a resource was not returned: its borrower may have forgotten it');
    this.#host.leaked(entry, heldMs, now);
  }

  #lookAt(at: number): void {
    this.#looking = true;
    this.#agenda.at(at, (now) => this.#look(now));
  }

  #look(now: number): void {
    this.#looking = false;
    for (const entry of this.#lent.toArray()) {
      // One that was reported before it may have been taken back by what was done about that.
      if (entry.leakReported || entry.state !== 'lent') continue;
      const dueAt = entry.lentAt + this.#options.afterMs;
      if (dueAt > now) {
        this.#lookAt(dueAt);
        return;
      }
      this.report(entry, now - entry.lentAt, now);
    }
  }
}
