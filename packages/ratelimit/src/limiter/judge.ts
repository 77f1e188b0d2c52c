import type { MemoryEngine } from '../memory/memory-engine.ts';
import { MemoryStore } from '../memory/memory-store.ts';
import type { StepLease, TakeStep } from '../store/step.ts';
import type { OpState, StepReply } from '../store/step-reply.ts';
import type { AbortWatch } from './abort-watch.ts';
import type { Announcer } from './announcer.ts';
import type { CallOp } from './call-op.ts';
import { Decided } from './decided.ts';
import type { DecisionSource } from './decision.ts';
import { DenyCache } from './remote/deny-cache.ts';
import { Standby } from './remote/standby.ts';
import { isStoreError, StoreLink } from './remote/store-link.ts';
import { TokenPools } from './remote/token-pools.ts';
import type { SettledOptions } from './settled-options.ts';
import { UnitCalls } from './unit-calls.ts';
import { wallClock } from './wall-clock.ts';

/** Decides calls: by the engine in memory, or by a store and all that stands around it. */
export class Judge {
  readonly link: StoreLink;
  readonly denials: DenyCache | undefined;
  readonly pools: TokenPools | undefined;
  /** Decides at once, without a promise and without a store in between. */
  readonly engine: MemoryEngine | undefined;
  /** Takes the calls that say nothing about themselves, where they are simple enough. */
  readonly units: UnitCalls | undefined;
  readonly #standby: Standby;
  readonly #aborts: AbortWatch;
  readonly #options: SettledOptions;
  readonly #wall: (monotonic: number) => number;

