import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { StoredSchedule } from '../../src/engine/stored-schedule.ts';
import { createQueue } from '../../src/index.ts';
import { redisEngine } from '../../src/redis/index.ts';
import { EngineRig, entryOf } from '../../src/testing/contract/engine-rig.ts';
import { steeredFixture } from './steered-fixture.ts';

let client: Redis;
beforeAll(() => {
  client = new Redis(inject('redis'));
});
afterAll(() => client.disconnect());

/** Keys of all four shards are among them. */
const keys = Array.from({ length: 6 }, (_, nth) => `k${nth}`);

const engine = () => redisEngine(client, { shards: 4, deadlineMs: 20_000 });

test('one name is one schedule over all shards, however many put it at the same time and whatever its key', async () => {
  const name = `q-${randomUUID().slice(0, 8)}`;
  await using one = createQueue(name, { engine: engine() });
  await using two = createQueue(name, { engine: engine() });
  for (let round = 0; round < 30; round += 1) {
    const views = await Promise.all(
      keys.map((key, nth) => (nth % 2 === 0 ? one : two).schedule('report', { everyMs: 3_600_000 }, 't', nth, { key })),
    );
    const last = views.reduce((a, b) => (b.revision > a.revision ? b : a));
    expect(new Set(views.map(({ revision }) => revision)).size).toBe(keys.length);
    expect(await one.schedules()).toEqual([last]);
  }
  await expect(one.unschedule('report')).resolves.toBe(true);
  await expect(two.unschedule('report')).resolves.toBe(false);
  expect(await one.schedules()).toEqual([]);
});

test('a schedule whose key changes moves with what it has made, and makes no slot again', async () => {
  const rig = new EngineRig(steeredFixture(client, { shards: 4 }));
  rig.open({ keep: { done: { count: 0 }, dead: { count: 0 } } });
  const put = (key: string | undefined, slot: number): Promise<StoredSchedule> => {
    const { record } = entryOf({ type: 'report', ...(key === undefined ? {} : { key }) });
    return rig.control('schedule', { name: 'report', spec: '{"everyMs":1000}', record, slot, fireAt: slot });
  };
  const fire = async ({ name, revision, record, slot = 0 }: StoredSchedule) => {
    const entry = { ...entryOf({ id: `~s:report:${slot}` }), record: { ...record, scheduledFor: slot } };
    const next = { slot: slot + 1000, fireAt: slot + 1000 };
    return rig.control('fire', { name, revision, slot, entries: [entry], skipIfRunning: false, next });
  };
  const slot = rig.fixture.now() - 60_000;
  let made = 0;
  let before: StoredSchedule | undefined;
  for (const key of [...keys, undefined, 'k0']) {
    const stored = await put(key, slot + 1000 * made);
    expect(stored).toMatchObject({ made, lastSlot: before?.slot, revision: (before?.revision ?? 0) + 1 });
    expect(await fire(stored)).toMatchObject({ state: 'fired', jobs: [{ outcome: 'added' }] });
    made += 1;
    await rig.ack(await rig.takeOne());
    before = stored;
  }
  const late = await put('k3', slot + 1000 * (made - 1));
  expect(await fire(late)).toMatchObject({ state: 'fired', jobs: [{ outcome: 'exists' }] });
  expect(await rig.read('schedules', {})).toMatchObject([{ made, lastSlot: slot + 1000 * (made - 1) }]);
  // Nothing of it is known once it was taken away.
  await rig.control('unschedule', { name: 'report' });
  expect(await put('k1', slot)).toMatchObject({ made: 0, lastSlot: undefined });
  await rig.close();
});
