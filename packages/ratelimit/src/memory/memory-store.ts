import { type Clock, systemClock } from '@xc/core';
import { checkInteger } from '../limits/refuse.ts';
import type { LimitOp } from '../store/limit-op.ts';
import type { LimitStore } from '../store/limit-store.ts';
import type { LeaseStep, Step } from '../store/step.ts';
import type { OpState, StepReply } from '../store/step-reply.ts';
import { MemoryEngine } from './memory-engine.ts';
import type { Verdict } from './verdict.ts';

/** Options of {@link memoryStore}. */
export interface MemoryStoreOptions {
  /** @defaultValue the clock of the machine */
  readonly clock?: Clock;
  /**
   * Most keys kept, of all limits together. Expired ones make room first, then those used least recently that are not blocked.
   * @defaultValue 100_000
   */
  readonly maxKeys?: number;
}

/** A store that also answers at once. */
export type SyncLimitStore = LimitStore & Required<Pick<LimitStore, 'applySync'>>;

/**
 * Keeps all limits in the memory of this process. Counts by the monotonic clock, so that a wall clock that jumps changes
 * nothing; only quotas and aligned windows read the wall clock. Keeps no timer.
 * @throws RangeError when `maxKeys` is not a positive integer.
 */
export function memoryStore(options: MemoryStoreOptions = {}): SyncLimitStore {
  const { clock = systemClock, maxKeys = 100_000 } = options;
  checkInteger('maxKeys', maxKeys, 1, 2 ** 30);
  return new MemoryStore(new MemoryEngine(maxKeys, clock), clock);
}

/** The public face of the engine. A limiter that finds it goes to the engine itself, and saves the objects in between. */
export class MemoryStore implements SyncLimitStore {
  readonly name = 'memory';
  readonly remote = false;
  readonly #clock: Clock;
  readonly engine: MemoryEngine;

  constructor(engine: MemoryEngine, clock: Clock) {
    this.engine = engine;
    this.#clock = clock;
  }

  async apply(step: Step): Promise<StepReply> {
    return this.applySync(step);
  }

  applySync(step: Step): StepReply {
    const { engine } = this;
    const now = this.#clock.now();
    if (step.kind === 'take' || step.kind === 'peek') {
      const write = step.kind === 'take';
      const lease = write ? step.lease : undefined;
      if (write && lease === undefined) refuseUnleased(step.ops);
      const allowed = engine.decide(step.ops, write, lease);
      const states = step.ops.map(({ cost, rule }, index) => {
        const verdict = engine.verdicts[index] as Verdict;
        const charged = write && allowed && verdict.allowed && cost > 0;
        return stateOf(verdict, charged ? `${verdict.mark} ${rule.limit}` : undefined);
      });
      return { allowed, now, states };
    }
    let changed = 0;
    for (const op of step.ops) {
      if (step.kind === 'adjust') {
        const [mark = Number.NaN, limit = Number.NaN] = (op.receipt ?? '').split(' ').map(Number);
        changed += engine.adjust(op, op.by ?? 0, mark, limit);
      } else if (step.kind === 'block') engine.block(op, step.blockMs);
      else if (step.kind === 'clear') engine.clear(op);
      else changed += Number(engine.hold(op, step as LeaseStep));
    }
    return { allowed: true, now, states: step.ops.map((op) => stateOf(engine.stand(op))), changed };
  }
}

function stateOf(verdict: Verdict, receipt?: string): OpState {
  const { allowed, remaining, resetAfterMs, retryAfterMs, windowMs, blocked } = verdict;
  return {
    allowed,
    remaining,
    resetAfterMs,
    retryAfterMs,
    blocked,
    ...(windowMs === undefined ? {} : { windowMs }),
    ...(receipt === undefined ? {} : { receipt }),
  };
}

function refuseUnleased(ops: readonly LimitOp[]): void {
  for (const { rule, cost, name } of ops) {
    if (rule.algorithm === 'concurrency' && cost > 0) throw new TypeError(`limits.${name} is charged with a lease`);
  }
}
