import type { Backoff } from '@xc/core';
import type { PolicyOptions } from '../options.ts';
import type { WindowOptions } from '../window/create-window.ts';
import type { BreakerDump } from './breaker-dump.ts';
import type { OpenReason } from './breaker-state.ts';
import type { Outcome, Verdict } from './verdict.ts';

/** One opening of a breaker, for whoever decides how long it lasts. */
export interface Trip {
  /** 1 for the first opening since the breaker was last closed. */
  readonly attempt: number;
  readonly reason: OpenReason;
  /** Share of failures; `undefined` below the minimum of calls. */
  readonly failureRate: number | undefined;
  /** Share of slow calls; `undefined` below the minimum of calls. */
  readonly slowRate: number | undefined;
}

/** After a recovery, lets a growing share of the calls through instead of all at once. */
export interface RampUpOptions {
  /** Milliseconds from closing to full admission. */
  readonly lengthMs: number;
  /**
   * Share admitted right after closing, 0 to 1.
   * @defaultValue 0.1
   */
  readonly from?: number;
}

/** How a breaker probes whether the dependency is back. */
export interface HalfOpenOptions {
  /**
   * How many probes may be under way or recorded.
   * @defaultValue 10
   */
  readonly permits?: number;
  /**
   * Milliseconds until half-open ends although the probes have not decided, above 0.
   * @defaultValue 30_000
   */
  readonly maxWaitMs?: number;
  /**
   * What it ends in: `decide` goes by what was recorded, and opens when nothing was.
   * @defaultValue 'decide'
   */
  readonly onMaxWait?: 'decide' | 'open' | 'closed';
  /** @defaultValue off */
  readonly rampUp?: RampUpOptions;
}

/** When a breaker opens, how long it stays open, and how it comes back. */
export interface BreakerOptions extends PolicyOptions {
  /** @defaultValue `{ type: 'time', lengthMs: 10_000, buckets: 10 }` */
  readonly window?: WindowOptions;
  /**
   * Below so many outcomes no rate decides.
   * @defaultValue 20
   */
  readonly minimumCalls?: number;
  /**
   * Opens at this share of failures, above 0 and at most 1.
   * @defaultValue 0.5
   */
  readonly failureRate?: number;
  /**
   * Opens at this share of slow calls, above 0 and at most 1.
   * @defaultValue 1
   */
  readonly slowRate?: number;
  /**
   * A call is slow when it takes more milliseconds than this.
   * @defaultValue 60_000
   */
  readonly slowAfterMs?: number;
  /**
   * Opens after so many failures in a row, whatever the window says.
   * @defaultValue off
   */
  readonly consecutive?: number;
  /**
   * Milliseconds until the first probe: a number, a back-off over the openings in a row, or a function of the trip.
   * @defaultValue 30_000
   */
  readonly openForMs?: number | Backoff | ((trip: Trip) => number);
  readonly halfOpen?: HalfOpenOptions;
  /** Judges an outcome; `undefined` leaves it to the default verdict. */
  readonly classify?: (outcome: Outcome) => Verdict | undefined;
  /** @defaultValue 'closed' */
  readonly initialState?: 'closed' | 'metrics-only' | 'disabled' | 'forced-open';
  /** What `dump()` gave before a restart; goes before `initialState`. */
  readonly restore?: BreakerDump;
}

/** What `update` may change on a living breaker. */
export type BreakerUpdate = Partial<
  Pick<
    BreakerOptions,
    'window' | 'minimumCalls' | 'failureRate' | 'slowRate' | 'slowAfterMs' | 'openForMs' | 'halfOpen'
  >
> & {
  /** `null` switches it off; `undefined`, as everywhere, leaves what was. */
  readonly consecutive?: number | null;
};
