import { ManualClock } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { EngineRig, release } from '../testing/contract/engine-rig.ts';
import { memoryEngine } from './memory-engine.ts';

function rigOn(options: { maxJobs?: number } = {}, clock = new ManualClock(1_700_000_000_000)) {
  const engine = memoryEngine({ clock, ...options });
  return new EngineRig({ engine, clock, now: () => clock.now(), pass: (ms) => clock.advance(ms) });
}

const outcomes = (added: readonly { readonly outcome: string }[]) => added.map(({ outcome }) => outcome);

test('refuses jobs above maxJobs, over all queues of the engine; settled ones do not count', async () => {
  const clock = new ManualClock(1_700_000_000_000);
  const engine = memoryEngine({ clock, maxJobs: 3 });
  const fixture = { engine, clock, now: () => clock.now(), pass: (ms: number) => clock.advance(ms) };
  const [one, two] = [new EngineRig(fixture), new EngineRig(fixture)];
  expect(outcomes(await one.add({ id: 'a' }, { id: 'b', delayMs: 1000 }))).toEqual(['added', 'added']);
  expect(outcomes(await two.add({ id: 'c' }, { id: 'd' }))).toEqual(['added', 'full']);
  await one.ack(await one.takeOne());
  expect(outcomes(await two.add({ id: 'd' }))).toEqual(['added']);
  expect(outcomes(await one.add({ id: 'e' }))).toEqual(['full']);
});

test('takes no time from a wall clock that jumps', async () => {
  const clock = new ManualClock(1_700_000_000_000);
  const rig = rigOn({}, clock);
  await rig.add({ id: 'a', delayMs: 60_000 });
  clock.set(1_800_000_000_000);
  expect(await rig.take(1)).toEqual([]);
  clock.set(1);
  const { now } = await rig.house();
  expect(now).toBe(1_700_000_000_000);
  await clock.advance(60_000);
  expect((await rig.takeOne()).id).toBe('a');
});

test('keeps queues of other names and of other engines apart', async () => {
  const [one, two] = [rigOn(), rigOn()];
  await one.add({ id: 'a' });
  expect(await two.find('a')).toBeUndefined();
});

test('leaves a job to an idle worker that has not given it back', async () => {
  const rig = rigOn();
  await rig.add({ id: 'a' });
  const leased = await rig.takeOne({ worker: 'old' });
  await rig.step('old', { settles: [release(leased, 5_000)], want: 1 });
  await rig.take(1, { worker: 'young' });
  rig.woken.length = 0;
  await rig.fixture.pass(5_000);
  expect(await rig.take(1, { worker: 'old' })).toEqual([]);
  await rig.until(() => rig.woken.length > 0, 'somebody else is woken');
  expect(rig.woken).toEqual(['young']);
  const again = await rig.takeOne({ worker: 'young' });
  await rig.step('young', { settles: [release(again, 5_000)], want: 1 });
  await rig.fixture.pass(5_000);
  expect((await rig.takeOne({ worker: 'old' })).delivery).toBe(3);
});

test('refuses everything after close, and lets others go on', async () => {
  const rig = rigOn();
  const other = rig.open();
  const closed = rig.open();
  await other.read('counts', {});
  await closed.close();
  await closed.close();
  await expect(closed.read('counts', {})).rejects.toMatchObject({ code: 'XC_QUEUE_CLOSED' });
  await expect(closed.step({} as never)).rejects.toMatchObject({ code: 'XC_QUEUE_CLOSED' });
  expect((await other.read('counts', {})).states.waiting).toBe(0);
});

test('tells nothing to who has closed, though its worker was idle', async () => {
  const rig = rigOn();
  await rig.add({ id: 'a' });
  await rig.read('results', { ids: ['a'] });
  const leaving = rig.queue;
  const staying = rig.open();
  await leaving.step({
    ...{ worker: 'gone', number: 1, leaseMs: 1000, settles: [], progress: [], renewals: [] },
    ...{ lanes: [], want: 1, schedules: false },
  });
  await leaving.close();
  await staying.control('cancel', { id: 'a', reason: undefined });
  await staying.add({ request: 'r', entries: [] });
  await new Promise((resolve) => setImmediate(resolve));
  expect(rig.woken).toEqual([]);
  expect(rig.settled).toEqual([]);
});

test('remembers a request for a minute', async () => {
  const clock = new ManualClock(1_700_000_000_000);
  const rig = rigOn({}, clock);
  const request = { request: 'r', entries: [] };
  const first = await rig.queue.add(request);
  await clock.advance(59_000);
  expect(await rig.queue.add(request)).toEqual(first);
  await clock.advance(2_000);
  expect((await rig.queue.add(request)).now).toBe(first.now + 61_000);
});

test('forgets the replies of many workers that are long gone', async () => {
  const clock = new ManualClock(1_700_000_000_000);
  const rig = rigOn({}, clock);
  for (let worker = 0; worker < 300; worker += 1) await rig.step(`w${worker}`, { leaseMs: 1000 });
  const known = await rig.step('w0', { number: 1 });
  expect(known.now).toBe(1_700_000_000_000);
  await clock.advance(60_000);
  await rig.step('fresh', {});
  expect((await rig.step('w0', { number: 1 })).now).toBe(1_700_000_060_000);
});

test.for([
  [0, RangeError],
  [1.5, RangeError],
  [Number.NaN, RangeError],
  ['3', TypeError],
])('refuses maxJobs of %s', ([maxJobs, kind]) => {
  expect(() => memoryEngine({ maxJobs: maxJobs as number })).toThrow(kind as typeof TypeError);
});

test('refuses a clock that is none', () => {
  expect(() => memoryEngine({ clock: 5 as never })).toThrow(TypeError);
  expect(() => memoryEngine({ clock: 5 as never })).toThrow(
    'clock must be an object with now, monotonic, after, got 5',
  );
});
