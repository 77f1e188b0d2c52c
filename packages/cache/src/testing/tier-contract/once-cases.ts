import assert from 'node:assert/strict';
import type { OnceAsk, OnceRecord } from '../../tier/tier-once.ts';
import { call, on, type Part, type TierCase } from './tier-case.ts';

const LONG_MS = 60_000;

/** What is to be done once is done once, and its result remembered. */
export const onceCases: readonly TierCase[] = [
  on('keeps once-records', async (part, { pass }) => {
    const { space } = part;
    const first = await begin(part, { owner: 'a', leaseMs: 100 });
    assert.ok(first.state === 'run' && first.attempt === 1);
    await pass(150);
    assert.equal((await begin(part, { owner: 'b', onCrash: 'reject' })).state, 'crashed');
    const second = await begin(part, { owner: 'b' });
    assert.ok(second.state === 'run' && second.fence > first.fence && second.attempt === 2);
    assert.equal(await space.onceFinish({ key: '/k', owner: 'a', value: 'late', ttlMs: LONG_MS }, call), false);
    const busy = await begin(part, { owner: 'c' });
    assert.ok(busy.state === 'busy' && busy.leftMs > 0 && busy.leftMs <= LONG_MS);
    assert.equal(await space.onceFinish({ key: '/k', owner: 'b', value: ['done'], ttlMs: LONG_MS }, call), true);
    assert.deepEqual(await begin(part, { owner: 'c' }), { state: 'done', value: ['done'] });
    assert.equal(await space.onceFinish({ key: '/k', owner: 'b', value: 'again', ttlMs: LONG_MS }, call), false);
    await space.onceAbandon({ key: '/k', owner: 'b' }, call);
    assert.deepEqual(await begin(part, { owner: 'c' }), { state: 'done', value: ['done'] });
  }),
  on('compares the fingerprints of a once-record, where both have one', async (part) => {
    const { space } = part;
    await begin(part, { owner: 'a', fingerprint: 'f' });
    assert.equal((await begin(part, { owner: 'b', fingerprint: 'g' })).state, 'mismatch');
    assert.equal((await begin(part, { owner: 'b', fingerprint: 'f' })).state, 'busy');
    assert.equal((await begin(part, { owner: 'b' })).state, 'busy');
    await space.onceFinish({ key: '/k', owner: 'a', value: 1, ttlMs: LONG_MS }, call);
    assert.equal((await begin(part, { owner: 'b', fingerprint: 'g' })).state, 'mismatch');
    assert.equal((await begin(part, { owner: 'b', fingerprint: 'f' })).state, 'done');
    await begin(part, { key: '/bare', owner: 'a' });
    assert.equal((await begin(part, { key: '/bare', owner: 'b', fingerprint: 'g' })).state, 'busy');
  }),
  on('remembers the result of a once-record, nothing as well', async (part) => {
    for (const [index, value] of [undefined, null, false, 0, '', { a: [null] }].entries()) {
      const key = `/${index}`;
      await begin(part, { key, owner: 'a' });
      assert.equal(await part.space.onceFinish({ key, owner: 'a', value, ttlMs: LONG_MS }, call), true);
      assert.deepEqual(await begin(part, { key, owner: 'b' }), { state: 'done', value });
    }
  }),
  on('forgets the result of a once-record after its time', async (part, { pass }) => {
    await begin(part, { owner: 'a' });
    await part.space.onceFinish({ key: '/k', owner: 'a', value: 1, ttlMs: 100 }, call);
    await begin(part, { key: '/dead', owner: 'a', leaseMs: 50, ttlMs: 100 });
    await pass(150);
    for (const key of ['/k', '/dead']) {
      const again = await begin(part, { key, owner: 'b', onCrash: 'reject' });
      assert.ok(again.state === 'run' && again.attempt === 1, key);
    }
  }),
  on('gives the owner of a once-record more time, and nobody else', async (part) => {
    const renew = (owner: string, leaseMs: number) => part.space.onceRenew({ key: '/k', owner, leaseMs }, call);
    assert.equal(await renew('a', LONG_MS), false);
    await begin(part, { owner: 'a', leaseMs: 30_000 });
    assert.equal(await renew('b', 3_600_000), false);
    assert.equal(await renew('a', LONG_MS), true);
    const busy = await begin(part, { owner: 'b' });
    assert.ok(busy.state === 'busy' && busy.leftMs > 35_000 && busy.leftMs <= LONG_MS);
    await part.space.onceFinish({ key: '/k', owner: 'a', value: 1, ttlMs: LONG_MS }, call);
    assert.equal(await renew('a', LONG_MS), false);
  }),
  on('frees a once-record whose function rejected, for its owner alone', async (part) => {
    await begin(part, { owner: 'a' });
    await part.space.onceAbandon({ key: '/k', owner: 'b' }, call);
    assert.equal((await begin(part, { owner: 'b' })).state, 'busy');
    await part.space.onceAbandon({ key: '/k', owner: 'a' }, call);
    const next = await begin(part, { owner: 'b' });
    assert.ok(next.state === 'run' && next.attempt === 1);
  }),
  on('leaves a once-record as it was where the function was never called', async (part, { pass }) => {
    const { space } = part;
    await begin(part, { owner: 'a' });
    await space.onceAbandon({ key: '/k', owner: 'a', ran: false }, call);
    assert.equal((await begin(part, { owner: 'b', leaseMs: 100, onCrash: 'reject' })).state, 'run');
    await pass(150);
    const third = await begin(part, { owner: 'c' });
    assert.ok(third.state === 'run' && third.attempt === 2);
    for (let time = 0; time < 2; time++) await space.onceAbandon({ key: '/k', owner: 'c', ran: false }, call);
    assert.equal((await begin(part, { owner: 'd', onCrash: 'reject' })).state, 'crashed');
    const fifth = await begin(part, { owner: 'e' });
    assert.ok(fifth.state === 'run' && fifth.attempt === 2 && fifth.fence > third.fence);
  }),
  on('runs nothing again whose result it cannot carry', async (part) => {
    await begin(part, { owner: 'a' });
    const finished = await part.space.onceFinish({ key: '/k', owner: 'a', value: 1n, ttlMs: LONG_MS }, call);
    const { state } = await begin(part, { owner: 'b' });
    assert.ok(finished === true ? state === 'done' : finished !== false && state === 'lost', state);
  }),
];

function begin({ space }: Part, ask: Partial<OnceAsk> & Pick<OnceAsk, 'owner'>): Promise<OnceRecord> {
  return space.onceBegin({ key: '/k', leaseMs: LONG_MS, ttlMs: LONG_MS, onCrash: 'rerun', ...ask }, call);
}
