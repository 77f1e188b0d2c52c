import { XcError } from '@xc/core';
import type { OnceContext, OnceOptions } from '../api/once.ts';
import { abortable } from '../engine/abortable.ts';
import { unavailable } from '../engine/cache-error.ts';
import type { Core } from '../engine/core.ts';
import { describe } from '../keys/check-key.ts';
import { tierKeyOf } from '../keys/name-space.ts';
import { checkNames, checkOneOf } from '../options/check-names.ts';
import { checkFinite, checkLeaseMs, checkPositive } from '../options/check-number.ts';
import { checkSignal } from '../options/entry-plan.ts';
import type { OnceAsk, OnceFinish, OnceFinished, OnceHold, OnceRecord } from '../tier/tier-once.ts';
import { GivingBack } from './giving-back.ts';
import { OnceRecords } from './once-records.ts';

const NAMES = ['ttlMs', 'leaseMs', 'waitMs', 'fingerprint', 'onCrash', 'signal'];
const POLL_MS = 100;

type Settled = Required<Omit<OnceOptions, 'fingerprint' | 'signal'>> & Pick<OnceOptions, 'fingerprint' | 'signal'>;

/** Runs functions at most once to completion, and gives what they resolved with to all who ask. */
export class OnceRuns {
  readonly #core: Core;
  readonly #records: OnceRecords;
  readonly #unencodable: (error: unknown) => void;
  readonly #givingBack: GivingBack;
  #owners = 0;

  /** @param unencodable - Told of a result that the second level could not take. */
  constructor(core: Core, unencodable: (error: unknown) => void) {
    this.#core = core;
    this.#unencodable = unencodable;
    this.#records = new OnceRecords(core.clock);
    this.#givingBack = new GivingBack(core, (key) => this.#wake(key));
  }

  /** @throws as `Cache.once` does. */
  async once(place: string, fn: (context: OnceContext) => Promise<unknown>, options: OnceOptions): Promise<unknown> {
    const settled = checked(options);
    const { fingerprint, signal, leaseMs, onCrash, ttlMs } = settled;
    signal?.throwIfAborted();
    const owner = `${this.#core.id}:once:${++this.#owners}`;
    const ask = { key: tierKeyOf(place), owner, leaseMs, onCrash, ttlMs };
    const compared = fingerprint === undefined ? ask : { ...ask, fingerprint };
    return abortable(this.#settle(compared, fn, settled), signal, this.#core.aborts);
  }

  async #settle(ask: OnceAsk, fn: (context: OnceContext) => Promise<unknown>, settled: Settled): Promise<unknown> {
    const record = await this.#claim(ask, settled);
    if (record.state === 'done') return this.#given(record);
    const { value, kept } = await this.#run(ask, fn, record);
    const finish = { key: ask.key, owner: ask.owner, value: kept, ttlMs: ask.ttlMs };
    while (!(await this.#finish(finish))) {
      // Its time was up and another ran in its place: what that one leaves is the result of all. Where it leaves nothing, this is.
      const other = await this.#claim(ask, settled);
      if (other.state === 'done') return this.#given(other);
    }
    return value;
  }

  /** The right to run, or the result of whoever had it; waits for that. */
  async #claim(ask: OnceAsk, { signal, waitMs }: Settled): Promise<OnceRecord & { readonly state: 'run' | 'done' }> {
    const { clock, random } = this.#core;
    const started = clock.monotonic();
    for (;;) {
      const record = await this.#begin(ask);
      if (signal?.aborted === true && record.state === 'run') this.#giveBack(ask);
      signal?.throwIfAborted();
      if (record.state === 'run' || record.state === 'done') return record;
      if (record.state !== 'busy') throw refusal(record.state);
      const left = waitMs - (clock.monotonic() - started);
      if (left <= 0) throw busy(record.leftMs);
      const poll = POLL_MS * (0.5 + random.next());
      await this.#core.doze(`o${ask.key}`, Math.min(left, poll, Math.max(1, record.leftMs)), signal);
      signal?.throwIfAborted();
    }
  }

