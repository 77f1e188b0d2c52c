import type { CounterCell, GaugeCell, HistogramCell, Meter } from '@xc/core';
import type { Step } from '../store/step.ts';
import type { DecisionSource } from './decision.ts';
import type { DegradedEvent } from './limiter-events.ts';

const OUTCOMES = ['allowed', 'rejected', 'shadow_rejected'] as const;
const STEPS = ['take', 'peek', 'adjust', 'clear', 'renew', 'release', 'block'] as const;

/** What one limit did, by who decided; all cells are bound at construction. */
export type OutcomeCells = Readonly<Record<(typeof OUTCOMES)[number], CounterCell>>;

/** The cells of one limit. */
export interface LimitCells {
  readonly decisions: Readonly<Partial<Record<DecisionSource, OutcomeCells>>>;
  readonly nearLimit: CounterCell;
  readonly blocks: CounterCell;
  readonly leasedTokens: GaugeCell;
}

/** The cells of a limiter, and those of its limits. */
export interface LimiterMetrics {
  readonly storeSeconds: Readonly<Record<Step['kind'], HistogramCell>>;
  readonly storeErrors: Readonly<Record<DegradedEvent['kind'], CounterCell>>;
  readonly waiting: GaugeCell;
  readonly leases: GaugeCell;
  limit(name: string, sources: readonly DecisionSource[]): LimitCells;
}

/** Makes the instruments of a limiter. No label ever holds a key. */
export function limiterMetrics(meter: Meter): LimiterMetrics {
  const decisions = meter.counter({
    name: 'xc_ratelimit_decisions_total',
    help: 'Decisions of a limit, by their outcome and by who decided.',
    labels: ['limit', 'outcome', 'source'],
  });
  const nearLimit = meter.counter({
    name: 'xc_ratelimit_near_limit_total',
    help: 'Calls that found or left a limit used up to its soft share.',
    labels: ['limit'],
  });
  const seconds = meter.histogram({
    name: 'xc_ratelimit_store_seconds',
    help: 'How long the store took to answer.',
    labels: ['op'],
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25],
  });
  const errors = meter.counter({
    name: 'xc_ratelimit_store_errors_total',
    help: 'Steps that the store did not answer in time, failed, or was kept from.',
    labels: ['kind'],
  });
  const blocks = meter.counter({
    name: 'xc_ratelimit_blocks_total',
    help: 'Blocks of a key that began, as far as this node saw.',
    labels: ['limit'],
  });
  const waiting = meter.gauge({ name: 'xc_ratelimit_waiting', help: 'Calls that wait in line.' });
  const leases = meter.gauge({ name: 'xc_ratelimit_leases', help: 'Leases that this node holds.' });
  const tokens = meter.gauge({
    name: 'xc_ratelimit_leased_tokens',
    help: 'Tokens that this node has taken ahead and not used.',
    labels: ['limit'],
  });
  return {
    storeSeconds: each(STEPS, (op) => seconds.at(op)),
    storeErrors: each(['timeout', 'error', 'guard'] as const, (kind) => errors.at(kind)),
    waiting: waiting.at(),
    leases: leases.at(),
    limit: (name, sources) => ({
      decisions: each(sources, (source) => each(OUTCOMES, (outcome) => decisions.at(name, outcome, source))),
      nearLimit: nearLimit.at(name),
      blocks: blocks.at(name),
      leasedTokens: tokens.at(name),
    }),
  };
}

function each<Name extends string, Value>(names: readonly Name[], make: (name: Name) => Value): Record<Name, Value> {
  return Object.fromEntries(names.map((name) => [name, make(name)])) as Record<Name, Value>;
}
