import type { ScriptArgument } from '@xc/redis';
import type { CallBounds } from './connection.ts';
import { changedNames } from './policy-numbers.ts';
import { items, numeric, text } from './raw.ts';
import type { Shard } from './shard.ts';

const limits: ReadonlySet<string> = new Set(['concurrency', 'rate', 'perKey']);

/**
 * Writes what is given of a policy and differs. Other limits hold at once, also for keys that wait already, and whoever is idle is told.
 *
 * @param args - What `open.lua` reads.
 * @returns the names of what has changed, nothing where there was no policy before.
 */
export async function putPolicy(
  shard: Shard,
  args: readonly ScriptArgument[],
  bounds: CallBounds,
): Promise<readonly string[]> {
  const [existed, places] = await shard.run('open', args, bounds);
  if (numeric(existed) !== 1) return [];
  const changed = changedNames(items(places).map((place) => numeric(place) as number));
  if (changed.some((name) => limits.has(name))) await reseat(shard, bounds);
  return changed;
}

async function reseat(shard: Shard, bounds: CallBounds): Promise<void> {
  for (let cursor = ''; cursor !== '0'; ) {
    const [next] = await shard.run('reseat', [cursor], bounds);
    cursor = text(next);
  }
}
