import type { Meter } from '@xc/core';

/** Options of `createShedder`. */
export interface ShedderOptions<Class extends string> {
  /** Calls that may be under way at once, all classes together. */
  readonly capacity: number;
  /** The share of `capacity`, 0 to 1, up to which each class may enter. The most important one has 1. */
  readonly shares: Readonly<Record<Class, number>>;
  /** How loaded this process is: its event loop delay, its memory. Read on every call of a class that is in `maxLoad`. */
  readonly load?: () => number;
  /** A class enters only while `load()` is below this. */
  readonly maxLoad?: Readonly<Partial<Record<Class, number>>>;
  /**
   * Gets `xc_ratelimit_shed_total` by class.
   * @defaultValue noopMeter
   */
  readonly meter?: Meter;
}

/** Whether a call may go on. */
export type Admission =
  | {
      readonly admitted: true;
      /** The call is over; a second time does nothing. */
      leave(): void;
    }
  | {
      readonly admitted: false;
      /** Milliseconds, for `Retry-After`. Nobody can know, so it is a second. */
      readonly retryAfterMs: number;
    };

/** Refuses what is less important first when there is too much. */
export interface Shedder<Class extends string> {
  /**
   * Asks for a place.
   * @throws TypeError for a class that is not in `shares`.
   */
  enter(cls: Class): Admission;
  /**
   * Runs a task in a place.
   * @throws XcError `XC_RATELIMIT_SHED` when there is none; whatever the task throws.
   */
  run<T>(cls: Class, task: () => T | PromiseLike<T>): Promise<T>;
  /** Calls under way. */
  readonly inFlight: number;
}
