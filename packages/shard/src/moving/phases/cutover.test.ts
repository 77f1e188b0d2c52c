import { constantBackoff, XcError } from '@xc/core';
import { afterEach, expect, test } from 'vitest';
import { closeMovers, filledWorld, moverOf } from '../../../test/moving-world.ts';
import type { TopologyStore } from '../../topology/topology-store.ts';
import type { DataAdapter } from '../data-adapter.ts';

afterEach(closeMovers);

/** A store that does to its calls what a test wants. */
function storeWith(store: TopologyStore, own: Partial<TopologyStore>): TopologyStore {
  return {
    load: (signal) => store.load(signal),
    cas: (next, expected, signal) => store.cas(next, expected, signal),
    watch: (changed) => store.watch(changed),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
    ...own,
  };
}

test('a writer that holds a transaction open makes the fence give way; others go on at the source until it ends', async () => {
  const world = await filledWorld({}, { healFenceMs: 5_000 });
  const mover = moverOf(world);
  let end = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    end = resolve;
  });
  const holding = world.router.write('0:held', (client) =>
    client.transaction(async (transaction) => {
      await transaction.put('0:held', 'late');
      await held;
    }),
  );
  const running = mover.run(await world.plan([0, 'c']), { jobId: 'job' });
  await world.clock.advance(1_000);
  expect((await world.router.refresh()).owners[0]).toBe('a');
  // Each try raises the term in favour of the owner that there is: writers never wait longer than for one of them.
  expect(world.router.topology.terms[0]).toBeGreaterThan(1);
  const began = world.clock.monotonic();
  await world.put('0:other', 1);
  expect(world.clock.monotonic() - began).toBeLessThan(400);
  end();
  await world.settled(holding);
  const report = await world.settled(running);
  expect(report).toMatchObject({ ok: true, moves: [{ phase: 'reversible' }] });
  expect(report.moves[0]?.fencedMs).toBeGreaterThan(200);
  expect(world.rows('c', 0)).toMatchObject({ '0:held': 'late', '0:other': 1 });
});

test('a switch that is never through fails with its reason after so many tries, and writers go on', async () => {
  const world = await filledWorld();
  const mover = moverOf(world, { cutoverAttempts: 3 });
  let end = (): void => undefined;
  const holding = world.router.write('0:held', (client) =>
    client.transaction(async (transaction) => {
      await transaction.put('0:held', 'late');
      await new Promise<void>((resolve) => {
        end = resolve;
      });
    }),
  );
  const report = await world.settled(mover.run(await world.plan([0, 'c']), { jobId: 'job' }));
  const error = report.moves[0]?.error as XcError;
  expect(report).toMatchObject({ ok: false, moves: [{ phase: 'failed' }] });
  expect(error).toMatchObject({ code: 'XC_SHARD_CUTOVER_TIMEOUT', retryable: true });
  expect(error.details).toMatchObject({ attempts: 3, reason: 'writers do not let go' });
  end();
  await world.settled(holding);
  await world.put('0:1', 'at the source');
  expect(world.rows('a', 0)['0:1']).toBe('at the source');
  expect(await world.settled(mover.resume('job'))).toMatchObject({ ok: true, moves: [{ phase: 'reversible' }] });
});

test('who meets rows faster than it brings them over does not catch up, and says so', async () => {
  const world = await filledWorld();
  let writes = 0;
  const adapter: DataAdapter = {
    ...world.shards.adapter,
    async changes(at, limit, signal) {
      // As many rows as it takes, each time anybody looks.
      const context = { partition: 0, term: 1_000 };
      const client = world.shards.connect({ id: at.shard }, context);
      for (let row = 0; row < limit; row += 1) {
        writes += 1;
        await client.put(`0:new ${writes}`, writes);
      }
      return await world.shards.adapter.changes(at, limit, signal);
    },
  };
  const mover = moverOf(world, { adapter, batchRows: 5, catchUpRows: 2, cutoverAttempts: 2 });
  const report = await world.settled(mover.run(await world.plan([0, 'c']), { jobId: 'job' }));
  expect(report.moves).toMatchObject([{ phase: 'failed', error: { details: { reason: 'does not catch up' } } }]);
  expect(String(report.moves[0]?.error)).toContain('does not catch up');
  expect((await world.router.refresh()).owners[0]).toBe('a');
});

