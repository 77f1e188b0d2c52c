import type { MoveWork, Next } from '../job/move-work.ts';

/**
 * Copies all rows in the order of their keys, from where the journal says; the next batch is read while one is written. What
 * changes meanwhile is noted at the source.
 */
export async function copy(work: MoveWork): Promise<Next> {
  const { batchRows } = work.job.options;
  const { from, to } = work.record;
  const read = (after: string | undefined) => {
    const page = work.ask((data, signal) => data.scan(work.place(from), after, batchRows, signal));
    // Whoever fails first ends the copy; nobody may be left to hear of the other.
    page.catch(() => undefined);
    return page;
  };
  for (let page = read(work.record.cursor); ; ) {
    const { rows, next } = await page;
    const following = next === undefined ? undefined : read(next);
    await work.apply(
      to,
      rows.map((row) => ({ key: row.key, row })),
    );
    work.progress.rows('copied', rows.length);
    if (next === undefined || following === undefined) return { phase: 'catch-up' };
    await work.note({ phase: 'copy', step: 'batch', cursor: next });
    await work.pause();
    page = following;
  }
}
