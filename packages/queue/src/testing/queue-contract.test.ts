import { ManualClock } from '@xc/core/testing';
import { memoryEngine } from '../memory/memory-engine.ts';
import { queueContract } from './queue-contract.ts';

queueContract(async () => {
  const clock = new ManualClock(1_700_000_000_000);
  return { engine: memoryEngine({ clock }), clock, now: () => clock.now(), pass: (ms) => clock.advance(ms) };
});
