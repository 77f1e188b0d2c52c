import type { Clock, Random } from '@xc/core';
import type { ConcurrencyRule } from '../limits/limit-rule.ts';
import { DEFAULT_TTL_MS } from '../memory/algorithms/concurrency.ts';
import type { LeaseStep, StepLease } from '../store/step.ts';
import type { CallOp } from './call-op.ts';
import type { CompiledLimit } from './compiled-limit.ts';
import type { Decided } from './decided.ts';
import { heldLease } from './held-lease.ts';
import type { Judge } from './judge.ts';
import type { Lease } from './lease.ts';
import type { LimiterMetrics } from './limiter-metrics.ts';

/** What leases need of their limiter. */
export interface LeasesParts {
  readonly judge: Judge;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: LimiterMetrics;
  /** Units of a key are free. */
  freed(name: string, key: string): void;
}

/** Makes leases, and keeps them where their units are held. */
export class Leases {
  /** Some limit counts concurrency. */
  readonly exist: boolean;
  readonly #parts: LeasesParts;

  constructor(parts: LeasesParts, limits: readonly CompiledLimit[]) {
    this.exist = limits.some(({ isConcurrency }) => isConcurrency);
    this.#parts = parts;
  }

  /** Unique among all nodes. */
  newId(): string {
    const part = () => Math.floor(this.#parts.random.next() * 2 ** 48).toString(36);
    return `${part()}${part()}${part()}`;
  }

  /** The lease of an allowed decision. */
  hold(decided: Decided, ops: readonly CallOp[], step: StepLease, auto: boolean, askedAt: number): Lease {
    const { clock, metrics } = this.#parts;
    const held = ops.filter(({ limit, keeper }) => limit.isConcurrency && keeper !== 'nobody');
    const ttls = held.map(({ rule }) => (rule as ConcurrencyRule).ttlMs ?? DEFAULT_TTL_MS);
    metrics.leases.add(1);
    return heldLease(decided, {
      id: step.id,
      clock,
      ttlMs: step.ttlMs ?? Math.min(...ttls),
      auto: auto && held.length > 0,
      askedAt,
      renew: (ttlMs = step.ttlMs) =>
        this.#step(held, 'renew', ttlMs === undefined ? { id: step.id } : { id: step.id, ttlMs }),
      release: () => this.#step(held, 'release', { id: step.id }),
      ended: () => metrics.leases.add(-1),
    });
  }

  /** Whether all units were still held. */
  async #step(held: readonly CallOp[], kind: LeaseStep['kind'], lease: StepLease): Promise<boolean> {
    const { judge, freed } = this.#parts;
    let found = 0;
    const stored = held.filter(({ keeper }) => keeper === 'store');
    for (const op of held) op.refresh();
    if (stored.length > 0) {
      const reply = await judge.link.ask({ kind, ops: stored.map((op) => op.plain()), lease });
      found += reply.changed ?? 0;
    }
    for (const op of held) {
      if (op.keeper === 'engine' && judge.keeper.hold(op, { kind, ops: [op], lease })) found += 1;
    }
    if (kind === 'release') for (const { name, key } of held) freed(name, key);
    return found >= held.length;
  }
}
