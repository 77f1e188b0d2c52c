import { busCoherence, type Cache, type CacheOptions, createCache, memoryTier, type Tier } from '@xc/cache';
import { type Bus, localBus } from '@xc/core';
import { ManualClock, SeededRandom } from '@xc/core/testing';

/** Nodes of one cache on one tier and one bus, under one clock that stands still. */
export function nodesOf(
  count: number,
  options: CacheOptions & { readonly tier?: Tier; readonly bus?: Bus; readonly deaf?: boolean } = {},
) {
  const clock = (options.clock as ManualClock | undefined) ?? new ManualClock(1_700_000_000_000);
  const { tier = memoryTier({ clock }), bus = localBus(), deaf = false, ...rest } = options;
  const nodes: Cache[] = [];
  for (let node = 0; node < count; node++) {
    nodes.push(
      createCache({
        random: new SeededRandom(node + 1),
        defaults: { jitter: 0, earlyRefresh: 'off', ttlMs: 60_000 },
        ...rest,
        clock,
        l2: tier,
        ...(deaf ? {} : { coherence: busCoherence(bus) }),
      }),
    );
  }
  return { nodes: nodes as [Cache, Cache, ...Cache[]], clock, tier, bus };
}

/** A loader that waits until it is told what to give. */
export function gated<T>() {
  let give: (value: T) => void = () => {};
  let fail: (error: unknown) => void = () => {};
  let runs = 0;
  const load = (): Promise<T> => {
    runs++;
    return new Promise<T>((resolve, reject) => {
      give = resolve;
      fail = reject;
    });
  };
  return { load, give: (value: T) => give(value), fail: (error: unknown) => fail(error), runs: () => runs };
}