test('a row that is written a thousand times a second is switched all the same', async () => {
  const world = await filledWorld();
  const behind: number[] = [];
  const mover = moverOf(world, { batchRows: 3, catchUpRows: 1, onProgress: (facts) => behind.push(facts.behindRows) });
  let isOver = false;
  let last = 0;
  const writing = (async () => {
    for (let value = 1; !isOver; value += 1) {
      await world.router.write('0:hot', (client) => client.put('0:hot', value));
      last = value;
      await world.clock.sleep(1);
    }
  })();
  const running = mover.run(await world.plan([0, 'c']), { jobId: 'job' });
  const report = await world.settled(running, 1);
  await world.clock.advance(200);
  isOver = true;
  await world.settled(writing);
  expect(report).toMatchObject({ ok: true, moves: [{ phase: 'reversible', differences: 0 }] });
  expect(Math.max(...behind)).toBeLessThanOrEqual(3);
  expect(last).toBeGreaterThan(100);
  expect(world.rows('c', 0)['0:hot']).toBe(last);
});

test('of two moves that finish at the same moment one loses and repeats; its fence stays closed', async () => {
  const world = await filledWorld();
  for (let id = 0; id < 10; id += 1) await world.put(`1:${id}`, id);
  const switches: boolean[] = [];
  let waiting: (() => void)[] = [];
  const store = storeWith(world.store, {
    async cas(next, expected) {
      const isSwitch = next.moves.filter(({ phase }) => phase === 'reversible').length > 0 && switches.length < 2;
      if (!isSwitch) return await world.store.cas(next, expected);
      // Both look before either stores.
      if (waiting.length < 2) {
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
          if (waiting.length === 2) for (const go of waiting) go();
        });
      }
      const stored = await world.store.cas(next, expected);
      switches.push(stored);
      return stored;
    },
  });
  const mover = moverOf(world, { store });
  const report = await world.settled(mover.run(await world.plan([0, 'c'], [1, 'd']), { jobId: 'job' }));
  waiting = [];
  expect(switches).toEqual([true, false]);
  expect(report).toMatchObject({ ok: true, moves: [{ phase: 'reversible' }, { phase: 'reversible' }] });
  // One try each: the loser did not have to open its fence.
  expect((await world.router.refresh()).terms.slice(0, 2)).toEqual([2, 2]);
});

test('a mover that is slower than the routers are patient notices that its fence is void, and does not switch by it', async () => {
  const world = await filledWorld({}, { healFenceMs: 300, bufferMs: 2_000 });
  let slow = 0;
  const adapter: DataAdapter = {
    ...world.shards.adapter,
    async digest(at, buckets, signal) {
      // Stopped with the fence closed, once: longer than any time of its own.
      if (world.shards.inspect('a', 0).minTerm > 1 && at.shard === 'a' && slow === 0) {
        slow += 1;
        await world.clock.sleep(1_000);
      }
      return await world.shards.adapter.digest(at, buckets, signal);
    },
  };
  const mover = moverOf(world, { adapter, fenceMs: 5_000 });
  const running = mover.run(await world.plan([0, 'c']), { jobId: 'job' });
  await world.clock.advance(200);
  expect(world.shards.inspect('a', 0).minTerm).toBe(2);
  await world.put('0:1', 'healed');
  expect(world.rows('a', 0)['0:1']).toBe('healed');
  const report = await world.settled(running);
  expect(slow).toBe(1);
  expect(report).toMatchObject({ ok: true });
  expect(world.rows('c', 0)['0:1']).toBe('healed');
  expect(world.router.topology.terms[0]).toBe(3);
});

test('a topology store that is away for a moment after the fence is asked again', async () => {
  const world = await filledWorld();
  let failures = 0;
  const store = storeWith(world.store, {
    async cas(next, expected) {
      if (next.owners[0] === 'c' && failures < 3) {
        failures += 1;
        throw new XcError('XC_SHARD_TOPOLOGY_UNAVAILABLE', 'away', { retryable: true });
      }
      return await world.store.cas(next, expected);
    },
  });
  const report = await world.settled(moverOf(world, { store, fenceMs: 1_000 }).run(await world.plan([0, 'c'])));
  expect(failures).toBe(3);
  expect(report).toMatchObject({ ok: true, moves: [{ phase: 'reversible' }] });
});

