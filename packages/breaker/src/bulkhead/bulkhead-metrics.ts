import type { CounterCell, GaugeCell, HistogramCell, Meter } from '@xc/core';

/** The cells of one bulkhead, bound once. */
export interface BulkheadMetrics {
  readonly inFlight: GaugeCell;
  readonly queued: GaugeCell;
  readonly limit: GaugeCell;
  readonly full: CounterCell;
  readonly wait: CounterCell;
  readonly displaced: CounterCell;
  readonly draining: CounterCell;
  readonly waitSeconds: HistogramCell;
}

export function bulkheadMetrics(meter: Meter, policy: string): BulkheadMetrics {
  const labels = ['policy'];
  const gauge = (what: string, help: string) =>
    meter.gauge({ name: `xc_breaker_bulkhead_${what}`, help, labels }).at(policy);
  const rejected = meter.counter({
    name: 'xc_breaker_bulkhead_rejected_total',
    help: 'Calls that got no slot.',
    labels: ['policy', 'reason'],
  });
  return {
    inFlight: gauge('in_flight', 'Slots in use.'),
    queued: gauge('queued', 'Calls that wait for a slot.'),
    limit: gauge('limit', 'Slots there are.'),
    full: rejected.at(policy, 'full'),
    wait: rejected.at(policy, 'wait'),
    displaced: rejected.at(policy, 'displaced'),
    draining: rejected.at(policy, 'draining'),
    waitSeconds: meter
      .histogram({ name: 'xc_breaker_bulkhead_wait_seconds', help: 'How long calls waited for a slot.', labels })
      .at(policy),
  };
}
