import { ManualClock } from '@xc/core/testing';
import { describe, expect, test } from 'vitest';
import type { DataAdapter, Place } from '../moving/data-adapter.ts';
import { memoryShards } from './memory-shards.ts';

const { signal } = new AbortController();
const at: Place = { shard: 'a', partition: 3, moveId: 'm1', mover: 5 };
const context = { partition: 3, term: 1 };

function promiseOf<R>() {
  let resolve: (value: R) => void = () => undefined;
  const promise = new Promise<R>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 30; turn += 1) await Promise.resolve();
};

describe('shards in memory', () => {
  test('keep what a client writes in the partition of its context', async () => {
    const shards = memoryShards();
    const client = shards.connect({ id: 'a' }, context);
    await client.put('k', { n: 1 });
    await client.put('__proto__', 2);
    await client.transaction(async (own) => {
      await Promise.all([own.put('x', 3), own.delete('k')]);
      expect(await own.get('x')).toBe(3);
      expect(await client.get('x')).toBeUndefined();
    });
    expect(await client.get('__proto__')).toBe(2);
    expect(await client.list()).toEqual([
      { key: '__proto__', value: 2 },
      { key: 'x', value: 3 },
    ]);
    expect(shards.inspect('a', 3)).toMatchObject({ writers: 0, pending: 0, captures: [] });
    expect(await shards.connect({ id: 'b' }, context).get('x')).toBeUndefined();
    await expect(client.put('x', undefined)).rejects.toThrow(TypeError);
    await expect(shards.connect({ id: 'a' }, { ...context, partitions: [1, 3] }).put('x', 1)).rejects.toThrow(
      'one partition',
    );
    expect([shards.shards, shards.partitions('a')]).toEqual([['a', 'b'], [3]]);
  });

  test('undo a transaction that fails, and take no more of its writes', async () => {
    const shards = memoryShards();
    const client = shards.connect({ id: 'a' }, context);
    let late: () => Promise<void> = async () => undefined;
    const failing = client.transaction(async (own) => {
      late = () => own.put('k', 2);
      await own.put('k', 1);
      throw new Error('mine');
    });
    await expect(failing).rejects.toThrow('mine');
    await expect(late()).rejects.toThrow('over');
    expect(shards.inspect('a', 3)).toMatchObject({ rows: [], writers: 0 });
  });

  test('a fence waits for the transactions inside, and gives up with its signal', async () => {
    const shards = memoryShards();
    const held = promiseOf<void>();
    const writing = shards.connect({ id: 'a' }, context).transaction(async (own) => {
      await own.put('k', 1);
      await held.promise;
    });
    await turns();
    const giveUp = new AbortController();
    const fence = shards.adapter.fence(at, 2, giveUp.signal);
    const behind = shards.connect({ id: 'a' }, context).put('k', 2);
    await turns();
    expect(shards.inspect('a', 3)).toMatchObject({ minTerm: 0, rows: [], writers: 1 });
    giveUp.abort(new Error('too long'));
    await expect(fence).rejects.toThrow('too long');
    await behind;
    const again = shards.adapter.fence(at, 2, signal);
    held.resolve();
    await writing;
    await again;
    await expect(shards.connect({ id: 'a' }, context).put('k', 3)).rejects.toMatchObject({
      code: 'XC_SHARD_FENCED',
      details: { partition: 3, term: 1, minTerm: 2 },
    });
    await shards.adapter.fence(at, 1, signal);
    expect(shards.inspect('a', 3)).toMatchObject({ minTerm: 2, rows: [{ key: 'k', value: 1 }] });
  });

  test('refuse no term where routers stop by themselves', async () => {
    const shards = memoryShards({ fencing: 'lease' });
    await shards.adapter.fence(at, 9, signal);
    await shards.connect({ id: 'a' }, context).put('k', 1);
    expect(shards.inspect('a', 3)).toMatchObject({ minTerm: 9, rows: [{ key: 'k' }] });
  });

  test('give out marks once their writes cannot be under way, or the data refuses them', async () => {
    const clock = new ManualClock();
    const { adapter } = memoryShards({ capture: 'mirror', clock, writeDeadlineMs: 1_000 });
    const { mark, unmark } = adapter as Required<DataAdapter>;
    expect(await mark(at, { keys: ['k'], term: 1 }, signal)).toBeUndefined();
    await adapter.startCapture(at, signal);
    const mine = await mark(at, { keys: ['k', 'l'], term: 1 }, signal);
    expect((await adapter.changes(at, 10, signal)).keys).toEqual([]);
    await clock.advance(1_000);
    await mark(at, { keys: ['young'], term: 1 }, signal);
    expect((await adapter.changes(at, 10, signal)).keys).toEqual(['k', 'l']);
    await unmark(at, mine as string, signal);
    expect((await adapter.changes(at, 10, signal)).keys).toEqual([]);
    await adapter.fence(at, 2, signal);
    expect((await adapter.changes(at, 10, signal)).keys).toEqual(['young']);
    await expect(mark(at, { keys: ['k'], term: 1 }, signal)).rejects.toMatchObject({ code: 'XC_SHARD_FENCED' });
  });

  test('remember deleted rows as tombstones where rows have versions', async () => {
    const shards = memoryShards({ capture: 'mirror' });
    const { adapter } = shards;
    const to = { ...at, shard: 'b' };
    const client = shards.connect({ id: 'a' }, context);
    await client.put('k', 'old');
    const old = await adapter.read(at, ['k'], signal);
    await client.delete('k');
    const gone = await adapter.read(at, ['k', 'never'], signal);
    expect(gone).toEqual([
      { key: 'k', value: undefined, version: 2n },
      { key: 'never', value: undefined, version: 0n },
    ]);
    for (const row of [...gone, ...old]) await adapter.apply(to, [{ key: row.key, row }], signal);
    expect(shards.inspect('b', 3)).toMatchObject({ rows: [], tombstones: ['k'] });
    expect(await adapter.scan(at, undefined, 10, signal)).toEqual({ rows: [], next: undefined });
    expect(await adapter.purge(to, 10, signal)).toBe(0);
    expect(shards.inspect('b', 3).tombstones).toEqual([]);
  });

  test('let others have their turn at every call, and fail where that throws', async () => {
    const calls: string[] = [];
    const shards = memoryShards({
      interleave: async ({ of, method, when }) => {
        calls.push(`${of} ${method} ${when}`);
        await turns();
        if (method === 'commit' && when === 'after') throw new Error('crashed');
      },
    });
    await expect(shards.connect({ id: 'a' }, context).put('k', 1)).rejects.toThrow('crashed');
    expect(calls).toEqual(['put', 'commit'].flatMap((name) => [`client ${name} before`, `client ${name} after`]));
    expect(shards.inspect('a', 3)).toMatchObject({ rows: [{ key: 'k', value: 1 }], writers: 0 });
    await shards.adapter.claim(at, signal);
    expect(calls.at(-1)).toBe('adapter claim after');
  });

  test('fail every call of a shard that is stopped, and have their data when it is started again', async () => {
    const shards = memoryShards();
    const client = shards.connect({ id: 'a' }, context);
    await client.put('k', 1);
    shards.stop('a');
    await expect(client.put('k', 2)).rejects.toThrow('shard a is stopped');
    await expect(shards.adapter.read(at, ['k'], signal)).rejects.toThrow('stopped');
    shards.start('a');
    expect(await client.get('k')).toBe(1);
  });

  test('refuse options that are none', () => {
    expect(() => memoryShards({ capture: 'both' as never })).toThrow(TypeError);
    expect(() => memoryShards({ fencing: 'none' as never })).toThrow(TypeError);
    expect(() => memoryShards({ clock: {} as never })).toThrow('clock must have now');
    expect(() => memoryShards({ interleave: 3 as never })).toThrow('interleave must be a function, got 3');
    expect(() => memoryShards({ writeDeadlineMs: -1 })).toThrow(RangeError);
  });
});
