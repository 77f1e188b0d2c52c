import type { ScriptArgument } from '@xc/redis';
import type { EngineControls, RedriveRequest } from '../engine/engine-controls.ts';
import { laneOf } from './add-call.ts';
import type { CallBounds } from './connection.ts';
import type { OpenQueue } from './open-queue.ts';
import { checkShares, limitNumbers } from './policy-numbers.ts';
import { putPolicy } from './put-policy.ts';
import { bytes, items, numeric, plain, text } from './raw.ts';
import { shardOfId } from './route.ts';
import type { Raw, ShardScripts } from './scripts.ts';
import type { Shard } from './shard.ts';

type Args<Kind extends keyof EngineControls> = EngineControls[Kind]['args'];
type Reply<Kind extends keyof EngineControls> = Promise<EngineControls[Kind]['reply']>;

/** Runs a script on every shard. */
export function everywhere(
  queue: OpenQueue,
  name: keyof ShardScripts,
  args: readonly ScriptArgument[],
  bounds: CallBounds,
): Promise<(readonly Raw[])[]> {
  return Promise.all(queue.shards.map((shard) => shard.run(name, args, bounds)));
}

/** Asks the shards where a job may be, and gives the first answer that is not `missing`. */
async function whereItIs(
  queue: OpenQueue,
  id: string,
  ask: (shard: Shard) => Promise<readonly Raw[]>,
): Promise<string> {
  const shard = shardOfId(id, queue.shards.length);
  if (shard !== undefined) return text((await ask(queue.shards[shard] as Shard))[0]);
  const answers = (await Promise.all(queue.shards.map(ask))).map(([answer]) => text(answer));
  return answers.find((answer) => answer !== 'missing') ?? 'missing';
}

export async function setPaused(queue: OpenQueue, paused: boolean, bounds: CallBounds): Promise<void> {
  await everywhere(queue, 'pause', [paused ? 1 : 0], bounds);
}

export async function limit(queue: OpenQueue, change: Args<'limit'>, bounds: CallBounds): Promise<void> {
  const { shards } = queue;
  checkShares(change, shards.length);
  await Promise.all(
    shards.map((shard) => putPolicy(shard, [limitNumbers(change, shard.index, shards.length), shard.index], bounds)),
  );
}

export function cancel(queue: OpenQueue, { id, reason }: Args<'cancel'>, bounds: CallBounds): Reply<'cancel'> {
  const args = [id, reason ?? '', reason === undefined ? 0 : 1];
  return whereItIs(queue, id, (shard) => shard.run('cancel', args, bounds, 'once')) as Reply<'cancel'>;
}

export function remove(queue: OpenQueue, { id }: Args<'remove'>, bounds: CallBounds): Reply<'remove'> {
  return whereItIs(queue, id, (shard) => shard.run('remove', [id], bounds, 'once')) as Reply<'remove'>;
}

export async function update(queue: OpenQueue, change: Args<'update'>, bounds: CallBounds): Reply<'update'> {
  const { id, data, lane, delayMs } = change;
  const kind = data === undefined ? 0 : data.value === undefined ? 1 : 2;
  const place = lane === undefined ? -1 : laneOf(lane, queue.lanes);
  const args = [id, kind, data?.value ?? '', place, delayMs ?? -1];
  return (await whereItIs(queue, id, (shard) => shard.run('update', args, bounds))) as Awaited<Reply<'update'>>;
}

export async function drain(queue: OpenQueue, { delayed }: Args<'drain'>, bounds: CallBounds): Reply<'drain'> {
  const answers = await Promise.all(queue.shards.map((shard) => shard.run('drain', [delayed ? 1 : 0], bounds, 'once')));
  return slices(answers);
}

export async function drop(queue: OpenQueue, args: Args<'drop'>, bounds: CallBounds): Reply<'drop'> {
  const { ids, reason, type, olderThanMs } = args;
  const all = [reason ?? '', type ?? '', olderThanMs ?? -1, ids === undefined ? 0 : 1, ...(ids ?? [])];
  return slices(await Promise.all(queue.shards.map((shard) => shard.run('drop', all, bounds, 'once'))));
}

function slices(answers: readonly (readonly Raw[])[]): { removed: number; more: boolean } {
  return {
    removed: answers.reduce((sum, [removed]) => sum + (numeric(removed) as number), 0),
    more: answers.some(([, more]) => numeric(more) === 1),
  };
}

export async function redrive(queue: OpenQueue, args: RedriveRequest, bounds: CallBounds): Reply<'redrive'> {
  const lane = args.lane === undefined ? -1 : laneOf(args.lane, queue.lanes);
  const { ids, reason, type, max, forget, withDependents, by } = args;
  const common = [
    reason ?? '',
    type ?? '',
    max ?? 1_000_000_000,
    lane,
    Number(forget),
    Number(withDependents),
    by ?? '',
  ];
  if (ids !== undefined) {
    const asked = [...new Set(ids)];
    const answers = await Promise.all(
      queue.shards.map((shard) => shard.run('redrive', [...common, 1, '', '', '', ...asked], bounds, 'once')),
    );
    // Missing is what no shard has.
    const missing = asked.filter((id) => answers.every(([, lost]) => items(lost).some((each) => text(each) === id)));
    return {
      redriven: answers.reduce((sum, [done]) => sum + (numeric(done) as number), 0),
      missing,
      cursor: undefined,
    };
  }
  // One shard after the other: the cursor says which.
  const [at = '0', from = '', skip = '0', last = ''] = args.cursor?.split(' ') ?? [];
  const shard = queue.shards[Number(at)] as Shard;
  const [done, , next] = await shard.run('redrive', [...common, 0, from, skip, last], bounds, 'once');
  const cursor = items(next).map(text);
  const following = Number(at) + 1 < queue.shards.length ? `${Number(at) + 1}` : undefined;
  return {
    redriven: numeric(done) as number,
    missing: [],
    cursor: cursor.length > 0 ? [at, ...cursor].join(' ') : following,
  };
}

export async function once(queue: OpenQueue, args: Args<'once'>, bounds: CallBounds): Reply<'once'> {
  const { id, fence, shard, name, value } = args;
  const what = value === undefined ? 'o' : 'w';
  const owner = queue.shards[shard] as Shard;
  const [state, recorded] = await owner.run('record', [what, id, fence, name, value ?? ''], bounds);
  if (text(state) === 'recorded') return { state: 'recorded', value: plain(bytes(recorded) as Buffer) };
  return { state: text(state) as 'absent' | 'lost' };
}

export async function claim(queue: OpenQueue, { name, ms }: Args<'claim'>, bounds: CallBounds): Promise<boolean> {
  const [first] = queue.shards as readonly [Shard];
  const [mine] = await first.run('claim', [name, Math.max(1, Math.round(ms))], bounds, 'once');
  return numeric(mine) === 1;
}

export async function log(
  queue: OpenQueue,
  { id, fence, shard, line }: Args<'log'>,
  bounds: CallBounds,
): Promise<boolean> {
  const owner = queue.shards[shard] as Shard;
  const [state] = await owner.run('record', ['l', id, fence, line.slice(0, 1000), ''], bounds, 'once');
  return text(state) !== 'lost';
}
