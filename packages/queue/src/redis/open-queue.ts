import type { EngineSink } from '../engine/engine-sink.ts';
import type { QueuePolicy } from '../engine/queue-policy.ts';
import type { CallBounds, Connection } from './connection.ts';
import type { Durable } from './durable.ts';
import type { EngineHub } from './engine-hub.ts';
import { EventStream } from './event-stream.ts';
import type { News } from './news.ts';
import { openCard } from './opening.ts';
import { checkShares, keptByDefault, policyNumbers } from './policy-numbers.ts';
import { putPolicy } from './put-policy.ts';
import { shardOfText } from './route.ts';
import { Shard } from './shard.ts';
import { Vacancies } from './vacancies.ts';
import { waitingIn } from './waiting-in.ts';

/** A queue whose card was read and whose shards have a policy. */
export interface OpenQueue {
  readonly name: string;
  readonly policy: QueuePolicy;
  /** In the order of the card; places in it are what records name. */
  readonly lanes: readonly string[];
  readonly shards: readonly Shard[];
  readonly connection: Connection;
  readonly news: News;
  /** Names this process. */
  readonly process: string;
  readonly evicts: boolean;
  readonly keepsEvents: boolean;
  readonly events: EventStream;
  readonly durable: Durable | undefined;
  /** Where what may wait is bounded, and no shard can tell by itself. */
  readonly vacancies: Vacancies | undefined;
  /** Where something goes that may go anywhere: the shards in turn. */
  nextShard(): number;
  /** Resolves when news is heard, or could not be heard at first. */
  readonly heard: Promise<void>;
}

/** Opens a queue: nothing is sent before. */
export async function openQueue(
  hub: EngineHub,
  name: string,
  policy: QueuePolicy,
  sink: EngineSink | undefined,
): Promise<OpenQueue> {
  const { connection, settings } = hub;
  const { prefix, shards: count, events } = settings;
  checkShares(policy, count);
  const bounds = connection.bounds(undefined);
  const [abilities, scripts] = await Promise.all([hub.abilities(), hub.scripts()]);
  const lanes = await openCard(connection, name, prefix, count, policy, bounds);
  const tell = (shard: Shard, until: CallBounds): Promise<readonly string[]> => {
    const numbers = policyNumbers(policy, shard.index, count, events?.maxLen);
    return putPolicy(shard, [numbers, shard.index, ...keptByDefault(shard.index, count)], until);
  };
  const shards = Array.from(
    { length: count },
    (_, index) =>
      new Shard({ name, index, shards: count, prefix }, lanes, connection, scripts, async (shard, until) => {
        await openCard(connection, name, prefix, count, policy, until);
        await tell(shard, until);
      }),
  );
  const changed = [...new Set((await Promise.all(shards.map((shard) => tell(shard, bounds)))).flat())];
  const news = await hub.news(shards.map(({ base }) => base));
  news.sink = sink;
  // Waited for by workers alone, and once: without news they still look from time to time.
  const heard = news.listen().catch(() => {});
  if (changed.length > 0) sink?.policyChanged(changed);
  if (abilities.evicts) sink?.unsafe?.('Redis may evict keys of the queue: its maxmemory-policy must be noeviction');
  const durable = await hub.durable();
  const { maxWaiting } = policy;
  const waiting = (until: CallBounds) => Promise.all(shards.map((shard) => waitingIn(shard, until)));
  const bounded = maxWaiting !== undefined && count > 1;
  const vacancies = bounded ? new Vacancies(maxWaiting, connection.clock, waiting) : undefined;
  let turn = shardOfText(hub.process, count);
  const nextShard = (): number => {
    turn = (turn + 1) % count;
    return turn;
  };
  const base = {
    ...{ name, policy, lanes, shards, connection, news, process: hub.process, evicts: abilities.evicts, heard },
    ...{ keepsEvents: events !== undefined, durable, vacancies, nextShard },
  };
  const stream = new EventStream(base);
  news.onEvents = (shard) => stream.more(shard);
  return { ...base, events: stream };
}
