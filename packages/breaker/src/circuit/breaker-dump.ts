import { shown } from '../options.ts';
import type { BreakerState, OpenReason } from './breaker-state.ts';

/** What survives a restart, as plain JSON. */
export interface BreakerDump {
  readonly version: 1;
  readonly name: string;
  readonly state: BreakerState;
  /** Openings in a row without a close. */
  readonly openings: number;
  /** What opened it, while open or half-open. */
  readonly reason?: OpenReason;
  /** End of the wait in epoch milliseconds, while open or half-open. */
  readonly openUntil?: number;
  /** The whole wait in milliseconds: more than this ahead means that a clock is wrong. */
  readonly waitMs?: number;
}

const states: readonly BreakerState[] = ['closed', 'open', 'half-open', 'forced-open', 'disabled', 'metrics-only'];
const reasons: Readonly<Record<OpenReason, true>> = {
  'failure-rate': true,
  'slow-rate': true,
  consecutive: true,
  classified: true,
  'probes-failed': true,
  'max-wait': true,
  manual: true,
  fleet: true,
};

const rules: Readonly<Record<keyof BreakerDump, (value: unknown) => boolean>> = {
  version: (value) => value === 1,
  name: (value) => typeof value === 'string',
  state: (value) => states.includes(value as BreakerState),
  openings: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
  reason: (value) => value === undefined || (typeof value === 'string' && Object.hasOwn(reasons, value)),
  openUntil: (value) => value === undefined || Number.isFinite(value),
  waitMs: (value) => value === undefined || (Number.isFinite(value) && (value as number) >= 0),
};

/** @throws TypeError that names the field, when it is nothing that `dump()` gave. */
export function checkedDump(dump: BreakerDump): BreakerDump {
  if (typeof dump !== 'object' || dump === null) {
    throw new TypeError(`restore must be what dump() gave, got ${shown(dump)}`);
  }
  for (const [field, holds] of Object.entries(rules)) {
    const value: unknown = dump[field as keyof BreakerDump];
    if (!holds(value)) throw new TypeError(`restore must be what dump() gave, got ${field} ${shown(value)}`);
  }
  return dump;
}
