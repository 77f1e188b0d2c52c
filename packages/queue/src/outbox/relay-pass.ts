import type { Clock } from '@xc/core';
import type { AnyJobs } from '../queue/job-types.ts';
import type { Queue } from '../queue/queue.ts';
import type { Dialect } from './dialect.ts';
import { holds } from './holds.ts';
import { movePage, type Page } from './move-page.ts';
import type { RelayOptions } from './outbox.ts';

/** What a relay's passes share. */
export interface PassOptions {
  readonly dialect: Dialect;
  readonly clock: Clock;
  readonly queues: Readonly<Record<string, Queue<AnyJobs>>>;
  readonly transaction: RelayOptions['transaction'];
  readonly batch: number;
  /** How long to leave alone what failed so often in a row. */
  readonly delayMs: (failures: number) => number;
  /** Asked between pages. */
  readonly stopped: () => boolean;
}

/** What one pass came to. */
export interface Pass {
  readonly moved: number;
  /** One error for each refused row and each queue that is full or away. */
  readonly refused: readonly unknown[];
  /** What a transaction failed with; the pass ended there. */
  readonly failure: { readonly error: unknown } | undefined;
}

/**
 * Makes the function that goes through the table, page by page, from the first row to the last that can be read. Rows that are held
 * and rows of queues that are held are left alone, unless `everything` is asked for. Never rejects.
 */
export function relayPass(options: PassOptions): (everything: boolean) => Promise<Pass> {
  const { dialect, queues, transaction, batch } = options;
  const heldRows = holds(options.clock, options.delayMs);
  const heldQueues = holds(options.clock, options.delayMs);

  return async (everything) => {
    // Where one row of a queue had to wait, those behind it wait as well: they would overtake.
    const waiting = new Set<string>();
    const refused: unknown[] = [];
    let moved = 0;
    let after: string | undefined = '0';
    while (after !== undefined && !options.stopped()) {
      const from: string = after;
      const leaves: Parameters<typeof movePage>[0]['leaves'] = ({ queue, seq }) =>
        waiting.has(queue) || (!everything && (heldQueues.has(queue) || heldRows.has(seq)));
      let page: Page;
      try {
        page = await transaction((tx) => movePage({ dialect, tx, queues, after: from, batch, leaves }));
      } catch (error) {
        return { moved, refused, failure: { error } };
      }
      for (const { queue, seq } of page.added) {
        heldRows.delete(seq);
        heldQueues.delete(queue);
      }
      for (const { row } of page.refused) heldRows.add(row.seq);
      for (const { row } of page.postponed) waiting.add(row.queue);
      moved += page.added.length;
      refused.push(...page.refused.map(({ error }) => error), ...firstOfEachQueue(page));
      after = page.next;
    }
    for (const queue of waiting) heldQueues.add(queue);
    return { moved, refused, failure: undefined };
  };
}

/** A queue that is away is one error, however many rows wait for it. */
function firstOfEachQueue({ postponed }: Page): unknown[] {
  const first = new Map<string, unknown>();
  for (const { row, error } of postponed) if (!first.has(row.queue)) first.set(row.queue, error);
  return [...first.values()];
}
