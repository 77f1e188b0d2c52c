import { type CounterCell, noopMeter, XcError } from '@xc/core';
import type { Admission, Shedder, ShedderOptions } from './shedder.ts';

/**
 * Makes a load shedder: a bound on the calls under way that leaves room for what is important. A class enters while fewer calls
 * are under way than its share of the capacity, and while the load is below its `maxLoad`. With shares of 1 and 0.8 a flood of
 * the lower class can never take the last fifth.
 *
 * @throws TypeError or RangeError that names the option, when one is out of range.
 *
 * @example
 * ```ts
 * const shedder = createShedder({ capacity: 100, shares: { checkout: 1, search: 0.8 } });
 * const places = await shedder.run('search', () => search(query));
 * ```
 */
export function createShedder<Class extends string>(options: ShedderOptions<Class>): Shedder<Class> {
  const gates = gatesOf(options);
  let inFlight = 0;

  function enter(cls: Class): Admission {
    const gate = gates.get(cls);
    if (gate === undefined)
      throw new TypeError(`class must be one of ${[...gates.keys()].join(', ')}, got ${String(cls)}`);
    if (inFlight >= gate.places || !gate.isLight()) {
      gate.shed.inc();
      return refused;
    }
    inFlight += 1;
    let here = true;
    return {
      admitted: true,
      leave() {
        if (here) inFlight -= 1;
        here = false;
      },
    };
  }

  return {
    enter,
    async run(cls, task) {
      const admission = enter(cls);
      if (!admission.admitted) throw shedError(cls, admission.retryAfterMs);
      try {
        return await task();
      } finally {
        admission.leave();
      }
    },
    get inFlight() {
      return inFlight;
    },
  };
}

const refused: Admission = Object.freeze({ admitted: false, retryAfterMs: 1_000 });

interface Gate {
  readonly places: number;
  isLight(): boolean;
  readonly shed: CounterCell;
}

function gatesOf(options: ShedderOptions<string>): ReadonlyMap<string, Gate> {
  const { capacity, shares, load, maxLoad = {}, meter = noopMeter } = options;
  if (!Number.isInteger(capacity) || capacity < 1) {
    throw new RangeError(`capacity must be a positive integer, got ${String(capacity)}`);
  }
  if (load !== undefined && typeof load !== 'function')
    throw new TypeError(`load must be a function, got ${typeof load}`);
  for (const cls of Object.keys(maxLoad)) checkMaxLoad(cls, options);
  const shed = meter.counter({
    name: 'xc_ratelimit_shed_total',
    help: 'Calls refused because there was too much.',
    labels: ['class'],
  });
  return new Map(
    Object.entries(shares).map(([cls, share]) => {
      if (!(typeof share === 'number' && share >= 0 && share <= 1)) {
        throw new RangeError(`shares.${cls} must be from 0 to 1, got ${String(share)}`);
      }
      const most = Object.hasOwn(maxLoad, cls) ? maxLoad[cls] : undefined;
      const isLight = load === undefined || most === undefined ? () => true : () => load() < most;
      // 0.29 of 100 is 28.999999999999996 in doubles.
      return [cls, { places: Math.floor(capacity * share + 1e-9), isLight, shed: shed.at(cls) }];
    }),
  );
}

function checkMaxLoad(cls: string, { shares, load, maxLoad }: ShedderOptions<string>): void {
  const most = maxLoad?.[cls];
  if (!Object.hasOwn(shares, cls)) throw new TypeError(`maxLoad.${cls} must be for a class in shares`);
  if (typeof most !== 'number' || Number.isNaN(most))
    throw new RangeError(`maxLoad.${cls} must be a number, got ${String(most)}`);
  if (load === undefined) throw new TypeError('load must be given where maxLoad is');
}

function shedError(cls: string, retryAfterMs: number): XcError<'XC_RATELIMIT_SHED'> {
  return new XcError('XC_RATELIMIT_SHED', `too much is under way for calls of class ${cls}`, {
    details: { class: cls, retryAfterMs, refusedBy: 'shedder' },
    retryable: true,
  });
}
