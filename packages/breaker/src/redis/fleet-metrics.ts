import type { CounterCell, GaugeCell, Meter } from '@xc/core';

/** The metrics of a coordinator, bound once; the gauges of a breaker when it joins. */
export interface FleetMetrics {
  readonly ok: CounterCell;
  readonly lost: CounterCell;
  of(breaker: string): FleetGauges;
}

/** The fleet of one breaker. */
export interface FleetGauges {
  readonly votes: GaugeCell;
  readonly members: GaugeCell;
}

/** Binds the metrics of coordinators at `meter`. */
export function fleetMetrics(meter: Meter): FleetMetrics {
  const ticks = meter.counter({
    name: 'xc_breaker_fleet_ticks_total',
    help: 'Rounds of a breaker with its fleet.',
    labels: ['result'],
  });
  const votes = meter.gauge({
    name: 'xc_breaker_fleet_votes',
    help: 'Members that have opened by themselves.',
    labels: ['breaker'],
  });
  const members = meter.gauge({
    name: 'xc_breaker_fleet_members',
    help: 'Members that were heard of lately.',
    labels: ['breaker'],
  });
  return {
    ok: ticks.at('ok'),
    lost: ticks.at('lost'),
    of: (breaker) => ({ votes: votes.at(breaker), members: members.at(breaker) }),
  };
}
