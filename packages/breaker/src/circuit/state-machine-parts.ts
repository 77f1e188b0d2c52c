import type { Clock, Random } from '@xc/core';
import type { Announcer } from '../events/announcer.ts';
import type { Beginning } from './beginning.ts';
import type { BreakerSettings } from './breaker-settings.ts';

/** A state that every state may be changed to by hand. */
export type SettledState = 'closed' | 'forced-open' | 'disabled' | 'metrics-only';

/** Who forgets a breaker that is idle. */
export interface Owner {
  /** No call is in flight any more, or the breaker has closed. Comes in the middle of a change: not to be looked at yet. */
  released(): void;
}

/** What a state machine is made of. */
export interface StateMachineParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly announcer: Announcer;
  readonly settings: BreakerSettings;
  readonly beginning: Beginning;
  readonly owner: Owner | undefined;
}
