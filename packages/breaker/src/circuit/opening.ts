import type { BreakerDump } from './breaker-dump.ts';
import type { BreakerSettings } from './breaker-settings.ts';
import type { BreakerState, OpenReason } from './breaker-state.ts';

/** Why a breaker is open and until when; kept while it is half-open too. */
export interface Opening {
  readonly reason: OpenReason;
  readonly waitMs: number;
  /** Monotonic milliseconds at which a probe may go through. */
  readonly until: number;
  /** What was configured then. */
  readonly minimumCalls: number;
}

/** The minimum of calls that rates are shown by: what tripped an open breaker stands still, whatever an update says. */
export function shownMinimum(
  state: BreakerState,
  opening: Opening | undefined,
  settings: Pick<BreakerSettings, 'minimumCalls'>,
): number {
  return (state === 'open' && opening !== undefined ? opening : settings).minimumCalls;
}

/**
 * The opening of a breaker that was open when it was dumped. Has its wait passed meanwhile, it begins with the wait
 * over; does more than the whole wait seem to be left, a clock is wrong, and the configured wait holds.
 */
export function restoredOpening(
  dump: BreakerDump,
  now: { readonly epoch: number; readonly monotonic: number },
  minimumCalls: number,
  configuredWaitMs: () => number,
): Opening {
  const { reason = 'manual', openUntil = now.epoch } = dump;
  const dumpedWaitMs = dump.waitMs ?? configuredWaitMs();
  const leftMs = Math.max(0, openUntil - now.epoch);
  if (leftMs <= dumpedWaitMs) return { reason, waitMs: dumpedWaitMs, until: now.monotonic + leftMs, minimumCalls };
  const waitMs = configuredWaitMs();
  return { reason, waitMs, until: now.monotonic + waitMs, minimumCalls };
}

/** The dump of a breaker at `now`. */
export function dumpOf(
  facts: Pick<BreakerDump, 'name' | 'state' | 'openings'>,
  opening: Opening | undefined,
  now: { readonly epoch: number; readonly monotonic: number },
): BreakerDump {
  if (opening === undefined) return { version: 1, ...facts };
  const { reason, until, waitMs } = opening;
  return { version: 1, ...facts, reason, openUntil: now.epoch + until - now.monotonic, waitMs };
}
