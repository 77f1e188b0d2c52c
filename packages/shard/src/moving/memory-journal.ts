import { checkEntry, checkJobId, journalConflict } from './check-entry.ts';
import type { Journal, JournalEntry } from './journal.ts';

/** Writes jobs down in this process: for tests, and for moves that may begin anew after a restart. */
export function memoryJournal(): Journal {
  const jobs = new Map<string, JournalEntry[]>();
  return {
    async append(entry) {
      checkEntry(entry);
      const entries = jobs.get(entry.jobId) ?? [];
      if (entry.seq !== entries.length + 1) throw journalConflict(entry.jobId, entry.seq, entries.length);
      entries.push(structuredClone(entry));
      jobs.set(entry.jobId, entries);
    },
    async read(jobId) {
      return structuredClone(jobs.get(checkJobId(jobId)) ?? []);
    },
    async jobs() {
      return [...jobs.keys()].sort();
    },
  };
}
