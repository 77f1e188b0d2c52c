import { isXcError, XcError } from '@xc/core';
import { defineScript, type RedisClient, runCommand, runScript } from '@xc/redis';
import { checkEntry, checkJobId, journalConflict, journalCorrupt } from '../moving/check-entry.ts';
import type { Journal, JournalEntry } from '../moving/journal.ts';
import { DEADLINE_MS, keyBase, type NamedOptions } from './keys.ts';
import append from './lua/append.lua';

const appendScript = defineScript<[seq: number, entry: string, jobId: string], number>({
  name: 'shard-journal-append',
  lua: append,
  keys: 2,
  parse: (raw) => raw as number,
});

/**
 * Writes jobs down in Redis: one server, the master behind Sentinel, or a cluster; an entry is one script. As durable as the
 * server is: after a failover that lost the last entries a job goes on from the older state. Every call settles within 2 s.
 *
 * @throws TypeError for a client or a name that is none. Calls reject with XcError `XC_SHARD_JOURNAL_CONFLICT` or
 * `XC_SHARD_JOURNAL_UNAVAILABLE`.
 */
export function redisJournal(client: RedisClient, options: NamedOptions): Journal {
  const base = keyBase(client, options);
  const jobsKey = `${base}:jobs`;
  const keyOf = (jobId: string): string => `${base}:journal:${checkJobId(jobId)}`;
  const commands = client as {
    lrange(key: string, from: number, to: number): Promise<string[]>;
    smembers(key: string): Promise<string[]>;
  };
  const ask = <T>(name: string, send: () => Promise<T>): Promise<T> =>
    reached(runCommand(client, send, { deadlineMs: DEADLINE_MS, name }));
  return {
    async append(entry) {
      checkEntry(entry);
      const { jobId, seq } = entry;
      const args = [seq, JSON.stringify(entry), jobId] as [number, string, string];
      const bounds = { deadlineMs: DEADLINE_MS };
      const last = await reached(runScript(client, appendScript, [keyOf(jobId), jobsKey], args, bounds));
      if (last !== -1) throw journalConflict(jobId, seq, last);
    },
    async read(jobId) {
      const key = keyOf(jobId);
      const lines = await ask('LRANGE', () => commands.lrange(key, 0, -1));
      return lines.map((line, index) => entryOf(line, jobId, index + 1));
    },
    async jobs() {
      return (await ask('SMEMBERS', () => commands.smembers(jobsKey))).sort();
    },
  };
}

function entryOf(line: string, jobId: string, seq: number): JournalEntry {
  let entry: JournalEntry;
  try {
    entry = JSON.parse(line) as JournalEntry;
  } catch {
    throw journalCorrupt(jobId, seq, 'it is not JSON');
  }
  if (entry.jobId !== jobId || entry.seq !== seq) throw journalCorrupt(jobId, seq, 'it belongs somewhere else');
  return entry;
}

async function reached<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (!isXcError(error)) throw error;
    throw new XcError('XC_SHARD_JOURNAL_UNAVAILABLE', 'the journal in Redis is out of reach', {
      cause: error,
      retryable: true,
    });
  }
}
