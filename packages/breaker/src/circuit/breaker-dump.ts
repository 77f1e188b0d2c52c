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

/** @throws TypeError when it is nothing that `dump()` gave. */
export function checkedDump(dump: BreakerDump): BreakerDump {
  const isDump =
    typeof dump === 'object' &&
    dump !== null &&
    states.includes(dump.state) &&
    Number.isSafeInteger(dump.openings) &&
    dump.openings >= 0 &&
    [dump.openUntil, dump.waitMs].every((value) => value === undefined || Number.isFinite(value));
  if (!isDump) throw new TypeError(`restore must be what dump() gave, got ${shown(dump)}`);
  return dump;
}
