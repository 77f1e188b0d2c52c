import type { SeenByWorker } from '../engine/engine-event.ts';
import type { CallBounds } from './connection.ts';
import type { Shard } from './shard.ts';

/** Where it is told. */
interface ToldQueue {
  readonly shards: readonly Shard[];
  readonly keepsEvents: boolean;
}

/** Puts into the stream of events what a worker saw. It is of no shard: the first one has it, as it has pauses. */
export async function tellSeen(queue: ToldQueue, seen: SeenByWorker, bounds: CallBounds): Promise<void> {
  if (!queue.keepsEvents) return;
  const { type } = seen;
  const frame =
    seen.event === 'stuck'
      ? ['k', seen.id, type, seen.attempt, seen.delivery, seen.reason]
      : ['m', '', type, 1, 0, `${seen.dropped} ${seen.schedule}`];
  await (queue.shards[0] as Shard).run('tell', frame, bounds);
}

/** The schedule and the number of its dropped slots, from the words of such an event. */
export function missedOf(words: string): { readonly schedule: string; readonly dropped: number } {
  const space = words.indexOf(' ');
  return { dropped: Number(words.slice(0, space)), schedule: words.slice(space + 1) };
}
