import { randomUUID } from 'node:crypto';
import type { LimitOp } from '../../store/limit-op.ts';
import type { StepReply } from '../../store/step-reply.ts';
import type { LimitStoreCase, LimitStoreFixture } from '../limit-store-fixture.ts';

/** The longest window of the contract: a real server has to wait for it. */
export const WINDOW_MS = 300;
const TRIES = 5;

/** A store and a limit of a key that nobody else uses. */
export interface Attempt extends LimitStoreFixture {
  /** Of the default rule, `limit` in `WINDOW_MS`, unless told otherwise. */
  op(changes?: Partial<LimitOp>): LimitOp;
  take(...ops: readonly LimitOp[]): Promise<StepReply>;
  peek(...ops: readonly LimitOp[]): Promise<StepReply>;
}

/**
 * A case whose calls belong into one window. Real time may bring the edge of a window between two of them, or a machine that
 * is too busy: that is no breach, and the case tries again with another key. Where time stands still there is one try.
 */
export function contractCase(name: string, body: (attempt: Attempt) => Promise<void>): LimitStoreCase {
  return {
    name,
    async run(fixture) {
      for (let tries = 1; ; tries += 1) {
        const watch = new Stopwatch(fixture);
        try {
          return await body(attemptOn(watch));
        } catch (error) {
          if (tries === TRIES || watch.busyMs === 0) throw error;
        }
      }
    },
  };
}

function attemptOn(fixture: LimitStoreFixture): Attempt {
  const { store, clock } = fixture;
  const key = randomUUID();
  return {
    store,
    clock,
    pass: (ms) => fixture.pass(ms),
    op: (changes) => ({
      name: 'limit',
      key,
      rule: { algorithm: 'fixed', limit: 3, windowMs: WINDOW_MS },
      cost: 1,
      enforce: true,
      ...changes,
    }),
    take: (...ops) => store.apply({ kind: 'take', ops }),
    peek: (...ops) => store.apply({ kind: 'peek', ops }),
  };
}

/** Knows how long a case took beside what it waited for. */
class Stopwatch implements LimitStoreFixture {
  readonly store;
  readonly clock;
  readonly #fixture: LimitStoreFixture;
  readonly #startedAt: number;
  #passedMs = 0;

  constructor(fixture: LimitStoreFixture) {
    this.store = fixture.store;
    this.clock = fixture.clock;
    this.#fixture = fixture;
    this.#startedAt = fixture.clock.monotonic();
  }

  get busyMs(): number {
    return this.clock.monotonic() - this.#startedAt - this.#passedMs;
  }

  async pass(ms: number): Promise<void> {
    this.#passedMs += ms;
    await this.#fixture.pass(ms);
  }
}
