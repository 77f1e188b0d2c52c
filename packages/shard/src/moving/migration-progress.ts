import type { Clock } from '@xc/core';
import type { Journal, JournalEntry } from './journal.ts';

/** How far a migration has come, all its runs together. */
export interface Progress {
  readonly cursor: string | undefined;
  readonly done: boolean;
  readonly read: number;
  readonly written: number;
  readonly skipped: number;
  readonly quarantined: readonly { readonly key: string; readonly error: unknown }[];
}

/** What one batch adds. */
type Batch = Progress;

/** The journal of a migration, and what it adds up to. */
export class ProgressBook {
  readonly #journal: Journal;
  readonly #id: string;
  readonly #clock: Clock;
  #entries: number;
  #progress: Progress;

  private constructor(journal: Journal, id: string, clock: Clock, entries: readonly JournalEntry[]) {
    this.#journal = journal;
    this.#id = id;
    this.#clock = clock;
    this.#entries = entries.length;
    this.#progress = entries.reduce((sum, entry) => added(sum, batchOf(entry)), nothing);
  }

  static async open(journal: Journal, id: string, clock: Clock): Promise<ProgressBook> {
    return new ProgressBook(journal, id, clock, await journal.read(id));
  }

  get progress(): Progress {
    return this.#progress;
  }

  /** Writes a batch down that has been applied. */
  async note(batch: Batch): Promise<void> {
    const { cursor, done, read, written, skipped } = batch;
    // Errors become text: what is thrown need not be JSON.
    const quarantined = batch.quarantined.map(({ key, error }) => ({ key, error: String(error) }));
    await this.#journal.append({
      jobId: this.#id,
      seq: this.#entries + 1,
      at: this.#clock.now(),
      phase: done ? 'done' : 'copy',
      step: 'batch',
      ...(cursor === undefined ? {} : { cursor }),
      facts: { read, written, skipped, quarantined },
    });
    this.#entries += 1;
    this.#progress = added(this.#progress, batch);
  }
}

const nothing: Progress = { cursor: undefined, done: false, read: 0, written: 0, skipped: 0, quarantined: [] };

function batchOf({ phase, cursor, facts }: JournalEntry): Batch {
  const { read, written, skipped, quarantined } = facts as unknown as Batch;
  return { cursor, done: phase === 'done', read, written, skipped, quarantined };
}

function added(sum: Progress, { cursor, done, read, written, skipped, quarantined }: Batch): Progress {
  return {
    cursor,
    done,
    read: sum.read + read,
    written: sum.written + written,
    skipped: sum.skipped + skipped,
    quarantined: [...sum.quarantined, ...quarantined],
  };
}
