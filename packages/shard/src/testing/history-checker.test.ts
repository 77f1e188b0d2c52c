import { describe, expect, test } from 'vitest';
import { FencedError } from '../errors/fenced-error.ts';
import type { FoundRow, HistoryViolation } from './history/history.ts';
import { type HistoryChecker, historyChecker } from './history-checker.ts';

const done = async (): Promise<void> => undefined;

/** Everything belongs to shard b. */
function kinds(history: HistoryChecker, rows: readonly FoundRow[], allowStaleReads = true) {
  const found = history.violations({ rows, ownerOf: () => 'b', allowStaleReads });
  return found.map(({ kind }) => kind);
}

const on = (shard: string, value: unknown, key = 'k'): FoundRow => ({ shard, key, value });

/** A write that goes on until it is told how it ends. */
function open(history: HistoryChecker, value: unknown) {
  let end: (error?: unknown) => void = () => undefined;
  const written = history.write(
    'k',
    value,
    () =>
      new Promise<void>((resolve, reject) => {
        end = (error) => (error === undefined ? resolve() : reject(error));
      }),
  );
  return async (error?: unknown): Promise<void> => {
    end(error);
    await written.catch(() => undefined);
  };
}

describe('a history holds', () => {
  test('when the value acknowledged last is on its owner', async () => {
    const history = historyChecker();
    await history.write('k', 1, done);
    await history.write('k', { n: 2 }, done);
    await history.write('gone', 1, done);
    await history.write('gone', undefined, done);
    expect(kinds(history, [on('b', { n: 2 })])).toEqual([]);
    history.check({ rows: [on('b', { n: 2 })], ownerOf: () => 'b' });
    expect(history.counts).toEqual({ acknowledged: 4, refused: 0, unknown: 0, reads: 0 });
  });

  test('with either of two values that were written at the same time', async () => {
    const history = historyChecker();
    const [one, other] = [open(history, 1), open(history, 2)];
    await one();
    await other();
    expect(kinds(history, [on('b', 1)])).toEqual([]);
    expect(kinds(history, [on('b', 2)])).toEqual([]);
    expect(kinds(history, [])).toEqual(['lost']);
  });

  test('with or without a later write of which nobody knows what became', async () => {
    const history = historyChecker();
    await history.write('k', 1, done);
    await open(history, 2)(new Error('connection lost'));
    open(history, 3);
    expect(history.counts).toMatchObject({ acknowledged: 1, unknown: 2 });
    for (const value of [1, 2, 3]) expect(kinds(history, [on('b', value)])).toEqual([]);
    await history.write('k', 4, done);
    expect(kinds(history, [on('b', 4)])).toEqual([]);
    expect(kinds(history, [on('b', 3)])).toEqual([]);
    expect(kinds(history, [on('b', 2)])).toEqual(['older']);
  });
});

