/** What counts as a leak, and what is done about one. */
export interface LeakOptions {
  /**
   * A lease held this long is reported, once; at least 100.
   * @defaultValue 60_000
   */
  readonly afterMs?: number;
  /**
   * Whether reports carry the stack of the borrower. `armed`: captured for ten minutes after the first report. `off` costs
   * nothing, `always` some microseconds an acquire.
   * @defaultValue 'armed'
   */
  readonly stack?: 'off' | 'armed' | 'always';
  /**
   * `report` only tells; `close-on-return` does not lend the resource on; `reclaim` takes it away at once: the lease ends, its
   * signal aborts, the resource is closed and the slot is free.
   * @defaultValue 'report'
   */
  readonly action?: 'report' | 'close-on-return' | 'reclaim';
  /**
   * Finds leases as well that were garbage-collected unreturned, and closes their resources.
   * @defaultValue false
   */
  readonly gc?: boolean;
}