  #given({ value }: OnceRecord & { readonly state: 'done' }): unknown {
    const { guard } = this.#core;
    return guard.give(guard.keepDecoded(value));
  }

  async #run(
    hold: OnceHold,
    fn: (context: OnceContext) => Promise<unknown>,
    { attempt, fence }: OnceRecord & { readonly state: 'run' },
  ): Promise<{ readonly value: unknown; readonly kept: unknown }> {
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
    try {
      const value = await fn({ signal: controller.signal, attempt, fence });
      return { value, kept: this.#core.guard.keep(value) };
    } catch (error) {
      await this.#abandon(hold);
      throw error;
    } finally {
      renewal.cancel();
    }
  }

  async #begin(ask: OnceAsk): Promise<OnceRecord> {
    const { shared } = this.#core;
    if (shared === undefined) return this.#records.begin(ask);
    let asked: Promise<OnceRecord> | undefined;
    try {
      return await shared.gate.run('once', (tier, call) => {
        asked = tier.onceBegin(ask, call);
        return asked;
      });
    } catch (error) {
      // It may be done all the same: by now, or when the second level goes on.
      if (asked !== undefined) this.#giveBack(ask);
      asked?.then(
        ({ state }) => state === 'run' && this.#giveBack(ask),
        () => {},
      );
      throw unavailable(error);
    }
  }

  async #renew(hold: OnceHold): Promise<boolean> {
    const { shared } = this.#core;
    if (shared === undefined) return this.#records.renew(hold);
    return shared.gate.run('once', (tier, call) => tier.onceRenew(hold, call));
  }

  /** False: the record is of somebody else. @throws XcError `XC_CACHE_UNAVAILABLE` where the result could not be remembered. */
  async #finish(finish: OnceFinish): Promise<boolean> {
    const { shared } = this.#core;
    let finished: OnceFinished;
    if (shared === undefined) finished = this.#records.finish(finish);
    else {
      try {
        finished = await shared.gate.run('once', (tier, call) => tier.onceFinish(finish, call));
      } catch (error) {
        throw unavailable(error);
      }
    }
    if (typeof finished === 'object') this.#unencodable(finished.error);
    if (finished !== false) this.#wake(finish.key);
    return finished !== false;
  }

  async #abandon({ key, owner }: OnceHold): Promise<void> {
    const { shared } = this.#core;
    if (shared === undefined) this.#records.abandon({ key, owner });
    else {
      const abandoned = shared.gate.run('once', (tier, call) => tier.onceAbandon({ key, owner }, call));
      await abandoned.catch(() => this.#givingBack.give({ key, owner }));
    }
    this.#wake(key);
  }

  /** The function was not called, and is not going to be. */
  #giveBack({ key, owner }: OnceHold): void {
    this.#givingBack.give({ key, owner, ran: false });
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
  checkLeaseMs(leaseMs);
  if (waitMs !== Number.POSITIVE_INFINITY) checkFinite('waitMs', waitMs);
  checkOneOf('onCrash', onCrash, ['rerun', 'reject']);
  if (fingerprint !== undefined && typeof fingerprint !== 'string') {
    throw new TypeError(`fingerprint must be a string, got ${describe(fingerprint)}`);
  }
  if (signal !== undefined) checkSignal(signal);
  return { ttlMs, leaseMs, waitMs, onCrash, fingerprint, signal };
}

function busy(leftMs: number): XcError {
  return new XcError('XC_CACHE_ONCE_BUSY', 'another call runs for this key', { details: { leftMs }, retryable: true });
}

function refusal(state: 'mismatch' | 'crashed' | 'full' | 'lost'): Error {
  if (state === 'lost') {
    return new TypeError(
      'the function of the key has finished, and its result is of a kind that the codec cannot carry',
    );
  }
  if (state === 'mismatch')
    return new XcError('XC_CACHE_ONCE_MISMATCH', 'the key is of a call with another fingerprint');
  if (state === 'crashed') return new XcError('XC_CACHE_ONCE_CRASHED', 'the owner of the key died before it finished');
  return new XcError('XC_CACHE_ONCE_FULL', 'there is no room for another record');
}