describe('finds', () => {
  test('an acknowledged write that is lost, or was overwritten by an older one', async () => {
    const history = historyChecker();
    await history.write('k', 1, done);
    await history.write('k', 2, done);
    expect(kinds(history, [])).toEqual(['lost']);
    expect(kinds(history, [on('b', 1)])).toEqual(['older']);
  });

  test('a deleted row that has come back', async () => {
    const history = historyChecker();
    await history.write('k', 1, done);
    await history.write('k', undefined, done);
    expect(kinds(history, [on('b', 1)])).toEqual(['older']);
  });

  test('a row on two shards, or only where its owner is not', async () => {
    const history = historyChecker();
    await history.write('k', 1, done);
    expect(kinds(history, [on('a', 1), on('b', 1)])).toEqual(['twice']);
    expect(kinds(history, [on('a', 1)])).toEqual(['misplaced', 'lost']);
  });

  test('what nobody wrote, or what was refused', async () => {
    const history = historyChecker();
    expect(kinds(history, [on('b', 1)])).toEqual(['unwritten']);
    const fenced = new FencedError({ partition: 0, term: 1, minTerm: 2 });
    await expect(history.write('k', 1, () => Promise.reject(fenced))).rejects.toBe(fenced);
    expect(history.counts).toMatchObject({ refused: 1 });
    expect(kinds(history, [])).toEqual([]);
    expect(kinds(history, [on('b', 1)])).toEqual(['unwritten']);
    await history.write('k', 2, done);
    expect(kinds(history, [on('b', 'never')])).toEqual(['unwritten']);
  });

  test('reads of what nobody wrote, and stale ones where they may not be', async () => {
    const history = historyChecker();
    const end = [on('b', 2)];
    await history.read('k', async () => undefined);
    await history.write('k', 1, done);
    await history.write('k', 2, done);
    await history.read('k', async () => 2);
    expect(kinds(history, end, false)).toEqual([]);
    await history.read('k', async () => 1);
    expect(kinds(history, end)).toEqual([]);
    expect(kinds(history, end, false)).toEqual(['read-stale']);
    await history.read('k', async () => 3);
    await history.write('k', 3, done);
    expect(kinds(history, [on('b', 3)])).toEqual(['read-unwritten']);
    expect(history.counts.reads).toBe(4);
    await expect(history.read('k', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    expect(history.counts.reads).toBe(4);
  });

  test('the same in what other processes have kept', () => {
    const history = historyChecker();
    const write = { key: 'k', startedAt: 10, endedAt: 20, outcome: 'acknowledged' } as const;
    history.add({ ...write, value: 1 });
    history.add({ ...write, value: 2, startedAt: 15, endedAt: 25 });
    expect(kinds(history, [on('b', 1)])).toEqual([]);
    history.add({ ...write, value: 3, startedAt: 21, endedAt: 30 });
    expect(kinds(history, [on('b', 1)])).toEqual(['older']);
    expect(kinds(history, [on('b', 2)])).toEqual([]);
    history.addRead({ key: 'k', value: 1, startedAt: 31, endedAt: 32 });
    expect(kinds(history, [on('b', 3)], false)).toEqual(['read-stale']);
  });

  test('takes nothing that it could not judge', () => {
    const history = historyChecker();
    const write = { key: 'k', value: 1, startedAt: 1, endedAt: 2, outcome: 'acknowledged' } as const;
    for (const bad of [{ startedAt: undefined }, { endedAt: 0 }, { endedAt: Number.NaN }, { key: 1 }]) {
      expect(() => history.add({ ...write, ...bad } as never)).toThrow(TypeError);
      expect(() => history.addRead({ ...write, ...bad } as never)).toThrow(TypeError);
    }
    expect(() => history.add({ ...write, outcome: 'lost' as never })).toThrow('outcome must be one of acknowledged,');
    history.add({ ...write, endedAt: Number.POSITIVE_INFINITY });
    expect(history.counts.acknowledged).toBe(1);
  });

  test('and says what was expected, what is there, and where', async () => {
    const history = historyChecker();
    await history.write('k', { n: 1 }, done);
    await history.write('k', { n: 2 }, done);
    const texts = (rows: readonly FoundRow[]): readonly string[] =>
      history.violations({ rows, ownerOf: () => 'b' }).map(({ text }: HistoryViolation) => text);
    expect(texts([])).toEqual(["key 'k': { n: 2 } was acknowledged, but b has no such row"]);
    expect(texts([on('b', { n: 1 })])).toEqual([
      "key 'k': { n: 2 } was acknowledged, but b has { n: 1 }, which is older",
    ]);
    expect(texts([on('a', { n: 2 }), on('b', { n: 2 })])).toEqual(["key 'k': is on a and b; b owns it"]);
    for (let key = 0; key < 30; key += 1) await history.write(`k${key}`, 1, done);
    const check = () => history.check({ rows: [], ownerOf: () => 'b' });
    expect(check).toThrow('31 violations\nlost: ');
    expect(check).toThrow('and 11 more');
  });
});
