import type { CallBounds } from './connection.ts';
import { numeric } from './raw.ts';
import type { Shard } from './shard.ts';

/** How many jobs of a shard wait or are delayed. */
export async function waitingIn(shard: Shard, bounds: CallBounds): Promise<number> {
  const raw = await shard.run('counts', [], bounds);
  const [all = 0, blocked = 0, , ...others] = raw.slice(1, 8).map((each) => numeric(each) as number);
  return all - blocked - others.reduce((sum, each) => sum + each, 0);
}
