import type { ProbeResult } from '@xc/core';
import type { GapCause } from '../coherence/coherence.ts';
import { OnceRuns } from '../once/once-runs.ts';
import type { CachePlan } from '../options/cache-plan.ts';
import { Announcing } from './announcing.ts';
import { closed } from './cache-error.ts';
import { Core } from './core.ts';
import { Flying } from './flying.ts';
import { Invalidating } from './invalidating.ts';
import { Loading } from './loading.ts';
import { Reading } from './reading.ts';
import { Writing } from './writing.ts';

/** One cache, whatever namespace it is seen through. */
export class Engine {
  readonly core: Core;
  readonly loading: Loading;
  readonly reading: Reading;
  readonly writing: Writing;
  readonly announcing: Announcing;
  readonly invalidating: Invalidating;
  readonly once: OnceRuns;
  #unsupported: unknown;
  #closing: Promise<void> | undefined;
  #unwatch: (() => void) | undefined;

  constructor(plan: CachePlan) {
    this.core = new Core(plan, (repairs) => this.invalidating.repair(repairs));
    const flying = new Flying(this.core);
    this.announcing = new Announcing(this.core);
    this.invalidating = new Invalidating(this.core, this.announcing);
    this.reading = new Reading(this.core);
    this.loading = new Loading(this.core, flying, this.reading);
    this.writing = new Writing(this.core, this.announcing, this.invalidating, flying);
    this.once = new OnceRuns(this.core, (error) => flying.notStored('once', { state: 'unencodable', error }, false));
    this.core.whenLost = () => this.invalidating.repeat();
    this.#join(plan);
    this.#watch(plan);
  }

  /** @throws XcError `XC_CACHE_CLOSED` after dispose, or what the coherence cannot work for. */
  ensureOpen(): void {
    if (this.core.closed) throw closed();
    if (this.#unsupported !== undefined) throw this.#unsupported;
  }

  check(): ProbeResult {
    const { shared, coherent, recovery, plan } = this.core;
    const l2 = shared === undefined ? 'none' : shared.gate.up ? 'up' : 'away';
    const coherence = plan.coherence === undefined ? 'none' : coherent ? 'up' : 'gap';
    const details = { l2, coherence, recoveryQueue: recovery.size };
    return { status: l2 === 'away' || coherence === 'gap' ? 'degraded' : 'up', details };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #join({ coherence, name }: CachePlan): void {
    if (coherence === undefined) return;
    const { core } = this;
    const { clock, random, id, plan, shared } = core;
    const node = { cache: name, id, clock, random, logger: plan.logger };
    const root = plan.l2?.medium === coherence.medium ? shared?.gate.space.root : undefined;
    core.link = coherence.open(root === undefined ? node : { ...node, root }, {
      message: (message) => {
        core.metrics.messagesIn.inc();
        if (!core.closed) this.invalidating.obey(message);
      },
      gap: (cause) => this.#gap(cause),
      state: (up) => {
        core.coherent = up;
      },
      unsupported: (error) => {
        this.#unsupported = error;
        plan.logger.error({ err: error, cache: name }, 'the coherence of the cache cannot work here');
      },
    });
  }

  /** Hears of what the second level may have lost, where no coherence of the same medium does. */
  #watch({ l2, coherence }: CachePlan): void {
    const { core } = this;
    if (l2?.medium !== undefined && l2.medium === coherence?.medium) return;
    this.#unwatch = core.shared?.gate.space.onLoss?.(() => {
      core.suspectAll();
      this.invalidating.repeat();
    });
  }

  #gap(cause: GapCause): void {
    const { core } = this;
    core.suspectAll();
    if (cause === 'failover') this.invalidating.repeat();
    // Before it first listened there was nothing to miss.
    if (cause === 'start') return;
    core.metrics.gaps.inc();
    core.listeners.tell('gap', { cause });
  }

  async #close(): Promise<void> {
    const { core } = this;
    core.closed = true;
    this.#unwatch?.();
    core.shared?.gate.close();
    const waiting = core.recovery.close();
    if (waiting > 0) {
      core.plan.logger.warn({ cache: core.plan.name, waiting }, 'invalidations that did not reach the l2 are lost');
    }
    const reason = closed();
    const freed: Promise<void>[] = [];
    for (const flight of core.flights.values()) {
      flight.detached = true;
      flight.abort(reason);
      // Its loader may take no notice, and nothing of it is stored any more.
      if (flight.owner !== undefined) freed.push(core.freeLease(flight.place, flight.owner));
    }
    core.scopes.close();
    core.shelf.store?.clear();
    core.shelf.store?.dispose();
    await Promise.all(freed);
    await core.link?.[Symbol.asyncDispose]();
  }
}
