import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { LockAnswer, LockClaim, LockStore } from '../store.ts';

/** Long enough for a busy machine: what is to be held is held until the case is over. */
export const LONG_MS = 20_000;
/** So long that a store which keeps something for less, or for more, cannot hide it behind a busy machine. */
export const HOUR_MS = 3_600_000;
const BUSY_MACHINE_MS = 30_000;
/** What is to run out does so soon. */
export const SHORT_MS = 100;
/** By then it has, also on the last of several servers. */
export const PAST_SHORT_MS = 200;

/** A store and a name that nobody else uses. */
export class StoreProbe {
  readonly name: string;
  readonly store: LockStore;
  #claims = 0;

  constructor(store: LockStore, name = `contract-${randomUUID()}`) {
    this.store = store;
    this.name = name;
  }

  claim(changes: Partial<LockClaim> = {}): LockClaim {
    this.#claims += 1;
    return { name: this.name, owner: `${this.name}-${this.#claims}`, ttlMs: LONG_MS, permits: undefined, ...changes };
  }

  async acquire(claim: LockClaim): Promise<LockAnswer> {
    return this.store.acquire(claim);
  }

  /** Of a claim that must be granted. */
  async fence(claim: LockClaim): Promise<bigint> {
    const answer = await this.store.acquire(claim);
    assert.ok(answer.granted, 'the claim must be granted');
    assert.equal(typeof answer.fence, 'bigint');
    return answer.fence;
  }

  /** All that it tells of how long a name is taken must be `ttlMs`, but for the time that the questions take. */
  async takenFor(ttlMs: number, permits?: number): Promise<void> {
    const told = [await this.refused(this.claim({ permits })), await this.store.busyMs(this.claim({ permits }))];
    if (permits === undefined) told.push((await this.store.inspect(this.name))?.ttlLeftMs ?? 0);
    for (const ms of told) assert.ok(ms > ttlMs - BUSY_MACHINE_MS && ms <= ttlMs, `taken for ${ms} ms, not ${ttlMs}`);
  }

  /** The wait that is told with a refusal, which there must be. */
  async refused(claim: LockClaim): Promise<number> {
    const answer = await this.store.acquire(claim);
    assert.ok(!answer.granted, 'the claim must be refused');
    return answer.retryMs;
  }
}
