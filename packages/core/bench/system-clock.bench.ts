import { createHook } from 'node:async_hooks';
import type { Bench } from '../../../bench/case.ts';
import { interleave } from '../../../bench/interleave.ts';
import { systemClock, type Timer } from '../src/index.ts';

const pendingTimers = 10_000;
const fn = () => {};

/** What a timer costs that is made and cancelled, as most timeouts are, and how many real timers stand behind many. */
const bench: Bench = {
  name: 'system-clock',
  async run() {
    let step = 0;
    const { timers, real } = await countRealTimers();
    for (const timer of timers) timer.cancel();
    const alone = await interleave({
      after: () => systemClock.after(1_000, fn).cancel(),
      scattered: () => {
        step = (step + 7_919) % 60_000;
        systemClock.after(1_000 + step, fn).cancel();
      },
      setTimeout: () => clearTimeout(setTimeout(fn, 1_000).unref()),
      monotonic: () => systemClock.monotonic(),
    });
    const crowd = crowdOfTimers();
    const crowded = await interleave({
      after: () => {
        step = (step + 7_919) % 60_000;
        systemClock.after(1_000 + step, fn).cancel();
      },
    });
    for (const timer of crowd) timer.cancel();
    const peers = { setTimeout: alone.setTimeout, 'reading the time': alone.monotonic };
    return [
      { name: 'after + cancel', unit: 'ns', value: alone.after, peers },
      { name: 'after + cancel, scattered', unit: 'ns', value: alone.scattered, peers },
      { name: 'after + cancel, 10,000 pending', unit: 'ns', value: crowded.after, peers },
      { name: 'real timers for 10,000 pending', unit: 'count', value: real },
    ];
  },
};

export default bench;

function crowdOfTimers(): readonly Timer[] {
  return Array.from({ length: pendingTimers }, (_, index) =>
    systemClock.after(600_000 - ((index * 7_919) % 500_000), fn),
  );
}

/** Makes a crowd of timers, and counts the real ones that the process has because of them. */
async function countRealTimers(): Promise<{ readonly timers: readonly Timer[]; readonly real: number }> {
  const live = new Set<number>();
  const hook = createHook({
    init: (id, type) => void (type === 'Timeout' && live.add(id)),
    destroy: (id) => void live.delete(id),
  }).enable();
  const timers = crowdOfTimers();
  // Destroy hooks run in a later turn.
  await new Promise((resolve) => setImmediate(resolve));
  hook.disable();
  return { timers, real: live.size };
}
