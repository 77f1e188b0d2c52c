import { appendFile, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { journalContract } from '../testing/journal-contract.ts';
import { fileJournal } from './file-journal.ts';
import type { JournalEntry } from './journal.ts';
import { memoryJournal } from './memory-journal.ts';

let folder: string;
let journals = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xc-journal-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const inMemory = async () => {
  const journal = memoryJournal();
  return { open: async () => journal };
};
const inFiles = async () => {
  const own = join(folder, `${journals++}`);
  return { open: async () => fileJournal(own) };
};

test.for(journalContract(inMemory))('memory: $name', ({ run }) => run());
test.for(journalContract(inFiles))('files: $name', ({ run }) => run());

const entry = (seq: number): JournalEntry => ({ jobId: 'job', seq, at: seq, phase: 'copy', cursor: `käy ${seq}` });

test('a file torn at any byte is what was promised before, and goes on from there', async () => {
  const own = join(folder, `${journals++}`);
  const path = join(own, 'job.journal');
  for (const seq of [1, 2, 3]) await fileJournal(own).append(entry(seq));
  const whole = await readFile(path);
  const ends = [...whole.keys()].filter((at) => whole[at] === 10).map((at) => at + 1);
  for (let length = 0; length <= whole.length; length += 1) {
    await writeFile(path, whole.subarray(0, length));
    const kept = ends.filter((end) => end <= length).length;
    expect((await fileJournal(own).read('job')).map(({ seq }) => seq)).toEqual([1, 2, 3].slice(0, kept));
    if (length % 7 !== 0) continue;
    await fileJournal(own).append(entry(kept + 1));
    expect((await fileJournal(own).read('job')).at(-1)).toEqual(entry(kept + 1));
  }
});

test('a last line of other bytes is cut off, one before it is damage', async () => {
  const own = join(folder, `${journals++}`);
  const path = join(own, 'job.journal');
  for (const seq of [1, 2]) await fileJournal(own).append(entry(seq));
  const whole = await readFile(path);
  await appendFile(path, '00000000 {"half": \n');
  expect(await fileJournal(own).read('job')).toHaveLength(2);
  await fileJournal(own).append(entry(3));
  expect(await fileJournal(own).read('job')).toHaveLength(3);
  await truncate(path, whole.length);
  for (let at = 0; at < whole.indexOf(10); at += 1) {
    const damaged = Buffer.from(whole);
    damaged[at] = (damaged[at] as number) ^ 1;
    if (damaged[at] === 10) continue;
    await writeFile(path, damaged);
    await expect(fileJournal(own).read('job'), `byte ${at}`).rejects.toMatchObject({
      code: 'XC_SHARD_JOURNAL_CORRUPT',
    });
    await expect(fileJournal(own).append(entry(3))).rejects.toMatchObject({ code: 'XC_SHARD_JOURNAL_CORRUPT' });
  }
});

test('a line of another job, or out of turn, is damage', async () => {
  const own = join(folder, `${journals++}`);
  for (const seq of [1, 2]) await fileJournal(own).append(entry(seq));
  const whole = await readFile(join(own, 'job.journal'), 'utf8');
  await writeFile(join(own, 'other.journal'), whole);
  await expect(fileJournal(own).read('other')).rejects.toMatchObject({
    code: 'XC_SHARD_JOURNAL_CORRUPT',
    details: { line: 1 },
  });
  await writeFile(join(own, 'job.journal'), whole.split('\n').slice(1).join('\n'));
  await expect(fileJournal(own).read('job')).rejects.toMatchObject({ code: 'XC_SHARD_JOURNAL_CORRUPT' });
});

test('a folder that cannot be one is out of reach', async () => {
  const path = join(folder, 'a file');
  await writeFile(path, '');
  await expect(fileJournal(path).append(entry(1))).rejects.toMatchObject({ code: 'XC_SHARD_JOURNAL_UNAVAILABLE' });
  await expect(fileJournal(path).jobs()).rejects.toMatchObject({ code: 'XC_SHARD_JOURNAL_UNAVAILABLE' });
  expect(() => fileJournal('')).toThrow(TypeError);
});
