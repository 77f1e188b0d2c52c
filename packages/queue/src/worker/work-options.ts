import type { Job } from '../job/job.ts';

/** Options of `work`. */
export interface WorkOptions {
  /** Handlers at once here. @defaultValue 10 */
  readonly concurrency?: number | undefined;
  /** Leased, not started; 0 under any limit. @defaultValue 'auto': what starts within about 5 ms */
  readonly prefetch?: number | 'auto' | undefined;
  /** From `stop` until signals abort. @defaultValue 25_000 */
  readonly graceMs?: number | undefined;
  /** From the abort until a handler counts as stuck. @defaultValue 5_000 */
  readonly abortGraceMs?: number | undefined;
  /** Told of each handler that counts as stuck. */
  readonly onStuck?: ((job: Job) => void) | undefined;
  /** Stuck handlers from which on the probe is down. @defaultValue 10 */
  readonly maxStuck?: number | undefined;
  /**
   * `release`: back after 5 s, nothing burnt, for a worker that knows the type: for rolling deploys.
   *
   * @defaultValue 'release'
   */
  readonly unknownType?: 'release' | 'dead' | undefined;
  /**
   * `thread` renews leases while the event loop is blocked, up to `maxBlockMs`. In memory that takes no thread: the engine was blocked
   * as well, and counts them as renewed when it goes on.
   *
   * @defaultValue 'loop'
   */
  readonly heartbeat?: 'loop' | 'thread' | undefined;
  /** @defaultValue 60_000 */
  readonly maxBlockMs?: number | undefined;
  /** Whether this worker turns due schedules into jobs. @defaultValue true */
  readonly schedules?: boolean | undefined;
}
