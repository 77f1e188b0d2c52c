import type { EngineReads, ResultsAsked } from '../engine/engine-reads.ts';
import type { SettledJob, StoredJob } from '../engine/stored-job.ts';
import type { JobState } from '../job/job-state.ts';
import { pageCursor } from '../option-checks.ts';
import type { CallBounds } from './connection.ts';
import type { OpenQueue } from './open-queue.ts';
import { bytes, items, text } from './raw.ts';
import { shardOfId } from './route.ts';
import type { Raw, ShardScripts } from './scripts.ts';
import type { Shard } from './shard.ts';
import { settledJob, storedJob } from './stored-views.ts';

/** At most so many ids in one script. */
const SLICE = 100;

/** Jobs by id; what no shard has is `undefined`. */
export function jobs(queue: OpenQueue, ids: readonly string[], bounds: CallBounds): Promise<(StoredJob | undefined)[]> {
  return byId(queue, 'jobs', [], ids, bounds, (id, raw) => storedJob(id, raw, queue.lanes));
}

/** How jobs ended; of those that have not, this process is told when they do. */
export async function results(
  queue: OpenQueue,
  { ids, flow = '' }: ResultsAsked,
  bounds: CallBounds,
): Promise<(SettledJob | undefined)[]> {
  await queue.news.listen();
  const missing: SettledJob = { id: '', state: 'missing' };
  const found = await byId(queue, 'results', [queue.process, flow], ids, bounds, (id, raw) => {
    if (!Array.isArray(raw)) return { waits: true };
    const [kind, payload, words] = raw as readonly Raw[];
    if (text(kind) === 'm') return undefined;
    return { settled: settledJob(id, text(kind), bytes(payload), bytes(words)?.toString()) };
  });
  return found.map((each, index) =>
    each === undefined ? { ...missing, id: ids[index] as string } : 'settled' in each ? each.settled : undefined,
  );
}

async function byId<T>(
  queue: OpenQueue,
  script: keyof ShardScripts,
  first: readonly string[],
  ids: readonly string[],
  bounds: CallBounds,
  view: (id: string, raw: Raw | undefined) => T | undefined,
): Promise<(T | undefined)[]> {
  const found: (T | undefined)[] = ids.map(() => undefined);
  await Promise.all(
    queue.shards.map(async (shard) => {
      const places = [...ids.keys()].filter((place) => {
        const home = shardOfId(ids[place] as string, queue.shards.length);
        return home === undefined || home === shard.index;
      });
      for (let from = 0; from < places.length; from += SLICE) {
        const slice = places.slice(from, from + SLICE);
        const raw = await shard.run(script, [...first, ...slice.map((place) => ids[place] as string)], bounds);
        for (const [nth, place] of slice.entries()) found[place] ??= view(ids[place] as string, raw[nth]);
      }
    }),
  );
  return found;
}

const LETTERS: Readonly<Record<JobState, string>> = {
  ...{ waiting: 'w', delayed: 's', active: 'a', done: 'd', dead: 'f', cancelled: 'c', blocked: 'b' },
};

/** The shard, and the place in it as its script knows it: of what waits three numbers. */
function cursorOf(cursor: string | undefined, state: JobState): [shard: number, place: string] {
  if (cursor === undefined) return [0, ''];
  pageCursor(cursor, state === 'waiting' ? /^\d+ (\d+ \d+ \d+)?$/ : /^\d+ \d*$/);
  const space = cursor.indexOf(' ');
  return [Number(cursor.slice(0, space)), cursor.slice(space + 1)];
}

/** One shard after the other; the cursor says which, and from where on. */
export async function list(
  queue: OpenQueue,
  args: EngineReads['list']['args'],
  bounds: CallBounds,
): Promise<EngineReads['list']['reply']> {
  const { state, limit, cursor, reason, type } = args;
  const found: StoredJob[] = [];
  let [at, from] = cursorOf(cursor, state);
  while (found.length < limit && at < queue.shards.length) {
    const shard = queue.shards[at] as Shard;
    const count = Math.min(SLICE, limit - found.length);
    const [ids, next] =
      state === 'waiting'
        ? await shard.run('listWaiting', [from, count], bounds)
        : await shard.run('list', [LETTERS[state], from === '' ? 0 : from, count, reason ?? '', type ?? ''], bounds);
    const names = items(ids).map(text);
    const stored = names.length === 0 ? [] : await shard.run('jobs', names, bounds);
    for (const [nth, id] of names.entries()) {
      const job = storedJob(id, stored[nth], queue.lanes);
      // It may have gone on in between.
      if (job?.state === state) found.push(job);
    }
    from = text(next);
    if (from === '' || from === '-1') [at, from] = [at + 1, ''];
  }
  return { jobs: found, cursor: at < queue.shards.length ? `${at} ${from}` : undefined };
}
