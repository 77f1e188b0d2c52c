import type { Clock } from '@xc/core';
import { capacityOf } from '../../limits/capacity.ts';
import { MemoryEngine } from '../../memory/memory-engine.ts';
import type { StepLease } from '../../store/step.ts';
import type { OpState } from '../../store/step-reply.ts';
import type { CallOp } from '../call-op.ts';
import type { DecisionSource } from '../decision.ts';

/** What stood in for the store. */
export interface StandbyReply {
  readonly allowed: boolean;
  readonly states: readonly OpState[];
  /** The strictest that was used. */
  readonly source: DecisionSource;
}

/** Answers in the place of a store that fails, each limit by its `onStoreError`. */
export class Standby {
  /** Keeps what limits that are 'local' have counted. */
  readonly engine: MemoryEngine;
  readonly #probeMs: number;

  constructor(clock: Clock, probeMs: number) {
    this.engine = new MemoryEngine(100_000, clock);
    this.#probeMs = probeMs;
  }

  decide(ops: readonly CallOp[], write: boolean, lease: StepLease | undefined): StandbyReply {
    const local = ops.filter(({ limit }) => limit.onStoreError === 'local');
    for (const op of local) op.rule = op.limit.localRule(op.rule);
    const shut = ops.some(({ enforce, limit }) => enforce && limit.onStoreError === 'closed');
    // When another limit says no anyhow, nothing is charged here either.
    const allowed = this.engine.decide(local, write && !shut, lease) && !shut;
    const states = ops.map((op): OpState => {
      const index = local.indexOf(op);
      if (index < 0) return this.#flat(op);
      const verdict = this.engine.verdicts[index] as (typeof this.engine.verdicts)[number];
      if (write && allowed && verdict.allowed && op.cost > 0) op.chargedIn(verdict.mark);
      return { ...verdict };
    });
    // A shadow limit that is closed closes nothing.
    const used = ops.map(({ enforce, limit }) =>
      enforce || limit.onStoreError !== 'closed' ? limit.onStoreError : 'open',
    );
    const source = used.includes('closed') ? 'closed' : used.includes('local') ? 'local' : 'open';
    return { allowed, states, source };
  }

  /** What a limit says that does not count meanwhile. */
  #flat({ rule, cost, limit }: CallOp): OpState {
    const allowed = limit.onStoreError === 'open';
    const waitMs = allowed ? 0 : this.#probeMs;
    const remaining = allowed ? Math.max(0, capacityOf(rule) - cost) : 0;
    return { allowed, remaining, resetAfterMs: waitMs, retryAfterMs: waitMs, blocked: false };
  }
}
