import type { AddOptions } from '../queue/add-options.ts';

/** When a schedule makes jobs. */
export type When =
  | {
      readonly cron: string;
      /** @defaultValue 'UTC' */
      readonly tz?: string | undefined;
      readonly gap?: 'next' | 'skip' | undefined;
      readonly overlap?: 'first' | 'second' | 'both' | undefined;
    }
  | {
      readonly everyMs: number;
      /** @defaultValue 0 */
      readonly anchorMs?: number | undefined;
    };

/** Options of `schedule`; those of `add` are of each job it makes. */
export interface ScheduleOptions extends Omit<AddOptions, 'id' | 'unique' | 'delayMs' | 'dueAt'> {
  /** @defaultValue 'skip' */
  readonly missed?: 'skip' | 'once' | { readonly all: number } | undefined;
  /** A later slot is missed. @defaultValue 60_000 */
  readonly lateAfterMs?: number | undefined;
  /** `skip`: no job while the last one has not settled. @defaultValue 'add' */
  readonly ifRunning?: 'add' | 'skip' | undefined;
  /** Epoch ms. */
  readonly startAt?: number | undefined;
  /** Epoch ms, included. */
  readonly endAt?: number | undefined;
  /** Jobs made, over all. */
  readonly limit?: number | undefined;
  /** By hash of name and slot. @defaultValue 0 */
  readonly jitterMs?: number | undefined;
}

/** A schedule and where it stands. */
export interface ScheduleView {
  readonly name: string;
  readonly when: When;
  readonly type: string;
  readonly data: unknown;
  readonly options: ScheduleOptions;
  readonly revision: number;
  /** The next slot, epoch ms; `undefined` when there is none any more. */
  readonly next: number | undefined;
  /** The last slot that became a job. */
  readonly last: number | undefined;
  /** Jobs made. */
  readonly made: number;
}
