import { isXcError } from '@xc/core';
import type { AnyJobs } from '../queue/job-types.ts';
import type { Queue } from '../queue/queue.ts';
import { addRows, type RowVerdict } from './add-rows.ts';
import type { Dialect, OutboxRow } from './dialect.ts';
import type { Sql } from './outbox.ts';

/** What one transaction of a relay works on. */
export interface PageWork {
  readonly dialect: Dialect;
  readonly tx: Sql;
  readonly queues: Readonly<Record<string, Queue<AnyJobs>>>;
  /** The sequence number behind which to read. */
  readonly after: string;
  readonly batch: number;
  /** Whether a row is left where it is, unread. */
  leaves(row: OutboxRow): boolean;
}

/** What came of it. */
export interface Page {
  readonly added: readonly OutboxRow[];
  /** Rows that their queues will not take as they are. */
  readonly refused: readonly RowVerdict[];
  /** Rows of queues that are full or away, and take the same row later. */
  readonly postponed: readonly RowVerdict[];
  /** Where to read on; `undefined` behind the last row. */
  readonly next: string | undefined;
}

/** Reads rows, adds their jobs and deletes those that were taken, in one turn and one transaction. */
export async function movePage(work: PageWork): Promise<Page> {
  const { dialect, tx, queues, after, batch } = work;
  await dialect.takeTurn(tx);
  const rows = await dialect.read(tx, after, batch);
  const verdicts = await addRows(
    queues,
    rows.filter((row) => !work.leaves(row)),
  );
  const added = verdicts.filter(({ error }) => error === undefined).map(({ row }) => row);
  const failed = verdicts.filter(({ error }) => error !== undefined);
  await dialect.remove(
    tx,
    added.map(({ seq }) => seq),
  );
  return {
    added,
    refused: failed.filter(({ error }) => !isPassing(error)),
    postponed: failed.filter(({ error }) => isPassing(error)),
    next: rows.length < batch ? undefined : rows.at(-1)?.seq,
  };
}

/** The queue's state, not the row's fault. */
function isPassing(error: unknown): boolean {
  return isXcError(error) && error.retryable;
}
