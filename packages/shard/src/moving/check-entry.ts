import { XcError } from '@xc/core';
import { shown } from '../keys/shown.ts';
import type { JournalEntry } from './journal.ts';

const jobId = /^[A-Za-z0-9._-]{1,100}$/;

/** @throws TypeError: it becomes a file name and a key. */
export function checkJobId(id: unknown, name = 'jobId'): string {
  if (typeof id === 'string' && jobId.test(id) && id !== '.' && id !== '..') return id;
  throw new TypeError(`${name} must be 1 to 100 letters, digits, '.', '_' or '-', got ${shown(id)}`);
}

/** @throws TypeError for an entry that is none; RangeError for a `seq` that is none. */
export function checkEntry(entry: JournalEntry): void {
  if (typeof entry !== 'object' || entry === null) throw new TypeError(`entry must be an object, got ${shown(entry)}`);
  checkJobId(entry.jobId);
  if (typeof entry.phase !== 'string') throw new TypeError(`phase must be a text, got ${shown(entry.phase)}`);
  if (Number.isSafeInteger(entry.seq) && entry.seq >= 1) return;
  throw new RangeError(`seq must be an integer from 1, got ${shown(entry.seq)}`);
}

/** Somebody else writes this job. */
export function journalConflict(id: string, seq: number, last: number): XcError<'XC_SHARD_JOURNAL_CONFLICT'> {
  return new XcError(
    'XC_SHARD_JOURNAL_CONFLICT',
    `entry ${seq} of job ${id} does not follow entry ${last}: somebody else writes it`,
    {
      details: { jobId: id, seq, last },
    },
  );
}

/** What was written is not what is there. */
export function journalCorrupt(id: string, line: number, why: string): XcError<'XC_SHARD_JOURNAL_CORRUPT'> {
  return new XcError('XC_SHARD_JOURNAL_CORRUPT', `the journal of job ${id} is damaged in line ${line}: ${why}`, {
    details: { jobId: id, line },
  });
}