test('a topology store that stays away stops the run, nothing is switched by guess, and writers go on by themselves', async () => {
  const world = await filledWorld({}, { healFenceMs: 400, bufferMs: 2_000 });
  let isAway = false;
  const away = (): never => {
    throw new XcError('XC_SHARD_TOPOLOGY_UNAVAILABLE', 'away', { retryable: true });
  };
  const store = storeWith(world.store, {
    load: async () => (isAway ? away() : await world.store.load()),
    async cas(next, expected) {
      if (next.owners[0] === 'c') isAway = true;
      return isAway ? away() : await world.store.cas(next, expected);
    },
  });
  const running = moverOf(world, { store }).run(await world.plan([0, 'c']), { jobId: 'job' });
  await expect(world.settled(running)).rejects.toMatchObject({ code: 'XC_SHARD_TOPOLOGY_UNAVAILABLE' });
  expect((await world.router.refresh()).owners[0]).toBe('a');
  await world.put('0:1', 'later');
  expect(world.rows('a', 0)['0:1']).toBe('later');
  expect(await world.settled(moverOf(world).resume('job'))).toMatchObject({ ok: true });
  expect(world.rows('c', 0)['0:1']).toBe('later');
});

test('a topology store that never answers keeps the fence closed no longer than any other', async () => {
  const world = await filledWorld({}, { healFenceMs: 60_000, bufferMs: 120_000 });
  let isHanging = false;
  const store = storeWith(world.store, {
    async cas(next, expected) {
      if (next.owners[0] !== 'c' || isHanging) return await world.store.cas(next, expected);
      isHanging = true;
      return await new Promise(() => undefined);
    },
  });
  const running = moverOf(world, { store }).run(await world.plan([0, 'c']), { jobId: 'job' });
  await world.clock.advance(100);
  expect(isHanging).toBe(true);
  const began = world.clock.monotonic();
  await world.put('0:1', 'later');
  expect(world.clock.monotonic() - began).toBeLessThan(300);
  expect(await world.settled(running)).toMatchObject({ ok: true, moves: [{ phase: 'reversible' }] });
  expect(world.rows('c', 0)['0:1']).toBe('later');
});

test('a target that dies while the fence is closed fails the move, and nobody waits for it', async () => {
  const world = await filledWorld({}, { healFenceMs: 60_000, bufferMs: 120_000 });
  const adapter: DataAdapter = {
    ...world.shards.adapter,
    async fence(at, minTerm, signal) {
      await world.shards.adapter.fence(at, minTerm, signal);
      if (at.shard === 'a') world.shards.stop('c');
    },
  };
  const mover = moverOf(world, { adapter, retry: { attempts: 2, backoff: constantBackoff(20) } });
  const report = await world.settled(mover.run(await world.plan([0, 'c']), { jobId: 'job' }));
  expect(report.moves).toMatchObject([{ phase: 'failed', error: { message: 'shard c is stopped' } }]);
  for (const command of ['resume', 'abort'] as const) {
    const began = world.clock.monotonic();
    await world.put('0:1', command);
    expect(world.clock.monotonic() - began, command).toBeLessThan(100);
    expect(await world.settled(mover[command]('job')), command).toMatchObject({ ok: false });
  }
  world.shards.start('c');
  expect(await world.settled(moverOf(world).abort('job'))).toMatchObject({ ok: true, moves: [{ phase: 'aborted' }] });
  expect(world.rows('a', 0)['0:1']).toBe('abort');
});

test('a switch that was stored though its answer got lost is a switch', async () => {
  const world = await filledWorld();
  let isLost = false;
  const store = storeWith(world.store, {
    async cas(next, expected) {
      const stored = await world.store.cas(next, expected);
      if (next.owners[0] !== 'c' || isLost) return stored;
      isLost = true;
      throw new Error('connection reset');
    },
  });
  const report = await world.settled(moverOf(world, { store }).run(await world.plan([0, 'c'])));
  expect(isLost).toBe(true);
  expect(report).toMatchObject({ ok: true, moves: [{ phase: 'reversible' }] });
  expect(world.router.topology.terms[0]).toBe(2);
});

