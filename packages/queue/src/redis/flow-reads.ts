import type { Delivered } from '../engine/engine-reads.ts';
import type { JobState } from '../job/job-state.ts';
import type { CallBounds } from './connection.ts';
import { readError } from './job-bits.ts';
import type { OpenQueue } from './open-queue.ts';
import { items, plain, text } from './raw.ts';
import { shardOfId } from './route.ts';
import type { Raw } from './scripts.ts';

/** What the edges into a job delivered. */
export async function dependencies(queue: OpenQueue, id: string, bounds: CallBounds): Promise<readonly Delivered[]> {
  return (await ask(queue, 'p', id, bounds)) ?? [];
}

/** The nodes of a flow, `undefined` where there is none any more. */
export function flow(queue: OpenQueue, id: string, bounds: CallBounds): Promise<readonly Delivered[] | undefined> {
  return ask(queue, 'f', id, bounds);
}

async function ask(
  queue: OpenQueue,
  what: 'p' | 'f',
  id: string,
  bounds: CallBounds,
): Promise<readonly Delivered[] | undefined> {
  const home = what === 'p' ? shardOfId(id, queue.shards.length) : undefined;
  const shards = queue.shards.filter(({ index }) => home === undefined || home === index);
  const answers = await Promise.all(shards.map((shard) => shard.run('flows', [what, id], bounds)));
  const found = answers.find(([known]) => known === 1);
  return found === undefined ? undefined : items(found[1]).map(delivered);
}

const states: Readonly<Record<string, JobState>> = { d: 'done', f: 'dead', c: 'cancelled' };

/** Name, id, state as it stands, and once it has settled its outcome: kind, whether there is a result or an error, that. */
function delivered(raw: Raw): Delivered {
  const [name, id, where, outcome] = raw as readonly Raw[];
  const common = { name: text(name), id: text(id) };
  if (!Buffer.isBuffer(outcome))
    return { ...common, state: text(where) as JobState, result: undefined, error: undefined };
  const kind = String.fromCharCode(outcome[0] as number);
  const payload = outcome[1] === 1 ? outcome.subarray(6, 6 + outcome.readUInt32BE(2)) : undefined;
  return {
    ...common,
    state: states[kind] as JobState,
    result: kind === 'd' ? plain(payload) : undefined,
    error: kind === 'f' ? readError(payload) : undefined,
  };
}
