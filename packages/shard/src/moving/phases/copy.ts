import type { MoveWork, Next } from '../job/move-work.ts';

/** Copies all rows in the order of their keys, from where the journal says. What changes meanwhile is noted at the source. */
export async function copy(work: MoveWork): Promise<Next> {
  const { batchRows } = work.job.options;
  const { from, to } = work.record;
  for (let after = work.record.cursor; ; ) {
    const start = after;
    const { rows, next } = await work.ask((data, signal) => data.scan(work.place(from), start, batchRows, signal));
    await work.apply(
      to,
      rows.map((row) => ({ key: row.key, row })),
    );
    work.progress.rows('copied', rows.length);
    if (next === undefined) return { phase: 'catch-up' };
    await work.note({ phase: 'copy', step: 'batch', cursor: next });
    after = next;
    await work.pause();
  }
}