test('a switch that was stored though its answer never comes is a switch as well', async () => {
  const world = await filledWorld();
  const store = storeWith(world.store, {
    async cas(next, expected) {
      const isSwitch = next.owners[0] === 'c' && (await world.store.load())?.owners[0] === 'a';
      const stored = await world.store.cas(next, expected);
      return isSwitch ? await new Promise(() => undefined) : stored;
    },
  });
  const report = await world.settled(moverOf(world, { store }).run(await world.plan([0, 'c'])));
  expect(report).toMatchObject({ ok: true, moves: [{ phase: 'reversible' }] });
  const expected = { owners: ['c', 'b', 'a', 'b'], terms: [2, 1, 1, 1], moves: [{ phase: 'reversible' }] };
  expect(await world.router.refresh()).toMatchObject(expected);
});

test('sides that differ though everything was brought over are not switched, and are compared once more', async () => {
  const world = await filledWorld();
  let isTampered = false;
  const adapter: DataAdapter = {
    ...world.shards.adapter,
    async fence(at, minTerm, signal) {
      await world.shards.adapter.fence(at, minTerm, signal);
      if (at.shard !== 'a' || isTampered) return;
      isTampered = true;
      // As if somebody had written at the target by hand.
      await world.shards.adapter.apply(
        { ...at, shard: 'c' },
        [{ key: '0:1', row: { key: '0:1', value: 'odd' } }],
        signal,
      );
    },
  };
  const report = await world.settled(moverOf(world, { adapter }).run(await world.plan([0, 'c'])));
  expect(isTampered).toBe(true);
  expect(report).toMatchObject({ ok: true, moves: [{ phase: 'reversible', differences: 1 }] });
  expect(world.rows('c', 0)['0:1']).toBe(1);
});

test('an owner whose data was fenced higher than the topology knows gets a term that it takes', async () => {
  const world = await filledWorld({}, { healFenceMs: 60_000 });
  await world.shards.adapter.fence(
    { shard: 'c', partition: 0, moveId: 'before', mover: 0 },
    50,
    new AbortController().signal,
  );
  const report = await world.settled(moverOf(world).run(await world.plan([0, 'c']), { jobId: 'job' }));
  expect(report).toMatchObject({ ok: true, moves: [{ phase: 'reversible' }] });
  expect(await world.store.load()).toMatchObject({ owners: ['c', 'b', 'a', 'b'], terms: [50, 1, 1, 1] });
  const began = world.clock.monotonic();
  await world.put('0:1', 'at once');
  expect(world.clock.monotonic() - began).toBeLessThan(1_000);
  expect(world.rows('c', 0)['0:1']).toBe('at once');
});

test('where routers stop by themselves, a fence is relied on only when each of them must have seen it', async () => {
  const world = await filledWorld({ fencing: 'lease', writeDeadlineMs: 70 });
  const mover = moverOf(world, { leaseMs: 60 });
  let shownAt = Number.NaN;
  const subscription = await world.store.watch(async () => {
    const shown = (await world.store.load())?.moves.some(({ phase }) => phase === 'cutover');
    if (shown && Number.isNaN(shownAt)) shownAt = world.clock.monotonic();
  });
  let comparedAt = Number.NaN;
  const adapter: DataAdapter = {
    ...world.shards.adapter,
    changes(at, limit, signal) {
      if (!Number.isNaN(shownAt) && Number.isNaN(comparedAt)) comparedAt = world.clock.monotonic();
      return world.shards.adapter.changes(at, limit, signal);
    },
  };
  const running = moverOf(world, { leaseMs: 60, adapter }).run(await world.plan([0, 'c']), { jobId: 'job' });
  const report = await world.settled(running, 5);
  await subscription.close();
  expect(report).toMatchObject({ ok: true, moves: [{ phase: 'reversible' }] });
  expect(comparedAt - shownAt).toBeGreaterThanOrEqual(130);
  expect(await world.settled(mover.reverse('job'))).toMatchObject({ ok: true, moves: [{ phase: 'reversed' }] });
});
