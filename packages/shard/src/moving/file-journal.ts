import { mkdir, open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { XcError } from '@xc/core';
import { xxh32 } from '../hash/xxh32.ts';
import { shown } from '../keys/shown.ts';
import { FileLock } from '../topology/file-lock.ts';
import { checkEntry, checkJobId, journalConflict, journalCorrupt } from './check-entry.ts';
import type { Journal, JournalEntry } from './journal.ts';

const SUFFIX = '.journal';
/** How long an entry waits for those of other processes, in ms. */
const DEADLINE_MS = 2_000;

/** The entries of a file, and how many of its bytes they are. */
interface Written {
  readonly entries: readonly JournalEntry[];
  readonly bytes: number;
}

/**
 * Writes each job down in a file of its own: a line an entry, with a checksum, on the disk before `append` resolves. A last line
 * that was torn by a crash is cut off: it was never promised; damage to the last line, or to the line feed before it, looks the same
 * and is treated so. Two processes cannot both write the next entry.
 *
 * @throws TypeError for a folder that is none. Calls reject with XcError `XC_SHARD_JOURNAL_CONFLICT`; with
 * `XC_SHARD_JOURNAL_CORRUPT` for damage anywhere else; with `XC_SHARD_JOURNAL_UNAVAILABLE` when the file cannot be read or
 * written.
 */
export function fileJournal(directory: string): Journal {
  if (typeof directory !== 'string' || directory === '') {
    throw new TypeError(`directory must be a folder, got ${shown(directory)}`);
  }
  const fileOf = (jobId: string): string => join(directory, `${checkJobId(jobId)}${SUFFIX}`);
  return {
    async append(entry) {
      checkEntry(entry);
      const { jobId, seq } = entry;
      const path = fileOf(jobId);
      await reached(directory, () => mkdir(directory, { recursive: true }));
      const release = await reached(directory, () => new FileLock(`${path}.lock`).acquire(DEADLINE_MS));
      if (release === undefined) throw unavailable(directory, `others have held ${path} for ${DEADLINE_MS} ms`);
      try {
        const { entries, bytes } = await written(path, jobId);
        if (seq !== entries.length + 1) throw journalConflict(jobId, seq, entries.length);
        await reached(directory, () => appendAt(path, bytes, `${lineOf(entry)}\n`));
      } finally {
        await release();
      }
    },
    async read(jobId) {
      const path = fileOf(jobId);
      return (await written(path, jobId)).entries;
    },
    async jobs() {
      const names = (await reached(directory, () => readdir(directory), 'ENOENT')) ?? [];
      return names
        .filter((name) => name.endsWith(SUFFIX))
        .map((name) => name.slice(0, -SUFFIX.length))
        .sort();
    },
  };

  async function written(path: string, jobId: string): Promise<Written> {
    const file = await reached(directory, () => readFile(path), 'ENOENT');
    return file === undefined ? { entries: [], bytes: 0 } : parsed(file, jobId);
  }
}

function lineOf(entry: JournalEntry): string {
  const json = JSON.stringify(entry);
  return `${xxh32(json).toString(16).padStart(8, '0')} ${json}`;
}

/** All whole lines; only the last one may be anything else. */
function parsed(file: Buffer, jobId: string): Written {
  const entries: JournalEntry[] = [];
  let bytes = 0;
  for (let line = 1; bytes < file.length; line += 1) {
    const end = file.indexOf('\n', bytes);
    // What ends in no line feed is all that a crash can leave: whoever saw more promised knew it on the disk.
    if (end === -1) break;
    const text = file.toString('utf8', bytes, end);
    const entry = entryOf(text);
    if (entry === undefined) {
      if (end === file.length - 1) break;
      throw journalCorrupt(jobId, line, 'its checksum does not fit');
    }
    if (entry.seq !== line || entry.jobId !== jobId) throw journalCorrupt(jobId, line, 'it belongs somewhere else');
    entries.push(entry);
    bytes = end + 1;
  }
  return { entries, bytes };
}

function entryOf(line: string): JournalEntry | undefined {
  const json = line.slice(9);
  if (line[8] !== ' ' || xxh32(json).toString(16).padStart(8, '0') !== line.slice(0, 8)) return undefined;
  return JSON.parse(json) as JournalEntry;
}

/** Puts a text behind so many bytes, cuts off what was torn there, and waits for the disk. */
async function appendAt(path: string, bytes: number, text: string): Promise<void> {
  await using file = await open(path, bytes === 0 ? 'w' : 'r+');
  await file.truncate(bytes);
  await file.write(text, bytes);
  await file.sync();
  if (bytes > 0) return;
  // A new file is on the disk only with its folder.
  await using folder = await open(join(path, '..'), 'r');
  await folder.sync();
}

/** What `work` gives; `undefined` where it fails with the code that is forgiven. */
async function reached<T>(directory: string, work: () => Promise<T>, forgiven?: string): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if ((error as { readonly code?: unknown } | null)?.code === forgiven && forgiven !== undefined) return undefined;
    throw unavailable(directory, String((error as Error).message), error);
  }
}

function unavailable(directory: string, why: string, cause?: unknown): XcError<'XC_SHARD_JOURNAL_UNAVAILABLE'> {
  return new XcError('XC_SHARD_JOURNAL_UNAVAILABLE', `the journal in ${directory} is out of reach: ${why}`, {
    cause,
    details: { directory },
    retryable: true,
  });
}
