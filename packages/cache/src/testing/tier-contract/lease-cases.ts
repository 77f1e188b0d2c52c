import assert from 'node:assert/strict';
import type { TierRight } from '../../tier/tier-read.ts';
import { call, entryOf, on, type Part, type TierCase } from './tier-case.ts';

const LONG_MS = 60_000;

/** One owner at a time may load a key for all nodes. */
export const leaseCases: readonly TierCase[] = [
  on('gives one owner the right to load', async (part) => {
    const first = await ask(part, 'a', LONG_MS);
    assert.ok(first.fence !== undefined && first.heldMs === undefined);
    const second = await ask(part, 'b', LONG_MS);
    assert.ok(second.fence === undefined && second.heldMs !== undefined);
    assert.ok(second.heldMs > 0 && second.heldMs <= LONG_MS, `held for ${second.heldMs} ms`);
    await part.space.release('/k', 'b', call);
    assert.equal((await ask(part, 'b', LONG_MS)).fence, undefined, 'nobody gives up the right of another');
    await part.space.release('/k', 'a', call);
    const third = await ask(part, 'b', LONG_MS);
    assert.ok(third.fence !== undefined && third.tookOver === undefined);
  }),
  on('gives another the right to load once the time of its owner is up', async (part, { pass }) => {
    const first = await ask(part, 'a', 100);
    await pass(150);
    const second = await ask(part, 'b', LONG_MS);
    assert.ok(second.fence !== undefined && second.fence !== first.fence);
    assert.equal(second.tookOver, true);
    const late = { ...part.fillOf('/k', entryOf('late'), first.fence as string), owner: 'a' };
    assert.equal((await part.space.fill([late], call))[0]?.state, 'refused');
    assert.equal((await ask(part, 'c', LONG_MS)).fence, undefined, 'a late owner ends nothing of the next one');
    assert.equal((await part.fill('/k', entryOf('mine'), second.fence)).state, 'stored');
  }),
  on('ends the right to load with the fill of its owner', async (part) => {
    const { fence } = await ask(part, 'a', LONG_MS);
    const other = await part.fence('/k');
    assert.equal((await part.fill('/k', entryOf(0), other)).state, 'stored');
    const held = await ask(part, 'b', LONG_MS, 'always');
    assert.ok(held.fence === undefined, 'the fill of another ends nothing');
    const fill = { ...part.fillOf('/k', entryOf(1), fence as string), owner: 'a' };
    assert.equal((await part.space.fill([fill], call))[0]?.state, 'stored');
    const next = await ask(part, 'b', LONG_MS, 'always');
    assert.ok(next.fence !== undefined && next.heldMs === undefined && next.tookOver === undefined);
  }),
  on('prolongs the right to load for its owner, and for nobody else', async (part, { pass }) => {
    const renew = (owner: string, leaseMs: number) => part.space.renew({ key: '/k', owner, leaseMs }, call);
    assert.equal(await renew('a', 200), false);
    const { fence } = await ask(part, 'a', 30_000);
    assert.equal(await renew('b', 3_600_000), false);
    assert.equal(await renew('a', 55_000), true);
    assert.equal(await renew('a', 1), true);
    const { heldMs = 0 } = await ask(part, 'b', LONG_MS);
    assert.ok(heldMs > 35_000 && heldMs <= 55_000, `longer, and no shorter after that: ${heldMs}`);
    assert.equal((await part.fill('/k', entryOf('mine'), fence as string)).state, 'stored');
    await part.drop('/k');
    assert.equal(await renew('a', 200), false);
    assert.ok((await ask(part, 'b', 100)).fence !== undefined);
    await pass(150);
    assert.ok((await ask(part, 'c', LONG_MS)).fence !== undefined);
    assert.equal(await renew('b', 200), false);
  }),
];

async function ask(part: Part, owner: string, ms: number, fence: 'miss' | 'always' = 'miss'): Promise<TierRight> {
  const { found } = await part.space.read([{ key: '/k', fence, lease: { owner, ms } }], call);
  const [right] = found;
  assert.ok(right !== undefined && right.state !== 'failed');
  return right;
}
