import type { Clock } from '@xc/core';
import type { OnceAbandon, OnceAsk, OnceFinish, OnceHold, OnceRecord } from '../tier/tier-once.ts';

const MAX_RECORDS = 100_000;

interface Kept {
  readonly fingerprint: string | undefined;
  readonly owner: string;
  readonly attempt: number;
  readonly fence: bigint;
  readonly leaseUntil: number;
  readonly until: number;
  readonly result: { readonly value: unknown } | undefined;
}

/** Once-records inside the process. No load evicts them: where there is no room a new one is refused. */
export class OnceRecords {
  readonly #clock: Clock;
  readonly #max: number;
  readonly #records = new Map<string, Kept>();
  #fence = 0n;

  constructor(clock: Clock, max = MAX_RECORDS) {
    this.#clock = clock;
    this.#max = max;
  }

  begin(ask: OnceAsk): OnceRecord {
    const now = this.#clock.monotonic();
    const known = this.#alive(ask.key, now);
    if (known === undefined) {
      if (this.#records.size >= this.#max) this.#sweep(now);
      if (this.#records.size >= this.#max) return { state: 'full' };
      return this.#own(ask, 1, now);
    }
    const { fingerprint, result, leaseUntil, attempt } = known;
    if (fingerprint !== undefined && ask.fingerprint !== undefined && fingerprint !== ask.fingerprint) {
      return { state: 'mismatch' };
    }
    if (result !== undefined) return { state: 'done', value: result.value };
    if (leaseUntil > now) return { state: 'busy', leftMs: leaseUntil - now };
    if (ask.onCrash === 'reject') return { state: 'crashed' };
    return this.#own(ask, attempt + 1, now);
  }

  renew(hold: OnceHold): boolean {
    const now = this.#clock.monotonic();
    const known = this.#owned(hold, now);
    if (known === undefined) return false;
    this.#records.set(hold.key, { ...known, leaseUntil: now + hold.leaseMs });
    return true;
  }

  finish(finish: OnceFinish): boolean {
    const now = this.#clock.monotonic();
    const known = this.#owned(finish, now);
    if (known === undefined) return false;
    this.#records.set(finish.key, { ...known, until: now + finish.ttlMs, result: { value: finish.value } });
    return true;
  }

  abandon({ key, owner, ran = true }: OnceAbandon): void {
    const now = this.#clock.monotonic();
    const known = this.#owned({ key, owner }, now);
    if (known === undefined) return;
    if (ran || known.attempt === 1) this.#records.delete(key);
    else this.#records.set(key, { ...known, owner: '', attempt: known.attempt - 1, leaseUntil: now });
  }

  #own(ask: OnceAsk, attempt: number, now: number): OnceRecord {
    const micros = BigInt(Math.floor(this.#clock.now() * 1_000));
    this.#fence = micros > this.#fence ? micros : this.#fence + 1n;
    const { owner, fingerprint } = ask;
    const leaseUntil = now + ask.leaseMs;
    const until = Math.max(leaseUntil, now + ask.ttlMs);
    this.#records.set(ask.key, {
      fingerprint,
      owner,
      attempt,
      fence: this.#fence,
      leaseUntil,
      until,
      result: undefined,
    });
    return { state: 'run', attempt, fence: this.#fence };
  }

  #owned({ key, owner }: Pick<OnceHold, 'key' | 'owner'>, now: number): Kept | undefined {
    const known = this.#alive(key, now);
    return known?.owner === owner && known.result === undefined ? known : undefined;
  }

  #alive(key: string, now: number): Kept | undefined {
    const known = this.#records.get(key);
    if (known === undefined || known.until > now) return known;
    this.#records.delete(key);
    return undefined;
  }

  #sweep(now: number): void {
    for (const [key, { until }] of this.#records) if (until <= now) this.#records.delete(key);
  }
}
