import { type BreakerMetrics, breakerMetrics } from '../circuit/breaker-metrics.ts';
import type { BreakerOptions } from '../circuit/breaker-options.ts';
import { type BreakerSettings, breakerSettings } from '../circuit/breaker-settings.ts';
import type { Owner } from '../circuit/state-machine-parts.ts';
import { StatefulBreaker } from '../circuit/stateful-breaker.ts';
import type { Relay } from '../events/announcer.ts';
import { orDefault, type PolicyEnvironment, policyEnvironment } from '../options.ts';

/** Makes the breakers of a registry. They share settings where they can, and one label value. */
export class BreakerMaker {
  readonly #environment: PolicyEnvironment;
  readonly #defaults: BreakerOptions;
  readonly #settings: BreakerSettings;
  readonly #metrics: BreakerMetrics;

  constructor(environment: PolicyEnvironment, defaults: BreakerOptions) {
    this.#environment = environment;
    this.#defaults = defaults;
    this.#settings = breakerSettings(defaults);
    this.#metrics = breakerMetrics(environment.meter, environment.name);
  }

  /** A breaker by the defaults, and over them what the key has of its own. */
  make(key: string, own: BreakerOptions | undefined, relay: Relay, owner?: Owner): StatefulBreaker {
    const settings = own === undefined ? this.#settings : breakerSettings(own, this.#settings);
    return new StatefulBreaker({
      environment: this.#environmentOf(key, own),
      settings,
      metrics: this.#metrics,
      options: own === undefined ? this.#defaults : { ...this.#defaults, ...own },
      relay,
      owner,
    });
  }

  #environmentOf(key: string, own: BreakerOptions | undefined): PolicyEnvironment {
    if (own === undefined) return { ...this.#environment, name: key };
    const { clock, random, meter, logger } = this.#environment;
    const shared = { clock: orDefault(own.clock, clock), random: orDefault(own.random, random) };
    const checked = policyEnvironment({ name: own.name, ...shared, logger: orDefault(own.logger, logger) }, 'breaker');
    // A key may be longer than a name, or empty: only a name of its own is checked as one.
    return { ...checked, meter, name: own.name === undefined ? key : checked.name };
  }
}
