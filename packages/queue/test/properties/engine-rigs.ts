import { memoryEngine } from '../../src/memory/memory-engine.ts';
import { EngineRig } from '../../src/testing/contract/engine-rig.ts';

/** A queue in memory under a time that only passes when told, without waiting for promises as a ManualClock does. */
export function engineRig(): EngineRig {
  let ms = 0;
  const clock = {
    now: () => 1_700_000_000_000 + ms,
    monotonic: () => ms,
    sleep: () => Promise.reject(new Error('an engine never sleeps')),
    after: () => ({ cancel: () => {} }),
    every: () => ({ cancel: () => {} }),
  };
  const pass = async (more: number) => {
    ms += more;
  };
  return new EngineRig({ engine: memoryEngine({ clock }), clock, now: clock.now, pass });
}
