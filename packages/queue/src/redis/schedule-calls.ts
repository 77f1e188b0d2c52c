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

/** Puts a schedule where its jobs belong: with its key, else by its name. */
export async function putSchedule(
  queue: OpenQueue,
  { name, spec, record, slot, fireAt }: EngineControls['schedule']['args'],
  bounds: CallBounds,
): Promise<StoredSchedule> {
  const { shards, lanes } = queue;
  const home = shardOfText(record.key ?? name, shards.length);
  const others = shards.filter(({ index }) => index !== home);
  await Promise.all(others.map((shard) => shard.run('schedule', ['u', name], bounds)));
  const out = new BytesOut().longText(spec).raw(recordBytes(record, lanes));
  const args = ['p', name, slot ?? -1, fireAt ?? -1, out.done()];
  const [value] = await (shards[home] as Shard).run('schedule', args, bounds, 'once');
  return storedSchedule(name, value as Buffer, lanes);
}

export async function takeSchedule(queue: OpenQueue, name: string, bounds: CallBounds): Promise<boolean> {
  const answers = await everywhere(queue, 'schedule', ['u', name], bounds);
  return answers.some(([gone]) => numeric(gone) === 1);
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
