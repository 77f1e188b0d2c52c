import { XcError } from '@xc/core';
import type { OnceContext, OnceOptions } from '../api/once.ts';
import { unavailable } from '../engine/cache-error.ts';
import type { Core } from '../engine/core.ts';
import { describe } from '../keys/check-key.ts';
import { tierKeyOf } from '../keys/name-space.ts';
import { checkNames, checkOneOf } from '../options/check-names.ts';
import { checkFinite, checkPositive } from '../options/check-number.ts';
import { checkSignal } from '../options/entry-plan.ts';
import type { OnceFinish, OnceHold, OnceRecord } from '../tier/tier-once.ts';
import { OnceRecords } from './once-records.ts';

const NAMES = ['ttlMs', 'leaseMs', 'waitMs', 'fingerprint', 'onCrash', 'signal'];
const POLL_MS = 100;

type Settled = Required<Omit<OnceOptions, 'fingerprint' | 'signal'>> & Pick<OnceOptions, 'fingerprint' | 'signal'>;

/** Runs functions at most once to completion, and gives what they resolved with to all who ask. */
export class OnceRuns {
  readonly #core: Core;
  readonly #records: OnceRecords;
  #owners = 0;

  constructor(core: Core) {
    this.#core = core;
    this.#records = new OnceRecords(core.clock);
  }

  /** @throws as `Cache.once` does. */
  async once(place: string, fn: (context: OnceContext) => Promise<unknown>, options: OnceOptions): Promise<unknown> {
    const { clock, random, guard } = this.#core;
    const settled = checked(options);
    settled.signal?.throwIfAborted();
    const key = tierKeyOf(place);
    const owner = `${this.#core.id}:once:${++this.#owners}`;
    const started = clock.monotonic();
    for (;;) {
      const { fingerprint, signal, waitMs, leaseMs, onCrash, ttlMs } = settled;
      const hold = { key, owner, leaseMs };
      const compared = fingerprint === undefined ? {} : { fingerprint };
      const record = await this.#begin({ ...hold, ...compared, onCrash, ttlMs });
      signal?.throwIfAborted();
      if (record.state === 'run') return this.#run(hold, fn, settled, record);
      if (record.state === 'done') return guard.give(guard.keepDecoded(unwrapped(record.value)));
      if (record.state !== 'busy') throw refusal(record.state);
      const left = waitMs - (clock.monotonic() - started);
      if (left <= 0) throw busy(record.leftMs);
      const poll = POLL_MS * (0.5 + random.next());
      await this.#core.doze(`o${key}`, Math.min(left, poll, Math.max(1, record.leftMs)), signal);
      signal?.throwIfAborted();
    }
  }

  async #run(
    hold: OnceHold,
    fn: (context: OnceContext) => Promise<unknown>,
    settled: Settled,
    { attempt, fence }: OnceRecord & { readonly state: 'run' },
  ): Promise<unknown> {
    const controller = new AbortController();
    const renewal = this.#core.clock.every(hold.leaseMs / 3, () => {
      this.#renew(hold).then(
        (still) => {
          if (!still) controller.abort(new XcError('XC_CACHE_ONCE_CRASHED', 'the ownership of the record was lost'));
        },
        // Another try comes before the lease ends.
        () => {},
      );
    });
    let value: unknown;
    let kept: unknown;
    try {
      value = await fn({ signal: controller.signal, attempt, fence });
      kept = this.#core.guard.keep(value);
    } catch (error) {
      renewal.cancel();
      await this.#abandon(hold);
      throw error;
    }
    renewal.cancel();
    await this.#finish({ key: hold.key, owner: hold.owner, value: wrapped(kept), ttlMs: settled.ttlMs });
    return value;
  }

  async #begin(ask: Parameters<OnceRecords['begin']>[0]): Promise<OnceRecord> {
    const { shared } = this.#core;
    if (shared === undefined) return this.#records.begin(ask);
    try {
      return await shared.gate.run('once', (tier, call) => tier.onceBegin(ask, call));
    } catch (error) {
      throw unavailable(error);
    }
  }

  async #renew(hold: OnceHold): Promise<boolean> {
    const { shared } = this.#core;
    if (shared === undefined) return this.#records.renew(hold);
    return shared.gate.run('once', (tier, call) => tier.onceRenew(hold, call));
  }

  /** @throws XcError `XC_CACHE_UNAVAILABLE` where the result could not be remembered. */
  async #finish(finish: OnceFinish): Promise<void> {
    const { shared } = this.#core;
    if (shared === undefined) this.#records.finish(finish);
    else {
      try {
        await shared.gate.run('once', (tier, call) => tier.onceFinish(finish, call));
      } catch (error) {
        throw unavailable(error);
      }
    }
    this.#wake(finish.key);
  }

  async #abandon(hold: OnceHold): Promise<void> {
    const { shared } = this.#core;
    if (shared === undefined) this.#records.abandon(hold);
    // Where it fails, the end of the lease frees the key.
    else await shared.gate.run('once', (tier, call) => tier.onceAbandon(hold, call)).catch(() => {});
    this.#wake(hold.key);
  }

  #wake(key: string): void {
    const { link, background, metrics } = this.#core;
    this.#core.wake(`o${key}`);
    if (link === undefined) return;
    metrics.messagesOut.inc();
    const message = { kind: 'wake', keys: [`o${key}`], groups: [], lengths: [], version: 0n } as const;
    background.track(link.publish(message).catch(() => {}));
  }
}

function checked(options: OnceOptions): Settled {
  checkNames('options', options, NAMES);
  const { ttlMs = 86_400_000, leaseMs = 30_000, waitMs = 10_000, onCrash = 'rerun', fingerprint, signal } = options;
  checkPositive('ttlMs', ttlMs);
  checkPositive('leaseMs', leaseMs);
  checkFinite('leaseMs', leaseMs);
  if (waitMs !== Number.POSITIVE_INFINITY) checkFinite('waitMs', waitMs);
  checkOneOf('onCrash', onCrash, ['rerun', 'reject']);
  if (fingerprint !== undefined && typeof fingerprint !== 'string') {
    throw new TypeError(`fingerprint must be a string, got ${describe(fingerprint)}`);
  }
  if (signal !== undefined) checkSignal(signal);
  return { ttlMs, leaseMs, waitMs, onCrash, fingerprint, signal };
}

/** undefined travels too. */
function wrapped(value: unknown): readonly unknown[] {
  return value === undefined ? [] : [value];
}

function unwrapped(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : undefined;
}

function busy(leftMs: number): XcError {
  return new XcError('XC_CACHE_ONCE_BUSY', 'another call runs for this key', { details: { leftMs }, retryable: true });
}

function refusal(state: 'mismatch' | 'crashed' | 'full'): XcError {
  if (state === 'mismatch')
    return new XcError('XC_CACHE_ONCE_MISMATCH', 'the key is of a call with another fingerprint');
  if (state === 'crashed') return new XcError('XC_CACHE_ONCE_CRASHED', 'the owner of the key died before it finished');
  return new XcError('XC_CACHE_ONCE_FULL', 'there is no room for another record');
}
