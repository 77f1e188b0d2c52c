import type { Announcer } from '../events/announcer.ts';
import { oneOf, type PolicyEnvironment } from '../options.ts';
import { checkedDump } from './breaker-dump.ts';
import type { BreakerOptions } from './breaker-options.ts';
import type { BreakerSettings } from './breaker-settings.ts';
import type { BreakerState } from './breaker-state.ts';
import { openWaitMs } from './open-wait.ts';
import { type Opening, restoredOpening } from './opening.ts';

/** Where a breaker begins: in its initial state, or where a dumped one stopped. */
export interface Beginning {
  readonly state: BreakerState;
  readonly openings: number;
  readonly opening: Opening | undefined;
}

const initialStates = ['closed', 'metrics-only', 'disabled', 'forced-open'] as const;

/** @throws TypeError for a state that no breaker begins in, or something that is no dump. */
export function beginningOf(
  { initialState = 'closed', restore }: Pick<BreakerOptions, 'initialState' | 'restore'>,
  settings: BreakerSettings,
  { clock, random }: PolicyEnvironment,
  announcer: Announcer,
): Beginning {
  const state = oneOf('initialState', initialState, initialStates);
  if (restore === undefined) return { state, openings: 0, opening: undefined };
  const dump = checkedDump(restore);
  const { openings, reason = 'manual' } = dump;
  if (dump.state !== 'open' && dump.state !== 'half-open') return { state: dump.state, openings, opening: undefined };
  const trip = { attempt: Math.max(1, openings), reason, failureRate: undefined, slowRate: undefined };
  const now = { epoch: clock.now(), monotonic: clock.monotonic() };
  const waitMs = () => openWaitMs(settings.openForMs, trip, random, announcer);
  const opening = restoredOpening(dump, now, settings.minimumCalls, waitMs);
  // The probes of a half-open breaker are lost: its next call is one.
  return { state: 'open', openings, opening };
}
