import assert from 'node:assert/strict';
import type { Journal, JournalEntry } from '../moving/journal.ts';
import type { ContractCase } from './store-contract.ts';

/** Opens journals. */
export interface JournalFixture {
  /** The same journal again, as another process would open it. */
  open(): Promise<Journal>;
}

function entry(seq: number, changes: Partial<JournalEntry> = {}): JournalEntry {
  return { jobId: 'job', seq, at: 1_700_000_000_000 + seq, phase: 'copy', ...changes };
}

/**
 * What every journal keeps, for any test runner.
 * @param fixture - Called once a case; the journal is empty.
 */
export function journalContract(fixture: () => Promise<JournalFixture>): readonly ContractCase[] {
  const cases: Readonly<Record<string, (open: () => Promise<Journal>) => Promise<void>>> = {
    'has nothing of a job that nobody wrote': async (open) => {
      const journal = await open();
      assert.deepEqual(await journal.read('job'), []);
      assert.deepEqual(await journal.jobs(), []);
    },
    'gives back what was written, in order, to every other opener as well': async (open) => {
      const [journal, other] = [await open(), await open()];
      const entries = [
        entry(1, { phase: 'planned', step: 'took-over', facts: { mover: 7, nested: { rows: [1, 2] } } }),
        entry(2, { moveId: 'move\n1', cursor: 'key "quoted" \u2028 😀' }),
        entry(3, { moveId: 'm2', cursor: 'x'.repeat(20_000) }),
      ];
      for (const one of entries) await journal.append(one);
      assert.deepEqual(await journal.read('job'), entries);
      assert.deepEqual(await other.read('job'), entries);
    },
    'takes the next entry only': async (open) => {
      const [journal, other] = [await open(), await open()];
      await assert.rejects(journal.append(entry(2)), { code: 'XC_SHARD_JOURNAL_CONFLICT' });
      await journal.append(entry(1));
      for (const seq of [1, 3]) await assert.rejects(other.append(entry(seq)), { code: 'XC_SHARD_JOURNAL_CONFLICT' });
      await other.append(entry(2));
      await assert.rejects(journal.append(entry(2)), { code: 'XC_SHARD_JOURNAL_CONFLICT' });
      assert.deepEqual(
        (await journal.read('job')).map(({ seq }) => seq),
        [1, 2],
      );
    },
    'lets one of many write each entry': async (open) => {
      const journals = await Promise.all([open(), open(), open()]);
      for (let seq = 1; seq <= 5; seq += 1) {
        const tries = await Promise.allSettled(journals.map((journal) => journal.append(entry(seq))));
        assert.equal(tries.filter(({ status }) => status === 'fulfilled').length, 1);
      }
      assert.equal((await journals[0]?.read('job'))?.length, 5);
    },
    'keeps jobs apart, and names them': async (open) => {
      const journal = await open();
      for (const jobId of ['b', 'a.1', 'A_-']) await journal.append(entry(1, { jobId }));
      assert.deepEqual([...(await journal.jobs())].sort(), ['A_-', 'a.1', 'b']);
      assert.deepEqual(await journal.read('b'), [entry(1, { jobId: 'b' })]);
    },
    'keeps nothing of what callers do to their copies': async (open) => {
      const journal = await open();
      const mine = entry(1, { facts: { rows: 1 } }) as { facts: Record<string, unknown> } & JournalEntry;
      await journal.append(mine);
      mine.facts.rows = 2;
      const [read] = (await journal.read('job')) as unknown as { facts: Record<string, unknown> }[];
      if (read !== undefined) read.facts.rows = 3;
      assert.deepEqual((await journal.read('job'))[0]?.facts, { rows: 1 });
    },
    'refuses jobs whose name cannot be a file and a key': async (open) => {
      const journal = await open();
      for (const jobId of ['', 'a b', '../x', '.', '..', 'ä', 'x'.repeat(101), undefined]) {
        await assert.rejects(journal.append(entry(1, { jobId: jobId as string })), TypeError);
        await assert.rejects(journal.read(jobId as string), TypeError);
      }
      for (const seq of [0, -1, 1.5]) await assert.rejects(journal.append(entry(seq)), RangeError);
    },
  };
  return Object.entries(cases).map(([name, run]) => ({ name, run: async () => run((await fixture()).open) }));
}