  constructor(options: SettledOptions, announcer: Announcer, aborts: AbortWatch) {
    const { store, guard, clock, limits, denyCache, probeMs, tag } = options;
    this.#options = options;
    this.#aborts = aborts;
    this.engine = store instanceof MemoryStore && guard === undefined ? store.engine : undefined;
    this.link = new StoreLink({ ...options, announcer, aborts });
    this.#standby = new Standby(clock, probeMs);
    this.#wall = wallClock(clock);
    const simple = tag === undefined && UnitCalls.serves(limits);
    this.units = this.engine && simple ? new UnitCalls(this.engine, limits, announcer, this.#wall) : undefined;
    this.denials = denyCache === false ? undefined : new DenyCache(denyCache);
    const pooled = store.remote && limits.some(({ tokenLease }) => tokenLease !== undefined);
    this.pools = pooled ? new TokenPools(clock, (step, signal) => this.link.ask(step, signal)) : undefined;
  }

  /** The engine that has the charges of ops whose keeper is one. */
  get keeper(): MemoryEngine {
    return this.engine ?? this.#standby.engine;
  }

  /** Decides in memory. The states are those of the engine: gone with its next decision. */
  inMemory(engine: MemoryEngine, ops: readonly CallOp[], write: boolean, lease: StepLease | undefined): Decided {
    const allowed = engine.decide(ops, write, lease);
    if (write && allowed) {
      for (let index = 0; index < ops.length; index++) {
        const op = ops[index] as CallOp;
        const verdict = engine.verdicts[index] as MemoryEngine['verdicts'][number];
        if (verdict.allowed && op.cost > 0) op.chargedIn(verdict.mark);
      }
    }
    return Decided.of(allowed, ops, engine.verdicts, 'store', false, this.#wall(engine.decidedAt));
  }

  /** Decides at once. @throws TypeError when the store cannot. */
  now(ops: readonly CallOp[]): Decided {
    const { store } = this.#options;
    if (store.applySync === undefined) throw new TypeError('takeSync needs a store with applySync, got one without');
    let reply: StepReply;
    try {
      reply = store.applySync({ kind: 'take', ops: ops.map((op) => op.plain()) });
    } catch {
      return this.#withoutStore(ops, true, undefined);
    }
    return this.#byStore(ops, reply, true);
  }

  /**
   * Decides, whatever becomes of the store: at once in memory and by what is remembered, else with a promise that rejects with
   * the reason of the signal alone.
   */
  decide(
    ops: readonly CallOp[],
    write: boolean,
    lease: StepLease | undefined,
    signal: AbortSignal | undefined,
  ): Decided | Promise<Decided> {
    for (const op of ops) op.refresh();
    if (this.engine !== undefined) return this.inMemory(this.engine, ops, write, lease);
    const sentAt = this.#options.clock.monotonic();
    const denied = write ? this.denials?.find(ops, sentAt) : undefined;
    if (denied !== undefined) return this.#here(ops, denied, 'deny-cache', false);
    return this.#elsewhere(ops, write, lease, signal, sentAt);
  }

  async #elsewhere(
    ops: readonly CallOp[],
    write: boolean,
    lease: StepLease | undefined,
    signal: AbortSignal | undefined,
    sentAt: number,
  ): Promise<Decided> {
    try {
      if (write && this.pools !== undefined && lease === undefined && TokenPools.serves(ops)) {
        const pooled = await this.#aborts.race(this.pools.take(ops, signal), signal);
        if (!pooled.allowed) this.denials?.remember(ops, pooled.states, sentAt);
        if (pooled.now === undefined) return this.#here(ops, pooled.states, 'token-lease', true);
        return Decided.of(pooled.allowed, ops, pooled.states, 'store', false, pooled.now);
      }
      const plain = ops.map((op) => op.plain());
      const take: TakeStep = lease === undefined ? { kind: 'take', ops: plain } : { kind: 'take', ops: plain, lease };
      const reply = await this.link.ask(write ? take : { kind: 'peek', ops: plain }, signal);
      if (!reply.allowed && write) this.denials?.remember(ops, reply.states, sentAt);
      return this.#byStore(ops, reply, write);
    } catch (error) {
      if (!isStoreError(error)) throw error;
      return this.#withoutStore(ops, write, lease);
    }
  }

  /** Blocks a key. @throws XcError `XC_RATELIMIT_STORE` */
  async block(op: CallOp, blockMs: number): Promise<void> {
    await this.pools?.drop(op.name, op.key, false);
    if (this.engine !== undefined) this.engine.block(op, blockMs);
    else await this.link.ask({ kind: 'block', ops: [op.plain()], blockMs });
  }

  /** Forgets a key, here and in the store. @throws XcError `XC_RATELIMIT_STORE` */
  async clear(op: CallOp): Promise<void> {
    this.denials?.forget(op.name, op.key);
    await this.pools?.drop(op.name, op.key, true);
    this.keeper.clear(op);
    if (this.engine === undefined) await this.link.ask({ kind: 'clear', ops: [op.plain()] });
    // A refusal that was on its way.
    this.denials?.forget(op.name, op.key);
  }

  /** Says no to a call that nothing can be found out about. */
  turnAway(ops: readonly CallOp[]): Decided {
    const no: OpState = { allowed: false, remaining: 0, resetAfterMs: 1, retryAfterMs: 1, blocked: false };
    const states = ops.map(() => no);
    return this.#here(ops, states, 'store', false);
  }

  #byStore(ops: readonly CallOp[], reply: StepReply, write: boolean): Decided {
    if (write) for (let index = 0; index < ops.length; index++) (ops[index] as CallOp).chargedBy(reply, index);
    return Decided.of(reply.allowed, ops, reply.states, 'store', false, reply.now);
  }

  #withoutStore(ops: readonly CallOp[], write: boolean, lease: StepLease | undefined): Decided {
    const { allowed, states, source } = this.#standby.decide(ops, write, lease);
    return Decided.of(allowed, ops, states, source, true, this.#options.clock.now());
  }

  #here(ops: readonly CallOp[], states: readonly OpState[], source: DecisionSource, allowed: boolean): Decided {
    return Decided.of(allowed, ops, states, source, false, this.#options.clock.now());
  }
}
