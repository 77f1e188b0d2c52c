import fc from 'fast-check';
import { createPool as createTheirs } from 'generic-pool';
import { expect, test } from 'vitest';
import { type Thing, Things } from '../../test/things.ts';
import { createPool, type GenericPool, type GenericPoolOptions } from './index.ts';

type Act =
  | { readonly type: 'acquire'; readonly priority: number | undefined }
  | { readonly type: 'release' | 'destroy' | 'release again' | 'use' | 'fail'; readonly which: number };

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('acquire' as const),
      priority: fc.option(fc.integer({ min: -1, max: 4 }), { nil: undefined }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constantFrom('release' as const, 'release', 'release', 'destroy', 'release again', 'use', 'fail'),
      which: fc.nat(9),
    }),
  },
);

const options: fc.Arbitrary<GenericPoolOptions> = fc.record({
  max: fc.integer({ min: 1, max: 4 }),
  min: fc.integer({ min: 0, max: 2 }),
  fifo: fc.boolean(),
  priorityRange: fc.integer({ min: 1, max: 3 }),
  maxWaitingClients: fc.integer({ min: 0, max: 6 }),
});

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Everything that can be seen of a pool while a program runs on it. */
async function trace(pool: GenericPool<Thing>, things: Things, acts: readonly Act[]): Promise<unknown[]> {
  const seen: unknown[] = [];
  const held: Thing[] = [];
  const returned: Thing[] = [];
  const note = (what: string) => (error: Error) => void seen.push([what, error.message]);
  await turn();
  for (const [step, { type, ...rest }] of acts.entries()) {
    const which = 'which' in rest && held.length > 0 ? rest.which % held.length : 0;
    if ('priority' in rest) {
      pool.acquire(rest.priority).then((thing) => {
        seen.push([step, 'got', thing.id]);
        held.push(thing);
      }, note('refused'));
    } else if (type === 'use' || type === 'fail') {
      const using = pool.use(async ({ id }) => {
        if (type === 'fail') throw new Error(`failed with ${id}`);
        seen.push([step, 'used', id]);
      });
      using.catch(note('use'));
    } else if (type === 'release again') {
      const [stale] = returned;
      // Somebody else may have it by now, and nobody could tell.
      if (stale !== undefined && !pool.isBorrowedResource(stale)) pool.release(stale).catch(note('again'));
    } else if (held.length > 0) {
      const [thing] = held.splice(which, 1) as [Thing];
      returned.unshift(thing);
      (type === 'release' ? pool.release(thing) : pool.destroy(thing)).catch(note(type));
    }
    await turn();
    const { size, available, borrowed, pending, spareResourceCapacity } = pool;
    seen.push([
      step,
      type,
      size,
      available,
      borrowed,
      pending,
      spareResourceCapacity,
      things.opened,
      [...things.closed],
    ]);
  }
  return seen;
}

test('random programs see the same on generic-pool and here', async () => {
  await fc.assert(
    fc.asyncProperty(options, fc.array(act, { maxLength: 30 }), async (chosen, acts) => {
      const [theirThings, ourThings] = [new Things(), new Things()];
      const theirs = await trace(createTheirs(theirThings as never, chosen as never) as never, theirThings, acts);
      expect(await trace(createPool(ourThings, chosen), ourThings, acts)).toEqual(theirs);
    }),
    { numRuns: 300, seed: 20 },
  );
});
