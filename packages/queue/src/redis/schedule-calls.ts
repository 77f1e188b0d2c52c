import type { EngineControls, FireReply } from '../engine/engine-controls.ts';
import type { JobRecord } from '../engine/job-record.ts';
import type { StoredSchedule } from '../engine/stored-schedule.ts';
import { frames, laneOf, readAnswers, whereThereIsRoom } from './add-call.ts';
import { BytesOut } from './bytes-out.ts';
import type { CallBounds } from './connection.ts';
import { everywhere } from './control-calls.ts';
import type { OpenQueue } from './open-queue.ts';
import { numeric, text } from './raw.ts';
import { recordFlags, writeOwn } from './record-bytes.ts';
import { shardOfText } from './route.ts';
import type { Shard } from './shard.ts';
import { storedSchedule } from './stored-views.ts';

/**
 * Puts a schedule where its jobs belong: with its key, else by its name. Over several shards it is first put aside wherever else it may
 * be, and what it had made goes along; of several calls at the same time the one with the highest number is obeyed by every shard.
 */
export async function putSchedule(
  queue: OpenQueue,
  plan: EngineControls['schedule']['args'],
  bounds: CallBounds,
): Promise<StoredSchedule> {
  const { name, spec, record, slot, fireAt } = plan;
  const { shards, lanes } = queue;
  const home = shardOfText(record.key ?? name, shards.length);
  const revision = await nextRevision(queue, name, bounds);
  const others = shards.filter(({ index }) => index !== home);
  const put = await Promise.all(others.map((shard) => shard.run('schedule', ['a', name, revision], bounds)));
  if (put.some(([answer]) => text(answer) === 'late')) return replaced(plan, Number(revision));
  const out = new BytesOut().longText(spec).raw(recordBytes(record, lanes));
  const args = [
    'p',
    name,
    revision,
    slot ?? -1,
    fireAt ?? -1,
    out.done(),
    mostMade(put.map(([, made]) => made as Buffer)),
  ];
  const [value] = await (shards[home] as Shard).run('schedule', args, bounds, 'once');
  if (text(value) === 'late') return replaced(plan, Number(revision));
  return storedSchedule(name, value as Buffer, lanes);
}

export async function takeSchedule(queue: OpenQueue, name: string, bounds: CallBounds): Promise<boolean> {
  const revision = await nextRevision(queue, name, bounds);
  const answers = await everywhere(queue, 'schedule', ['u', name, revision], bounds);
  return answers.some(([gone]) => numeric(gone) === 1);
}

/** One shard counts for itself. Of several, that of the name counts for all, so that they agree on who came last. */
async function nextRevision({ shards }: OpenQueue, name: string, bounds: CallBounds): Promise<number | ''> {
  if (shards.length === 1) return '';
  const counting = shards[shardOfText(name, shards.length)] as Shard;
  const [revision] = await counting.run('schedule', ['n', name], bounds);
  return numeric(revision) as number;
}

/** Somebody else has put or taken away the schedule meanwhile: this one stood for no time. */
function replaced(plan: EngineControls['schedule']['args'], revision: number): StoredSchedule {
  return { ...plan, revision, made: 0, lastSlot: undefined, lastJob: undefined };
}

/** Of what shards have put aside, that which had made most; the others are what it was before it moved. */
function mostMade(aside: readonly Buffer[]): Buffer | '' {
  return aside.reduce<Buffer | ''>((most, made) => {
    return most === '' || made.readDoubleBE(0) > most.readDoubleBE(0) ? made : most;
  }, '');
}

/** Every shard is asked: only the one that has the schedule as it is meant does anything. */
export async function fire(
  queue: OpenQueue,
  args: EngineControls['fire']['args'],
  bounds: CallBounds,
): Promise<FireReply> {
  const { name, revision, slot, entries, skipIfRunning, next } = args;
  const what = ['f', name, revision, slot, next?.slot ?? -1, next?.fireAt ?? -1, Number(skipIfRunning)];
  const jobs = frames(entries, queue.lanes);
  const slots = entries.map(({ record }) => record.scheduledFor ?? -1);
  const places = entries.map(({ record }) => shardOfText(record.key ?? name, queue.shards.length));
  const answers = await whereThereIsRoom(queue, places, bounds, (most) =>
    Promise.all(
      queue.shards.map((shard) => shard.run('schedule', [...what, jobs, most(shard.index), ...slots], bounds, 'once')),
    ),
  );
  const [state, added] = answers.find(([answer]) => text(answer) !== 'stale') ?? [];
  if (state === undefined) return { state: 'stale' };
  if (text(state) === 'skipped') return { state: 'skipped' };
  return { state: 'fired', jobs: readAnswers(added as Buffer) };
}

/** A record that no job has yet. */
function recordBytes(record: JobRecord, lanes: readonly string[]): Buffer {
  const out = new BytesOut(256).double(0).double(0);
  out.byte(record.key === undefined ? 0 : recordFlags.key).byte(laneOf(record.lane, lanes));
  if (record.key !== undefined) out.text(record.key);
  writeOwn(out, record);
  return out.done();
}
