import assert from 'node:assert/strict';
import { customPartitions } from '../partitioners/custom-partitions.ts';
import { createTopology } from '../topology/create-topology.ts';
import type { Topology } from '../topology/topology.ts';
import type { TopologyStore } from '../topology/topology-store.ts';

/** One promise, as a test. */
export interface ContractCase {
  readonly name: string;
  /** Rejects when the promise is not kept. */
  run(): Promise<void>;
}

/** Opens stores. */
export interface StoreFixture {
  /** Another store of the same topology, as another process would open it; of a new one in each case. */
  open(): Promise<TopologyStore>;
}

const partitioner = customPartitions({ id: 'contract', partitions: 3, of: Number });
const first = createTopology({ partitioner, shards: [{ id: 'a' }, { id: 'b', weight: 2 }], owners: ['a', 'b', 'b'] });

function following(topology: Topology, owner = 'a'): Topology {
  return {
    ...topology,
    epoch: topology.epoch + 1,
    owners: [owner, 'b', 'b'],
    terms: topology.terms.map((term) => term + 1),
  };
}

/**
 * What every topology store keeps, for any test runner: `test.for(storeContract(fixture))('$name', ({ run }) => run())`.
 * @param fixture - Called once a case.
 */
export function storeContract(fixture: () => Promise<StoreFixture>): readonly ContractCase[] {
  const cases: ContractCase[] = [];
  const check = (name: string, promise: (open: () => Promise<TopologyStore>) => Promise<void>) => {
    const run = async (): Promise<void> => {
      const { open } = await fixture();
      const opened: TopologyStore[] = [];
      try {
        await promise(async () => {
          const store = await open();
          opened.push(store);
          return store;
        });
      } finally {
        for (const store of opened) await store[Symbol.asyncDispose]();
      }
    };
    cases.push({ name, run });
  };

  check('has nothing before anything is stored', async (open) => {
    const store = await open();
    assert.equal(await store.load(), undefined);
    assert.equal(await store.cas(following(first), 1), false);
    assert.equal(await store.load(), undefined);
  });

  check('gives back what was stored, to every other store as well', async (open) => {
    const [store, other] = [await open(), await open()];
    const full: Topology = {
      ...first,
      shards: [
        { id: 'a', replicas: ['a1'], attributes: { region: 'eu' }, state: 'draining' },
        { id: 'b', weight: 0.5 },
      ],
      moves: [{ moveId: 'm1', partition: 1, from: 'b', to: 'a', phase: 'copy', mover: 7 }],
    };
    assert.equal(await store.cas(full, 0), true);
    assert.deepEqual(await store.load(), full);
    assert.deepEqual(await other.load(), full);
  });

  check('changes only what is as expected', async (open) => {
    const [store, other] = [await open(), await open()];
    assert.equal(await store.cas(first, 0), true);
    assert.equal(await other.cas({ ...first }, 0), false);
    const second = following(first, 'b');
    assert.equal(await other.cas(second, 1), true);
    assert.equal(await store.cas(following(first), 1), false);
    assert.deepEqual(await store.load(), second);
  });

  check('lets one of many win each epoch', async (open) => {
    const stores = await Promise.all([open(), open(), open()]);
    assert.equal(await stores[0]?.cas(first, 0), true);
    let topology = first;
    for (let round = 0; round < 10; round += 1) {
      const tries = stores.flatMap((store) => [store, store]);
      const won = await Promise.all(
        tries.map((store, index) => store.cas(following(topology, index % 2 ? 'a' : 'b'), topology.epoch)),
      );
      assert.equal(won.filter(Boolean).length, 1);
      topology = (await stores[round % 3]?.load()) as Topology;
      assert.equal(topology.epoch, round + 2);
    }
  });

  check('refuses a topology that is none, or not one epoch higher', async (open) => {
    const store = await open();
    await assert.rejects(store.cas(following(first), 0), { code: 'XC_SHARD_TOPOLOGY_INVALID' });
    await assert.rejects(store.cas({ ...first, owners: ['a'] }, 0), { code: 'XC_SHARD_TOPOLOGY_INVALID' });
    await assert.rejects(store.cas({ ...first, owners: ['a', 'b', 'x'] }, 0), { code: 'XC_SHARD_TOPOLOGY_INVALID' });
    assert.equal(await store.load(), undefined);
  });

  check('keeps nothing of what callers do to their copies', async (open) => {
    const store = await open();
    const mine = structuredClone(first) as { owners: string[] } & Topology;
    await store.cas(mine, 0);
    mine.owners[0] = 'b';
    const loaded = (await store.load()) as { owners: string[] } & Topology;
    assert.equal(loaded.owners[0], 'a');
    loaded.owners[0] = 'b';
    assert.equal((await store.load())?.owners[0], 'a');
  });

  check('tells who watches of newer epochs, until it is closed', async (open) => {
    const [store, other] = [await open(), await open()];
    const told: number[] = [];
    let next = (): void => undefined;
    const watch = await other.watch((epoch) => {
      told.push(epoch);
      next();
    });
    const heard = (epoch: number): Promise<void> =>
      new Promise((resolve) => {
        next = () => {
          if ((told.at(-1) ?? 0) >= epoch) resolve();
        };
        next();
      });
    await store.cas(first, 0);
    await heard(1);
    const second = following(first);
    await store.cas(second, 1);
    await heard(2);
    await watch.close();
    await watch.close();
    const count = told.length;
    await store.cas(following(second), 2);
    await other.load();
    assert.equal(told.length, count);
    assert.deepEqual(
      told,
      [...told].sort((a, b) => a - b),
    );
  });

  check('an aborted call is rejected with the reason, and changes nothing', async (open) => {
    const store = await open();
    const signal = AbortSignal.abort(new Error('enough'));
    await assert.rejects(store.load(signal), /enough/);
    await assert.rejects(store.cas(first, 0, signal), /enough/);
    assert.equal(await store.load(), undefined);
  });
  return cases;
}
