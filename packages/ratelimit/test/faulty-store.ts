import type { ManualClock } from '@xc/core/testing';
import { memoryStore } from '../src/memory/memory-store.ts';
import type { LimitStore } from '../src/store/limit-store.ts';
import type { Step } from '../src/store/step.ts';

/** A remote store in this process that can be made to fail, hang or be slow, and that several limiters can share. */
export interface FaultyStore extends LimitStore {
  mode: 'well' | 'failing' | 'hanging';
  /** Milliseconds until an answer is there; the step itself is done at once. */
  lateMs: number;
  readonly steps: Step[];
}

/** Opens one, well. */
export function faultyStore(clock: ManualClock): FaultyStore {
  const memory = memoryStore({ clock });
  return {
    name: 'faulty',
    remote: true,
    mode: 'well',
    lateMs: 0,
    steps: [],
    async apply(step) {
      this.steps.push(step);
      if (this.mode === 'failing') throw new Error('the server is gone');
      if (this.mode === 'hanging') return await new Promise(() => undefined);
      const reply = memory.applySync(step);
      if (this.lateMs > 0) await clock.sleep(this.lateMs);
      return reply;
    },
  };
}
