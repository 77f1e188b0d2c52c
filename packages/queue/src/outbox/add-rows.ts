import { isXcError, XcError } from '@xc/core';
import type { AddItem } from '../queue/add-options.ts';
import type { AnyJobs } from '../queue/job-types.ts';
import type { Queue } from '../queue/queue.ts';
import type { OutboxRow } from './dialect.ts';
import { itemOf } from './written-row.ts';

/** What became of a row: `error` is `undefined` where its job is in its queue. */
export interface RowVerdict {
  readonly row: OutboxRow;
  readonly error: XcError | undefined;
}

/** Adds the jobs of rows, each queue's in one call and in their order. Never rejects. */
export async function addRows(
  queues: Readonly<Record<string, Queue<AnyJobs>>>,
  rows: readonly OutboxRow[],
): Promise<readonly RowVerdict[]> {
  const byQueue = new Map<string, OutboxRow[]>();
  for (const row of rows) {
    const group = byQueue.get(row.queue);
    if (group === undefined) byQueue.set(row.queue, [row]);
    else group.push(row);
  }
  const verdicts = await Promise.all(
    [...byQueue].map(([name, group]) => {
      const queue = Object.hasOwn(queues, name) ? queues[name] : undefined;
      return queue === undefined ? group.map(unknownQueue) : addTo(queue, group);
    }),
  );
  return verdicts.flat();
}

async function addTo(queue: Queue<AnyJobs>, rows: readonly OutboxRow[]): Promise<readonly RowVerdict[]> {
  const verdicts: RowVerdict[] = [];
  const readable: { readonly row: OutboxRow; readonly item: AddItem<AnyJobs> }[] = [];
  for (const row of rows) {
    try {
      readable.push({ row, item: itemOf(row) });
    } catch (cause) {
      verdicts.push({ row, error: refusal(row, cause) });
    }
  }
  try {
    const answers = await queue.addMany(readable.map(({ item }) => item));
    for (const [index, { row }] of readable.entries()) {
      const answer = answers[index];
      verdicts.push({ row, error: isXcError(answer) ? refusal(row, answer) : undefined });
    }
  } catch (cause) {
    for (const { row } of readable) verdicts.push({ row, error: refusal(row, cause) });
  }
  return verdicts;
}

function unknownQueue(row: OutboxRow): RowVerdict {
  const message = `row ${row.id} is for queue ${JSON.stringify(row.queue)}, which this relay does not have`;
  const details = { ...whichRow(row), feature: `queue ${row.queue}` };
  return { row, error: new XcError('XC_QUEUE_UNSUPPORTED', message, { details }) };
}

/** The queue's own words and code, and which row they are about. */
function refusal(row: OutboxRow, cause: unknown): XcError {
  const said = cause instanceof Error ? cause.message : String(cause);
  const message = `row ${row.id} was refused: ${said}`;
  if (!isXcError(cause)) return new XcError('XC_QUEUE_UNSERIALIZABLE', message, { cause, details: whichRow(row) });
  const details = { ...cause.details, ...whichRow(row) };
  return new XcError(cause.code, message, { cause, details, retryable: cause.retryable });
}

function whichRow({ id, seq, queue, type }: OutboxRow) {
  return { id, seq, queue, type };
}
