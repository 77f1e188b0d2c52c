import type { EngineControls, FireReply, FlowReply } from '../engine/engine-controls.ts';
import type { JobRecord } from '../engine/job-record.ts';
import type { StoredSchedule } from '../engine/stored-schedule.ts';
import { frames, laneOf, readAnswers, whereThereIsRoom } from './add-call.ts';
import { BytesOut } from './bytes-out.ts';
import type { CallBounds } from './connection.ts';
import { everywhere } from './control-calls.ts';
import type { OpenQueue } from './open-queue.ts';
import { items, numeric, text } from './raw.ts';
import { recordFlags, writeEntry, writeOwn } from './record-bytes.ts';
import { shardOfEntry, shardOfText } from './route.ts';
import type { Shard } from './shard.ts';
import { pairs } from './step-call.ts';
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
  const all = [
    'f',
    name,
    revision,
    slot,
    next?.slot ?? -1,
    next?.fireAt ?? -1,
    Number(skipIfRunning),
    frames(entries, queue.lanes),
    entries.at(-1)?.record.scheduledFor ?? -1,
  ];
  const answers = await Promise.all(queue.shards.map((shard) => shard.run('schedule', all, bounds, 'once')));
  const [state, added] = answers.find(([answer]) => text(answer) !== 'stale') ?? [];
  if (state === undefined) return { state: 'stale' };
  if (text(state) === 'skipped') return { state: 'skipped' };
  return { state: 'fired', jobs: readAnswers(added as Buffer) };
}

/** Adds a graph on one shard: that of its id, else of the first key in it. */
export async function addFlow(
  queue: OpenQueue,
  { id, nodes }: EngineControls['flow']['args'],
  bounds: CallBounds,
): Promise<FlowReply> {
  const { shards, lanes } = queue;
  const out = new BytesOut(512 * nodes.length);
  const dependents = nodes.map(() => new BytesOut(16));
  for (const [index, { after }] of nodes.entries()) {
    for (const { node, on } of after) dependents[node]?.short(index).byte(Number(on === 'success'));
  }
  for (const [index, { name, entry, after }] of nodes.entries()) {
    writeEntry(out, entry, laneOf(entry.record.lane, lanes));
    const parents = new BytesOut(3 * after.length);
    for (const { node, on } of after) parents.short(node).byte(Number(on === 'success'));
    out
      .text(name)
      .bytes(parents.done())
      .bytes((dependents[index] as BytesOut).done());
  }
  const keyed = nodes.find(({ entry }) => entry.record.key !== undefined)?.entry;
  const home = id !== undefined ? shardOfText(id, shards.length) : keyed && shardOfEntry(keyed, shards.length);
  const graph = out.done();
  const shard = shards[home ?? 0] as Shard;
  const places = nodes.map(() => shard.index);
  const [outcome, flow, names] = await whereThereIsRoom(queue, places, bounds, (most) => {
    const args = [id ?? '', most(shard.index), graph];
    return shard.run('flow', args, bounds, id === undefined ? 'once' : 'repeatable');
  });
  if (text(outcome) === 'taken') {
    throw new RangeError(`id of node ${text(flow)} must be of no other job, got ${text(items(names)[0])}`);
  }
  const jobs = pairs(items(names)).map(([name, job]) => ({ name: text(name), id: text(job) }));
  // One that was there may have come by a call that was told that it is not safe yet.
  if (text(outcome) !== 'full') {
    const ids = jobs.map((job) => job.id);
    await queue.durable?.confirm(shard.base, shard.slot, ids);
  }
  return { id: text(flow), outcome: text(outcome) as FlowReply['outcome'], jobs };
}

/** A record that no job has yet. */
function recordBytes(record: JobRecord, lanes: readonly string[]): Buffer {
  const out = new BytesOut(256).double(0).double(0);
  out.byte(record.key === undefined ? 0 : recordFlags.key).byte(laneOf(record.lane, lanes));
  if (record.key !== undefined) out.text(record.key);
  writeOwn(out, record);
  return out.done();
}
