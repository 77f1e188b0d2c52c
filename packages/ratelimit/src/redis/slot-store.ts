import { systemClock } from '@xc/core';
import { type RedisClient, runCommand, runScript } from '@xc/redis';
import { capacityOf } from '../limits/capacity.ts';
import type { LimitOp } from '../store/limit-op.ts';
import type { BlockStep, LeaseStep, Step, StepLease, TakeStep } from '../store/step.ts';
import type { OpState, StepReply } from '../store/step-reply.ts';
import { type CallBounds, shrinking } from './call-bounds.ts';
import type { KeyLayout } from './key-layout.ts';
import { opsJson } from './ops-json.ts';
import { PeriodBook } from './period-bounds.ts';
import { changedOf, isAllowed, isOutside, stateOf, timeOf } from './read-reply.ts';
import { correctionsJson, receiptOf } from './receipt.ts';
import { ReadOnlyRunner } from './run-read-only.ts';
import {
  adjustScript,
  blockScript,
  leaseScript,
  peekScript,
  type RawReply,
  type StepScript,
  takeScript,
} from './scripts.ts';

/** What a script is told beside the ops. */
interface Asking {
  /** As if each op cost that much. */
  readonly cost?: number;
  readonly lease?: StepLease | undefined;
  readonly args?: readonly string[];
}

/**
 * Does steps whose keys are all on one server, each in one round trip: one script, or one UNLINK.
 *
 * A take of one limit builds two keys, one JSON text and one state; guarded by `bench/redis.bench.ts`.
 */
export class SlotStore {
  readonly #client: RedisClient;
  readonly #layout: KeyLayout;
  readonly #readOnly: ReadOnlyRunner;
  readonly #periods = new PeriodBook();

  constructor(client: RedisClient, layout: KeyLayout) {
    this.#client = client;
    this.#layout = layout;
    this.#readOnly = new ReadOnlyRunner(client);
  }

  apply(step: Step, bounds: CallBounds): Promise<StepReply> {
    switch (step.kind) {
      case 'take':
        return this.take(step, bounds);
      case 'peek':
        return this.peek(step.ops, bounds);
      case 'adjust':
        return this.#change(adjustScript, step.ops, { cost: 0, args: [correctionsJson(step.ops)] }, bounds);
      case 'renew':
      case 'release':
        return this.#moveLease(step, bounds);
      case 'block':
        return this.#block(step, bounds);
      case 'clear':
        return this.#clear(step.ops, bounds);
    }
  }

  async take({ ops, lease }: Pick<TakeStep, 'ops' | 'lease'>, bounds: CallBounds): Promise<StepReply> {
    checkLease(ops, lease);
    const raw = await this.#run(takeScript, ops, { lease }, bounds);
    const allowed = isAllowed(raw, ops);
    const states = ops.map((op, index) => {
      const state = this.#stateOf(raw, ops, index);
      const charged = allowed && state.allowed && op.cost > 0;
      return charged ? { ...state, receipt: receiptOf(op, raw[0] as number) } : state;
    });
    return { allowed, now: timeOf(raw), states };
  }

  async peek(ops: readonly LimitOp[], bounds: CallBounds): Promise<StepReply> {
    const raw = await this.#run(peekScript, ops, {}, bounds);
    return { allowed: isAllowed(raw, ops), now: timeOf(raw), states: this.#statesOf(raw, ops) };
  }

  /** Gives back by receipt what a take of the same ops has charged, ends its lease, and says what each op would be told now. */
  undo(ops: readonly LimitOp[], lease: StepLease | undefined, bounds: CallBounds): Promise<StepReply> {
    return this.#change(adjustScript, ops, { lease, args: [correctionsJson(ops)] }, bounds);
  }

  async #change(script: StepScript, ops: readonly LimitOp[], asking: Asking, bounds: CallBounds): Promise<StepReply> {
    const raw = await this.#run(script, ops, asking, bounds);
    return { allowed: true, now: timeOf(raw), states: this.#statesOf(raw, ops), changed: changedOf(raw, ops) };
  }

  #moveLease({ kind, ops, lease }: LeaseStep, bounds: CallBounds): Promise<StepReply> {
    const asking = { cost: 0, lease, args: [lease.id, kind === 'renew' ? '1' : '0'] };
    return this.#change(leaseScript, ops, asking, bounds);
  }

