import { type AnyMethod, type CounterCell, type DualMethodDecorator, type Meter, methodDecorator } from '@xc/core';
import { measure } from '../measure.ts';

/** The counter of a decorated method. */
export interface CountedSpec {
  readonly name: string;
  readonly help: string;
}

/**
 * Counts the calls of a method by their `outcome`, `ok` or `error`, once each, when they have settled. The method stays what it
 * is: its result and its error are passed on, name and length are kept.
 *
 * @param meter - or a function that gives it at the first call, for containers that build it later
 *
 * @example
 * ```ts
 * class Orders {
 *   @Counted(metrics, { name: 'orders_placed_total', help: 'Orders.' })
 *   async place(order: Order) {}
 * }
 * ```
 */
export function Counted(meter: Meter | (() => Meter), spec: CountedSpec): DualMethodDecorator {
  return methodDecorator(<M extends AnyMethod>(method: M) => {
    let cells: Readonly<Record<'ok' | 'error', CounterCell>> | undefined;
    const bind = () => {
      const counter = (typeof meter === 'function' ? meter() : meter).counter({ ...spec, labels: ['outcome'] });
      return { ok: counter.at('ok'), error: counter.at('error') };
    };
    return function (this: unknown, ...args: unknown[]) {
      cells ??= bind();
      const { ok, error } = cells;
      return measure(
        () => Reflect.apply(method, this as never, args as never[]),
        (outcome) => (outcome === 'ok' ? ok : error).inc(),
      );
    } as unknown as M;
  });
}
