import { objectiveRatio } from './burn-thresholds.ts';
import type { Expectation, TrafficPhase } from './scenario.ts';
import type { SloSpec } from './slo.ts';

/** What every recording rule must give at the end of a burn of one speed. */
export function recordedFacts(
  spec: SloSpec,
  budget: number,
  { minutes, requestsPerMinute, failing }: TrafficPhase,
): Expectation[] {
  const days = spec.windowDays ?? 30;
  const burnRate = failing / budget;
  const facts: Readonly<Record<string, number>> = {
    ...Object.fromEntries(
      ['5m', '30m', '1h', '2h', '6h', '1d', '3d', `${days}d`].map((w) => [`slo:sli_error:ratio_rate${w}`, failing]),
    ),
    'slo:requests:rate5m': requestsPerMinute / 60,
    'slo:errors:rate5m': (requestsPerMinute * failing) / 60,
    'slo:objective:ratio': objectiveRatio(spec.objectivePercent),
    'slo:error_budget:ratio': budget,
    'slo:time_period:days': days,
    'slo:current_burn_rate:ratio': burnRate,
    'slo:period_burn_rate:ratio': burnRate,
    'slo:period_error_budget_remaining:ratio': 1 - burnRate,
  };
  return Object.entries(facts).map(([record, value]) => ({ atMinute: minutes, record, value, holds: true }));
}
