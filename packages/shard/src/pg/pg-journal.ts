import { XcError } from '@xc/core';
import { checkEntry, checkJobId, journalConflict, journalCorrupt } from '../moving/check-entry.ts';
import type { Journal, JournalEntry } from '../moving/journal.ts';
import type { PgLendingPool, PgPool } from './pg-pool.ts';
import { DURABLE, type PgNameOptions, TextTable } from './stored-text.ts';

/**
 * Writes jobs down in PostgreSQL, in the table `xc_shard.journal`: an entry is one row, and one statement. Every call settles
 * within 2 s.
 *
 * @throws TypeError or RangeError for options that are none. Calls reject with XcError `XC_SHARD_JOURNAL_CONFLICT`,
 * `XC_SHARD_JOURNAL_CORRUPT` or `XC_SHARD_JOURNAL_UNAVAILABLE`.
 */
export function pgJournal(pool: PgPool | PgLendingPool, options: PgNameOptions = {}): Journal {
  const table = 'xc_shard.journal';
  const rows = new TextTable(pool, options, {
    table,
    columns:
      'name text not null, job text not null, seq int not null, entry text not null, primary key (name, job, seq)',
    unavailable,
  });
  const { name } = rows;
  return {
    async append(entry) {
      checkEntry(entry);
      const { jobId, seq } = entry;
      const isNext = `$3::int = 1 or exists (select from ${table} where name = $1 and job = $2 and seq = $3::int - 1)`;
      const written = await rows.write(
        `insert into ${table} (name, job, seq, entry) select $1, $2, $3::int, $4 where ${isNext}
          on conflict do nothing returning ${DURABLE}`,
        [name, jobId, seq, JSON.stringify(entry)],
      );
      if (written === 1) return;
      const text = `select coalesce(max(seq), 0)::int as last from ${table} where name = $1 and job = $2`;
      const [found] = await rows.read(text, [name, jobId]);
      throw journalConflict(jobId, seq, Number(found?.last ?? 0));
    },
    async read(jobId) {
      checkJobId(jobId);
      const text = `select entry from ${table} where name = $1 and job = $2 order by seq`;
      const found = await rows.read(text, [name, jobId]);
      return found.map(({ entry }, index) => entryOf(String(entry), jobId, index + 1));
    },
    async jobs() {
      const found = await rows.read(`select distinct job from ${table} where name = $1`, [name]);
      return found.map(({ job }) => String(job)).sort();
    },
  };
}

function entryOf(text: string, jobId: string, seq: number): JournalEntry {
  let entry: JournalEntry;
  try {
    entry = JSON.parse(text) as JournalEntry;
  } catch {
    throw journalCorrupt(jobId, seq, 'it is not JSON');
  }
  if (entry.jobId !== jobId || entry.seq !== seq) throw journalCorrupt(jobId, seq, 'it belongs somewhere else');
  return entry;
}

function unavailable(cause: unknown): XcError {
  return new XcError('XC_SHARD_JOURNAL_UNAVAILABLE', 'the journal in PostgreSQL is out of reach', {
    cause,
    retryable: true,
  });
}
