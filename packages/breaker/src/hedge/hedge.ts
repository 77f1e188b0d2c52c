import type { Meter, Policy } from '@xc/core';
import {
  orDefault,
  type PolicyOptions,
  policyEnvironment,
  policyOptionNames,
  positiveInteger,
  refuseUnknown,
  shown,
} from '../options.ts';
import { guardedBudget } from '../retry/guarded-budget.ts';
import type { RetryBudget } from '../retry/retry-budget.ts';
import { checkedBudget } from '../retry/retry-options.ts';
import { standalone } from '../run/engine.ts';
import { hedgeDelay, type QuantileDelay } from './hedge-delay.ts';
import { HedgeFrame, type HedgeRules } from './hedge-frame.ts';

/** How many further attempts a slow call gets. */
export interface HedgeOptions extends PolicyOptions {
  /**
   * Further attempts per call.
   * @defaultValue 1
   */
  readonly maxHedges?: number;
  /** @defaultValue none: every slow call is hedged, also when all are slow */
  readonly budget?: RetryBudget;
  /**
   * Hedges every call, not only those with `idempotent: true`.
   * @defaultValue false
   */
  readonly always?: boolean;
}

/**
 * Makes the same call once more when it takes too long, or at once when it has failed, and takes the first success; the
 * signals of the others abort. "The Tail at Scale" (Dean and Barroso, 2013). Only for calls with `idempotent: true`,
 * unless `always`.
 *
 * @param afterMs - Milliseconds, or a quantile of the latencies seen.
 * @throws TypeError or RangeError for an unknown option or a value out of range.
 */
export function hedge(afterMs: number | QuantileDelay, options: HedgeOptions = {}): Policy {
  refuseUnknown(options, ['maxHedges', 'budget', 'always', ...policyOptionNames]);
  const { clock, logger, meter, name } = policyEnvironment(options, 'hedge');
  const always = orDefault(options.always, false);
  if (typeof always !== 'boolean') throw new TypeError(`always must be true or false, got ${shown(always)}`);
  const rules: HedgeRules = {
    delay: hedgeDelay(afterMs),
    maxHedges: positiveInteger('maxHedges', orDefault(options.maxHedges, 1)),
    budget:
      options.budget === undefined ? undefined : guardedBudget(checkedBudget('budget', options.budget), logger, name),
    ...hedgeMetrics(meter, name),
  };
  return standalone(name, {
    kind: 'hedge',
    clock,
    budgeted: rules.budget !== undefined,
    before: (next) => ({
      interrupts: true,
      enter(outer, scope, call) {
        if (always || call.facts.idempotent === true) new HedgeFrame(rules, clock, next, outer, scope, call).begin();
        else next.enter(outer, scope, call);
      },
    }),
  });
}

function hedgeMetrics(meter: Meter, policy: string): Pick<HedgeRules, 'started' | 'won' | 'denied'> {
  const hedges = meter.counter({
    name: 'xc_breaker_hedges_total',
    help: 'Further attempts that were started, that gave the answer, and that the budget denied.',
    labels: ['policy', 'result'],
  });
  return { started: hedges.at(policy, 'started'), won: hedges.at(policy, 'won'), denied: hedges.at(policy, 'denied') };
}
