import type { BurnSeverity } from './burn-thresholds.ts';

/** Requests of one kind for some minutes. */
export interface TrafficPhase {
  readonly minutes: number;
  readonly requestsPerMinute: number;
  /** The share that fails, from 0 to 1. */
  readonly failing: number;
}

/** What must, or must not, be so at a minute that is a multiple of 5. */
export type Expectation = { readonly atMinute: number; readonly holds: boolean } & (
  | {
      /** @defaultValue the alert of the burning budget */
      readonly alert?: string;
      readonly severity: BurnSeverity;
    }
  | { readonly record: string; readonly value: number }
);

/** One story of traffic, and what the rules must make of it. */
export interface Scenario {
  readonly name: string;
  /** Empty: no series at all. */
  readonly traffic: readonly TrafficPhase[];
  readonly expect: readonly Expectation[];
}

/** Which of the two severities the alert of the burning budget has at a minute. */
export function alerts(atMinute: number, firing: Readonly<Record<BurnSeverity, boolean>>): Expectation[] {
  return [
    { atMinute, severity: 'page', holds: firing.page },
    { atMinute, severity: 'ticket', holds: firing.ticket },
  ];
}
