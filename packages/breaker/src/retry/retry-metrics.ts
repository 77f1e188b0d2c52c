import type { CounterCell, Meter } from '@xc/core';

/** The cells of one retry policy, bound once. */
export interface RetryMetrics {
  readonly retried: CounterCell;
  readonly recovered: CounterCell;
  readonly exhausted: CounterCell;
  readonly budget: CounterCell;
  readonly deadline: CounterCell;
  readonly refused: CounterCell;
}

export function retryMetrics(meter: Meter, policy: string): RetryMetrics {
  const retries = meter.counter({
    name: 'xc_breaker_retries_total',
    help: 'Retries made, runs that recovered by one, and retries not made: attempts used up, no budget, no time, not worth it.',
    labels: ['policy', 'result'],
  });
  return {
    retried: retries.at(policy, 'retried'),
    recovered: retries.at(policy, 'recovered'),
    exhausted: retries.at(policy, 'exhausted'),
    budget: retries.at(policy, 'budget'),
    deadline: retries.at(policy, 'deadline'),
    refused: retries.at(policy, 'refused'),
  };
}
