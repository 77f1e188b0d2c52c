import {
  type AnyMethod,
  type Clock,
  type DualMethodDecorator,
  type HistogramCell,
  type Meter,
  methodDecorator,
} from '@xc/core';
import { timed } from '../timed.ts';

/** The histogram of a decorated method. */
export interface TimedSpec {
  readonly name: string;
  readonly help: string;
  /**
   * In seconds.
   * @defaultValue those of the meter
   */
  readonly buckets?: readonly number[];
  /** @defaultValue systemClock */
  readonly clock?: Clock;
}

/**
 * Records the seconds of each call of a method until it settles, throws and rejections included. The method stays what it is: its
 * result and its error are passed on, name and length are kept.
 *
 * @param meter - or a function that gives it at the first call, for containers that build it later
 */
export function Timed(meter: Meter | (() => Meter), spec: TimedSpec): DualMethodDecorator {
  const { clock, ...declared } = spec;
  const options = clock === undefined ? {} : { clock };
  return methodDecorator(<M extends AnyMethod>(method: M) => {
    let cell: HistogramCell | undefined;
    return function (this: unknown, ...args: unknown[]) {
      cell ??= (typeof meter === 'function' ? meter() : meter).histogram(declared).at();
      return timed(cell, () => Reflect.apply(method, this as never, args as never[]), options);
    } as unknown as M;
  });
}
