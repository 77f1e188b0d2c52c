/** What takes part in a schedule: something that touches two shards. */
export interface Scheduled {
  readonly from: string;
  readonly to: string;
}

/**
 * Runs all, in order as far as possible: never more than `total` at a time, nor more than `perShard` that touch one shard.
 * Resolves when all have settled; `run` must not reject.
 */
export function inTurn<T extends Scheduled>(
  items: readonly T[],
  { total, perShard }: { readonly total: number; readonly perShard: number },
  run: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  const touching = new Map<string, number>();
  let running = 0;
  const touch = ({ from, to }: T, by: number): void => {
    for (const shard of [from, to]) touching.set(shard, (touching.get(shard) ?? 0) + by);
  };
  const isFree = (shard: string): boolean => (touching.get(shard) ?? 0) < perShard;
  return new Promise((resolve) => {
    const next = (): void => {
      for (let at = 0; at < waiting.length && running < total; ) {
        const item = waiting[at] as T;
        if (!isFree(item.from) || !isFree(item.to)) {
          at += 1;
          continue;
        }
        waiting.splice(at, 1);
        running += 1;
        touch(item, 1);
        void run(item).then(() => {
          running -= 1;
          touch(item, -1);
          next();
        });
      }
      if (running === 0) resolve();
    };
    next();
  });
}
