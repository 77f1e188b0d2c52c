import assert from 'node:assert/strict';
import { systemClock } from '@xc/core';
import type { TierSpace } from '../../tier/tier.ts';
import type { TierCall } from '../../tier/tier-call.ts';
import { call, entryOf, MAX_BYTES, on, type TierCase } from './tier-case.ts';

/** Only a tier that does not settle at all takes that long. */
const NEVER_MS = 2_000;

type Call = TierCall & { readonly signal: AbortSignal };

const once = { key: '/k', owner: 'a', leaseMs: 60_000, ttlMs: 60_000, onCrash: 'rerun' } as const;
const write = { key: '/k', entry: entryOf(1), maxBytes: MAX_BYTES } as const;

const asks: Readonly<
  Record<Exclude<keyof TierSpace, 'root' | 'onLoss'>, (space: TierSpace, call: Call) => Promise<unknown>>
> = {
  read: (space, by) => space.read([{ key: '/k', fence: 'miss' }], by),
  fill: (space, by) => space.fill([{ ...write, fence: '12345', stamp: 0n }], by),
  set: (space, by) => space.set([{ ...write, stamp: 'latest' }], by),
  drop: (space, by) => space.drop([{ key: '/k', soft: false }], by),
  raise: (space, by) => space.raise({ ids: ['ta'], lengths: [], above: 0n, maxLive: 10 }, by),
  groups: (space, by) => space.groups(['ta'], by),
  touch: (space, by) => space.touch({ key: '/k' }, by),
  renew: (space, by) => space.renew({ key: '/k', owner: 'a', leaseMs: 1_000 }, by),
  release: (space, by) => space.release('/k', 'a', by),
  onceBegin: (space, by) => space.onceBegin(once, by),
  onceRenew: (space, by) => space.onceRenew(once, by),
  onceFinish: (space, by) => space.onceFinish({ ...once, value: 1 }, by),
  onceAbandon: (space, by) => space.onceAbandon(once, by),
  purge: (space, { signal }) => space.purge({ signal }),
};

/** Of calls themselves, and of what is given back. */
export const callCases: readonly TierCase[] = [
  on('settles at once with the reason of a signal that is aborted', async ({ space }) => {
    const reason = new Error('not wanted any more');
    const by = { ...call, signal: AbortSignal.abort(reason) };
    for (const [name, ask] of Object.entries(asks)) {
      const over = new AbortController();
      const answer = ask(space, by).then(
        () => undefined,
        (error: unknown) => error,
      );
      const late = systemClock.sleep(NEVER_MS, over.signal).then(() => 'nothing at all');
      late.catch(() => {});
      assert.equal(await Promise.race([answer, late]), reason, name);
      over.abort();
    }
  }),
  on('gives the memory of all values back, and of nothing else', async (part) => {
    const { latest } = await part.raise(['ta']);
    const fence = await part.fence('/fenced');
    await part.space.onceBegin(once, call);
    for (let n = 0; n < 20; n++) await part.set(`/k${n}`, entryOf(n));
    assert.equal(await part.space.purge({}), 20);
    assert.equal(await part.value('/k3'), undefined);
    assert.deepEqual((await part.space.groups(['ta'], call)).versions, [latest]);
    assert.equal((await part.space.onceBegin({ ...once, owner: 'b' }, call)).state, 'busy');
    assert.equal((await part.fill('/fenced', entryOf(1), fence)).state, 'stored');
    assert.equal(await part.space.purge({}), 1);
  }),
];
