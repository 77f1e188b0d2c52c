import assert from 'node:assert/strict';
import { systemClock } from '@xc/core';
import type { AdapterTraits } from './adapter-fixture.ts';
import type { AdapterCases } from './row-cases.ts';

/** Writes of a stream between two turns of the event loop. */
const BREATH = 16;

/** Once a fence has resolved, no write of an older term is ever committed. For fencing 'data'. */
export function fenceCases({ canHold = true }: AdapterTraits): AdapterCases {
  return {
    'a fence refuses older terms, on its partition and shard only': async (probe) => {
      const { adapter, source, target, elsewhere, signal } = probe;
      await probe.write(source, 'a', 'first');
      await adapter.fence(source, 3, signal);
      const rows = await probe.rows(source);
      for (const text of ['newer', undefined]) {
        for (const term of [1, 2]) assert.equal(await probe.isTaken(probe.write(source, 'a', text, term)), false);
      }
      assert.deepEqual(await probe.rows(source), rows);
      for (const [at, term] of [
        [source, 3] as const,
        [source, 4] as const,
        [target, 1] as const,
        [elsewhere, 1] as const,
      ]) {
        await probe.write(at, `row of ${term}`, 'text', term);
      }
      assert.equal((await probe.rows(source)).length, 3);
    },
    'a fence only ever rises': async (probe) => {
      const { adapter, source, signal } = probe;
      await adapter.fence(source, 4, signal);
      await adapter.fence(source, 2, signal);
      await adapter.fence(source, 4, signal);
      assert.equal(await probe.isTaken(probe.write(source, 'a', 'text', 3)), false);
      await probe.write(source, 'a', 'text', 4);
      assert.equal((await probe.inspected(source))?.minTerm ?? 4, 4);
      assert.equal((await adapter.lowestTerm?.(source, signal)) ?? 4, 4);
      assert.equal((await adapter.lowestTerm?.(probe.target, signal)) ?? 0, 0);
    },
    'a mover writes whatever the term is': async (probe) => {
      const { adapter, source, target, signal } = probe;
      await probe.writeAll(source, ['a', 'b']);
      await adapter.fence(source, 7, signal);
      await adapter.fence(target, 7, signal);
      await probe.copy(source, target);
      assert.deepEqual(await probe.rows(target), await probe.rows(source));
      assert.equal(await adapter.purge(source, 10, signal), 2);
    },
    'a fence gets through a stream of writers, and none of them past it': async (probe) => {
      const { adapter, source, signal } = probe;
      let isOver = false;
      const writer = async (name: string): Promise<void> => {
        for (let count = 0; !isOver; count += 1) {
          if (!(await probe.isTaken(probe.write(source, name, `text ${count}`)))) return;
          // Shards in memory answer without the event loop: somebody else would never have a turn.
          if (count % BREATH === 0) await systemClock.sleep(0);
        }
      };
      const writers = ['a', 'b', 'c', 'd'].map(writer);
      try {
        await probe.write(source, 'e', 'text');
        await adapter.fence(source, 2, signal);
        const rows = await probe.rows(source);
        await probe.aWhile();
        assert.deepEqual(await probe.rows(source), rows, 'a write of an older term came after the fence');
      } finally {
        isOver = true;
        await Promise.all(writers);
      }
    },
    ...(canHold ? heldCases : {}),
  };
}

const heldCases: AdapterCases = {
  'a fence resolves only when no open write can be committed any more': async (probe) => {
    const { adapter, source, signal } = probe;
    await probe.write(source, 'k', 'before');
    const held = await probe.hold(source, 'k', 'held');
    let isFenced = false;
    const fence = adapter.fence(source, 2, signal).then(() => {
      isFenced = true;
    });
    await probe.aWhile();
    const [wasFenced, before] = [isFenced, await probe.rows(source)];
    const isCommitted = await probe.isTaken(held.commit());
    assert.ok(!(wasFenced && isCommitted), 'a write was committed after the fence');
    await fence;
    const after = await probe.rows(source);
    if (isCommitted) assert.notDeepEqual(after, before, 'the write that was committed is not there');
    else assert.deepEqual(after, before, 'the write that was refused is there');
    assert.equal(await probe.isTaken(probe.write(source, 'k', 'late')), false);
  },
  'a fence gives up with its signal, and has changed nothing': async (probe) => {
    const { adapter, source } = probe;
    const held = await probe.hold(source, 'k', 'held');
    const giveUp = new AbortController();
    const fence = adapter.fence(source, 2, giveUp.signal).then(
      () => 'through',
      (error) => error,
    );
    await probe.aWhile();
    giveUp.abort(new Error('too long'));
    const end = await probe.soon(fence);
    // One that ends open writes need not wait for them.
    if (end === 'through') return assert.equal(await probe.isTaken(held.commit()), false);
    assert.match(String(end), /too long/);
    await held.commit();
    await probe.write(source, 'l', 'text');
    assert.equal((await probe.rows(source)).length, 2);
  },
  'writes that come while a fence waits are let in or refused, and end': async (probe) => {
    const { adapter, source, signal } = probe;
    const held = await probe.hold(source, 'k', 'held');
    const fence = adapter.fence(source, 2, signal);
    const coming = Promise.all(['a', 'b'].map((name) => probe.isTaken(probe.write(source, name, 'text'))));
    await probe.aWhile();
    const isCommitted = await probe.isTaken(held.commit());
    await fence;
    const rows = await probe.rows(source);
    const taken = (await coming).filter(Boolean).length + (isCommitted ? 1 : 0);
    assert.equal((await probe.rows(source)).length, taken);
    assert.deepEqual(await probe.rows(source), rows);
  },
};