  #block({ ops, blockMs }: BlockStep, bounds: CallBounds): Promise<StepReply> {
    return this.#change(blockScript, ops, { cost: 0, args: [String(blockMs)] }, bounds);
  }

  async #clear(ops: readonly LimitOp[], bounds: CallBounds): Promise<StepReply> {
    const client = this.#client as { unlink(...keys: string[]): Promise<number> };
    const keys = this.#keysOf(ops);
    const changed = await runCommand(this.#client, () => client.unlink(...keys), { ...bounds, name: 'UNLINK' });
    const now = systemClock.now();
    return { allowed: true, now, states: ops.map((op) => freshState(op, this.#windowOf(op, now))), changed };
  }

  async #run(script: StepScript, ops: readonly LimitOp[], asking: Asking, bounds: CallBounds): Promise<RawReply> {
    const keys = this.#keysOf(ops);
    if (!ops.some(isQuota)) return this.#ask(script, keys, ops, asking, bounds, 0);
    const rest = shrinking(bounds);
    const raw = await this.#ask(script, keys, ops, asking, bounds, systemClock.now());
    // The clock of the server is a period away from ours: ask again with its time.
    return isOutside(raw) ? this.#ask(script, keys, ops, asking, rest(), timeOf(raw)) : raw;
  }

  #ask(
    script: StepScript,
    keys: string[],
    ops: readonly LimitOp[],
    { args, ...asking }: Asking,
    bounds: CallBounds,
    now: number,
  ): Promise<RawReply> {
    const json = opsJson(ops, { ...asking, boundsOf: ({ rule }) => this.#boundsOf(rule, now) });
    const all = args === undefined ? [json] : [json, ...args];
    if (script === peekScript) return this.#readOnly.run(script, keys, all, bounds);
    return runScript(this.#client, script, keys, all, bounds);
  }

  #boundsOf(rule: LimitOp['rule'], now: number) {
    return rule.algorithm === 'quota' ? this.#periods.boundsAt(rule, now) : undefined;
  }

  #keysOf(ops: readonly LimitOp[]): string[] {
    const keys: string[] = [];
    for (const op of ops) keys.push(this.#layout.stateKey(op), this.#layout.blockKey(op));
    return keys;
  }

  #statesOf(raw: RawReply, ops: readonly LimitOp[]): OpState[] {
    return ops.map((_, index) => this.#stateOf(raw, ops, index));
  }

  #stateOf(raw: RawReply, ops: readonly LimitOp[], index: number): OpState {
    return stateOf(raw, index, this.#windowOf(ops[index] as LimitOp, timeOf(raw)));
  }

  #windowOf({ rule }: LimitOp, now: number): number | undefined {
    return rule.algorithm === 'quota' ? this.#periods.lengthAt(rule, now) : undefined;
  }
}

function isQuota({ rule }: LimitOp): boolean {
  return rule.algorithm === 'quota';
}

function checkLease(ops: readonly LimitOp[], lease: StepLease | undefined): void {
  const held = lease === undefined && ops.find(({ rule, cost }) => rule.algorithm === 'concurrency' && cost > 0);
  if (held) throw new TypeError(`limit ${held.name} is charged with a lease, got none`);
}

/** What is left after UNLINK, which tells nothing. */
function freshState({ rule }: LimitOp, windowMs: number | undefined): OpState {
  const allowed = rule.limit > 0;
  return {
    allowed,
    remaining: allowed ? capacityOf(rule) : 0,
    resetAfterMs: 0,
    retryAfterMs: allowed ? 0 : Number.POSITIVE_INFINITY,
    blocked: false,
    ...(windowMs === undefined ? undefined : { windowMs }),
  };
}
