import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import type { FireRequest } from '../../engine/engine-controls.ts';
import type { StoredSchedule } from '../../engine/stored-schedule.ts';
import { engineCases } from './engine-case.ts';
import { bytes, type EngineRig, entryOf, SPAN_MS } from './engine-rig.ts';

async function plan(rig: EngineRig, name: string, slot: number | undefined, fireAt = slot): Promise<StoredSchedule> {
  const { record } = entryOf({ type: 'report', data: bytes(name) });
  return rig.control('schedule', { name, spec: '{"everyMs":1000}', record, slot, fireAt });
}

/** The slot of a schedule becomes a job, and the next one is a second later. */
function firing(schedule: StoredSchedule, more: Partial<FireRequest> = {}): FireRequest {
  const { name, revision, slot, record } = schedule;
  ok(slot !== undefined);
  const entry = { ...entryOf({ id: `~s:${name}:${slot}` }), record: { ...record, scheduledFor: slot } };
  const next = { slot: slot + 1000, fireAt: slot + 1000 };
  return { name, revision, slot, entries: [entry], skipIfRunning: false, next, ...more };
}

const dueOf = async (rig: EngineRig, worker = 'w') =>
  (await rig.step(worker, { want: 1, schedules: true })).dueSchedules;

/** Schedules: the engine keeps them and lets each slot become jobs once. */
export const scheduleCases = engineCases({
  async 'names a schedule as due when its time has come, to workers that ask'(rig) {
    const slot = rig.fixture.now() + SPAN_MS;
    const stored = await plan(rig, 'report', slot);
    deepStrictEqual([stored.slot, stored.made, stored.lastSlot, stored.lastJob], [slot, 0, undefined, undefined]);
    const before = await rig.step('w', { want: 1, schedules: true });
    deepStrictEqual([before.dueSchedules, before.nextDue], [[], slot]);
    strictEqual((await rig.step('w', { want: 1 })).nextDue, undefined);
    await rig.fixture.pass(SPAN_MS + 20);
    deepStrictEqual(await dueOf(rig), [stored]);
    deepStrictEqual((await rig.step('w', { want: 1 })).dueSchedules, []);
  },

  async 'looks at the jittered time, and keeps the slot'(rig) {
    const slot = rig.fixture.now() - 10;
    await plan(rig, 'report', slot, slot + 60_000);
    deepStrictEqual(await dueOf(rig), []);
    strictEqual((await rig.read('schedules', {}))[0]?.slot, slot);
  },

  async 'turns a slot into a job once, whoever fires it'(rig) {
    const stored = await plan(rig, 'report', rig.fixture.now() - 1);
    const replies = await Promise.all(Array.from({ length: 8 }, () => rig.control('fire', firing(stored))));
    deepStrictEqual(replies.map(({ state }) => state).sort(), ['fired', ...Array.from({ length: 7 }, () => 'stale')]);
    const job = await rig.takeOne();
    deepStrictEqual([job.id, job.record.scheduledFor], [`~s:report:${stored.slot}`, stored.slot]);
    const [after] = await rig.read('schedules', {});
    deepStrictEqual(
      [after?.made, after?.lastSlot, after?.lastJob, after?.slot],
      [1, stored.slot, job.id, (stored.slot as number) + 1000],
    );
  },

  async 'refuses a slot of an older revision, and goes on counting'(rig) {
    const old = await plan(rig, 'report', rig.fixture.now() - 1);
    await rig.control('fire', firing(old));
    const current = (await rig.read('schedules', {}))[0] as StoredSchedule;
    const replaced = await plan(rig, 'report', current.slot);
    ok(replaced.revision > old.revision);
    strictEqual(replaced.made, 1);
    deepStrictEqual(await rig.control('fire', firing(current)), { state: 'stale' });
    strictEqual((await rig.control('fire', firing(replaced))).state, 'fired');
    strictEqual((await rig.read('schedules', {}))[0]?.made, 2);
  },

  async 'makes no slot again that was made when the schedule was replaced, though its job is not kept'(rig) {
    rig.open({ keep: { done: { count: 0 }, dead: undefined } });
    const old = await plan(rig, 'report', rig.fixture.now() - 1);
    await rig.control('fire', firing(old));
    await rig.ack(await rig.takeOne());
    const late = await plan(rig, 'report', old.slot);
    const reply = await rig.control('fire', firing(late));
    deepStrictEqual(reply, { state: 'fired', jobs: [{ id: `~s:report:${old.slot}`, outcome: 'exists' }] });
    const [after] = await rig.read('schedules', {});
    deepStrictEqual([after?.made, after?.lastSlot, after?.slot], [1, old.slot, (old.slot as number) + 1000]);
    strictEqual((await rig.read('counts', {})).totals.added, 1);
  },

  async 'makes several jobs of one firing, oldest first, or none'(rig) {
    const stored = await plan(rig, 'report', rig.fixture.now() - 5000);
    const slot = stored.slot as number;
    const entry = (at: number) => ({
      ...entryOf({ id: `~s:report:${at}` }),
      record: { ...stored.record, scheduledFor: at },
    });
    const next = { slot: slot + 9000, fireAt: slot + 9000 };
    await rig.control('fire', firing(stored, { entries: [entry(slot), entry(slot + 1000)], next }));
    deepStrictEqual(await rig.takeIds(5), [`~s:report:${slot}`, `~s:report:${slot + 1000}`]);
    const [after] = await rig.read('schedules', {});
    ok(after);
    deepStrictEqual([after.made, after.lastSlot, after.slot], [2, slot + 1000, slot + 9000]);
    await rig.control('fire', firing(after, { entries: [], next: undefined }));
    const [ended] = await rig.read('schedules', {});
    deepStrictEqual([ended?.made, ended?.slot, ended?.lastSlot], [2, undefined, slot + 1000]);
    deepStrictEqual(await dueOf(rig), []);
  },

  async 'holds back slots for which there is no room, and is due again a second later'(rig) {
    rig.open({ maxWaiting: 2 });
    await rig.add({});
    const first = await plan(rig, 'report', rig.fixture.now() - 5000);
    const slot = first.slot as number;
    const entries = [0, 1000, 2000].map((ms) => ({
      ...entryOf({ id: `~s:report:${slot + ms}` }),
      record: { ...first.record, scheduledFor: slot + ms },
    }));
    const stands = async () => {
      const [stored] = await rig.read('schedules', {});
      ok(stored);
      return stored;
    };
    const next = { slot: slot + 9000, fireAt: slot + 9000 };
    const one = await rig.control('fire', firing(first, { entries, next }));
    deepStrictEqual(one, { state: 'fired', jobs: [{ id: entries[0]?.id, outcome: 'added' }] });
    const second = await stands();
    deepStrictEqual([second.made, second.lastSlot, second.slot], [1, slot, slot + 1000]);
    const rest = { entries: entries.slice(1), next };
    deepStrictEqual(await rig.control('fire', firing(second, rest)), { state: 'fired', jobs: [] });
    const third = await stands();
    deepStrictEqual([third.made, third.lastSlot, third.slot], [1, slot, slot + 1000]);
    ok((third.fireAt as number) > rig.fixture.now(), 'nobody looks at once');
    deepStrictEqual(await dueOf(rig), []);
    await rig.ack(...(await rig.take(2)));
    await rig.fixture.pass(1_100);
    deepStrictEqual(
      (await dueOf(rig)).map((due) => due.slot),
      [slot + 1000],
    );
    await rig.ack(...(await rig.take(2)));
    strictEqual((await rig.control('fire', firing(third, rest))).state, 'fired');
    const last = await stands();
    deepStrictEqual([last.made, last.lastSlot, last.slot], [3, slot + 2000, slot + 9000]);
  },

  async 'passes a slot while the last job has not settled, where told so'(rig) {
    const first = await plan(rig, 'report', rig.fixture.now() - 10_000);
    const skipIfRunning = true;
    strictEqual((await rig.control('fire', firing(first, { skipIfRunning }))).state, 'fired');
    const [second] = await rig.read('schedules', {});
    ok(second);
    strictEqual((await rig.control('fire', firing(second, { skipIfRunning }))).state, 'skipped');
    const [third] = await rig.read('schedules', {});
    ok(third);
    strictEqual(third.slot, (second.slot as number) + 1000);
    await rig.ack(await rig.takeOne());
    strictEqual((await rig.control('fire', firing(third, { skipIfRunning }))).state, 'fired');
    strictEqual((await rig.read('schedules', {}))[0]?.made, 2);
  },

  async 'lists schedules by name and takes one away; its jobs stay'(rig) {
    await plan(rig, 'b', rig.fixture.now() - 1);
    const a = await plan(rig, 'a', undefined);
    await rig.control('fire', firing((await rig.read('schedules', {}))[1] as StoredSchedule));
    deepStrictEqual(
      (await rig.read('schedules', {})).map(({ name }) => name),
      ['a', 'b'],
    );
    strictEqual(await rig.control('unschedule', { name: 'b' }), true);
    strictEqual(await rig.control('unschedule', { name: 'b' }), false);
    deepStrictEqual(await rig.read('schedules', {}), [a]);
    strictEqual((await rig.take(1)).length, 1);
  },

  async 'tells idle workers of a new schedule'(rig) {
    await rig.step('one', { want: 1, schedules: true });
    await rig.step('two', { want: 1, schedules: true });
    await plan(rig, 'report', rig.fixture.now() + 1000);
    await rig.until(() => new Set(rig.woken).has('one') && new Set(rig.woken).has('two'), 'both are woken');
  },
});
