import { breakerOptionNames } from '../circuit/breaker-settings.ts';
import {
  callable,
  policyEnvironment,
  policyOptionNames,
  positiveDuration,
  positiveInteger,
  refuseUnknown,
} from '../options.ts';
import { BreakerMaker } from './breaker-maker.ts';
import { BreakerRegistry } from './breaker-registry.ts';
import type { Breakers, BreakersOptions } from './breakers.ts';

const known = [...policyOptionNames, 'defaults', 'forKey', 'maxKeys', 'idleMs'];

/**
 * Makes a registry of breakers, one a key. It owns no timer; memory is bounded whatever keys come.
 *
 * @throws TypeError or RangeError that names the option and the value.
 * @example
 * ```ts
 * const hosts = createBreakers({ name: 'hosts', defaults: { consecutive: 5 } });
 * await hosts.run(({ signal }) => fetch(url, { signal }), { key: url.host });
 * ```
 */
export function createBreakers(options: BreakersOptions = {}): Breakers {
  refuseUnknown(options, known);
  const { defaults = {}, forKey = () => undefined, maxKeys = 10_000, idleMs = 600_000, ...own } = options;
  refuseUnknown(defaults, breakerOptionNames, 'defaults');
  const { name, clock, random, meter, logger } = defaults;
  const environment = policyEnvironment({ name, clock, random, meter, logger, ...own }, 'breaker');
  return new BreakerRegistry({
    environment,
    maker: new BreakerMaker(environment, defaults),
    forKey: callable('forKey', forKey),
    maxKeys: positiveInteger('maxKeys', maxKeys),
    idleMs: positiveDuration('idleMs', idleMs),
  });
}
