import type { RowChange } from '../data-adapter.ts';
import type { MoveWork } from '../job/move-work.ts';

/** How a drain went. */
export interface Drained {
  /** All keys that were brought over. */
  readonly keys: ReadonlySet<string>;
  /** No more were left than were allowed to be. */
  readonly isNear: boolean;
}

/** How far a drain goes. */
export interface DrainBounds {
  /** It is near once it meets no more changed rows at a time than these. */
  readonly near: number;
  /** It gives up after so many rows. */
  readonly most: number;
  readonly signal?: AbortSignal;
}

/**
 * Brings what has changed at one side to the other: each row as it is now, whatever happened to it, so order and repetition do
 * not matter. A change is acknowledged once its row is there.
 */
export async function drain(
  work: MoveWork,
  from: string,
  to: string,
  { near, most, signal = work.job.signal }: DrainBounds,
): Promise<Drained> {
  const { batchRows } = work.job.options;
  // More than near, so that a full batch says that there may be more.
  const limit = Math.max(batchRows, near + 1);
  const kind = to === work.record.from ? 'reversed' : 'caught_up';
  const keys = new Set<string>();
  for (let drained = 0; ; ) {
    const changed = await work.ask((data, own) => data.changes(work.place(from), limit, own), signal);
    work.progress.behind(changed.keys.length);
    if (changed.keys.length > 0) await bringOver(work, from, to, changed.keys, signal);
    work.progress.rows(kind, changed.keys.length);
    for (const key of changed.keys) keys.add(key);
    drained += changed.keys.length;
    const { ack } = changed;
    if (ack !== undefined) await work.ask((data, own) => data.acknowledge(work.place(from), ack, own), signal);
    if (changed.keys.length < limit) work.progress.behind(0);
    if (changed.keys.length <= near) return { keys, isNear: true };
    if (drained >= most) return { keys, isNear: false };
    if (signal === work.job.signal) await work.pause();
  }
}

/** Makes rows at one side what they are at the other at this moment. */
export async function bringOver(
  work: MoveWork,
  from: string,
  to: string,
  keys: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  const rows = await work.ask((data, own) => data.read(work.place(from), keys, own), signal);
  const found = new Map(rows.map((row) => [row.key, row]));
  await work.apply(
    to,
    keys.map((key): RowChange => ({ key, row: found.get(key) })),
    signal,
  );
}
