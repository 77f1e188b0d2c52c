import { ManualClock, SeededRandom } from '@xc/core/testing';
import type { AdapterFixture, AdapterTraits } from '../src/testing/adapter-contract/adapter-fixture.ts';
import { memoryShards } from '../src/testing/memory-shards.ts';

/** Data in memory and a user of it, everybody having their turn when a seed says so. */
export async function inMemory({ capture = 'log', fencing = 'data' }: AdapterTraits): Promise<AdapterFixture> {
  const clock = new ManualClock();
  const random = new SeededRandom(7);
  const interleave = async (): Promise<void> => {
    for (let turns = Math.floor(random.next() * 12); turns > 0; turns -= 1) await Promise.resolve();
  };
  const shards = memoryShards({ capture, fencing, clock, interleave });
  const client = ({ shard, ...context }: { shard: string; partition: number; term: number }) =>
    shards.connect({ id: shard }, context);
  return {
    adapter: shards.adapter,
    shards: ['a', 'b'],
    partitions: [0, 7],
    write: (at, name, text) => (text === undefined ? client(at).delete(name) : client(at).put(name, { text })),
    hold: (at, name, text) =>
      new Promise((resolve, reject) => {
        let goOn: () => void = () => undefined;
        const ended = client(at).transaction(async (own) => {
          await own.put(name, { text });
          await new Promise<void>((open) => {
            goOn = open;
            resolve({
              commit: () => {
                goOn();
                return ended;
              },
            });
          });
        });
        ended.catch(reject);
      }),
    pass: (ms) => clock.advance(ms),
  };
}
