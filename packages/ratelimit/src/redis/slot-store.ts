import { systemClock } from '@xc/core';
import { type RedisClient, runCommand, runScript } from '@xc/redis';
import { capacityOf } from '../limits/capacity.ts';
import type { LimitOp } from '../store/limit-op.ts';
import type { BlockStep, LeaseStep, Step, StepLease, TakeStep } from '../store/step.ts';
import type { OpState, StepReply } from '../store/step-reply.ts';
import { type CallBounds, shrinking } from './call-bounds.ts';
import { coalescedWrites } from './coalesce-writes.ts';
import { type GatheredTake, GatheredTakes } from './gathered-takes.ts';
import type { KeyLayout } from './key-layout.ts';
import { type OpsReading, opsJson, plainJson } from './ops-json.ts';
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
  reading,
  type StepScript,
  takeScript,
} from './scripts.ts';

/** A script, and what it is told beside the ops. */
interface Asking extends OpsReading {
  readonly script: StepScript;
  readonly args?: readonly string[];
}

const taking: Asking = { script: takeScript };
const peeking: Asking = { script: peekScript };

/**
 * Does steps whose keys are all on one server, each in one round trip: one script, or one UNLINK.
 *
 * A take of one limit builds two keys, one JSON text, one state and one promise beside those of `runScript`; guarded by
 * `bench/redis.bench.ts`.
 */
export class SlotStore {
  readonly #client: RedisClient;
  readonly #layout: KeyLayout;
  readonly #readOnly: ReadOnlyRunner;
  readonly #coalesceWrites: () => void;
  readonly #periods = new PeriodBook();
  readonly #gathered: GatheredTakes | undefined;

  constructor(client: RedisClient, layout: KeyLayout) {
    this.#client = client;
    this.#layout = layout;
    this.#readOnly = new ReadOnlyRunner(client);
    this.#coalesceWrites = coalescedWrites(client);
    const lone = {
      send: ({ ops, keys, json }: GatheredTake, deadlineMs: number) =>
        this.#run(taking, keys, [json], { deadlineMs }, (raw) => this.#taken(raw, ops)),
      read: (raw: RawReply, ops: readonly LimitOp[]) => this.#taken(raw, ops),
    };
    this.#gathered = client.isCluster ? undefined : new GatheredTakes(client, lone);
  }

  /** @throws TypeError for a step that cannot be done, instead of a rejection. */
  apply(step: Step, bounds: CallBounds): Promise<StepReply> {
    switch (step.kind) {
      case 'take':
        return this.take(step, bounds);
      case 'peek':
        return this.#ask(peeking, step.ops, bounds, (raw) => this.#decided(raw, step.ops));
      case 'adjust':
        return this.#change({ script: adjustScript, cost: 0, args: [correctionsJson(step.ops)] }, step.ops, bounds);
      case 'renew':
      case 'release':
        return this.#moveLease(step, bounds);
      case 'block':
        return this.#block(step, bounds);
      case 'clear':
        return this.#clear(step.ops, bounds);
    }
  }

  /** Decides and charges. */
  take({ ops, lease }: Pick<TakeStep, 'ops' | 'lease'>, bounds: CallBounds): Promise<StepReply> {
    if (lease === undefined) refuseUnleased(ops);
    if (lease === undefined && bounds.signal === undefined && this.#gathered !== undefined && !ops.some(isQuota)) {
      return this.#gathered.take(
        { ops, keys: this.#keysOf(ops), json: this.#jsonOf(taking, ops, 0) },
        bounds.deadlineMs,
      );
    }
    const asking = lease === undefined ? taking : { script: takeScript, lease };
    return this.#ask(asking, ops, bounds, (raw) => this.#taken(raw, ops));
  }

  /** Gives back by receipt what a take of the same ops has charged, ends its lease, and says what each op would be told now. */
  undo(ops: readonly LimitOp[], lease: StepLease | undefined, bounds: CallBounds): Promise<StepReply> {
    return this.#change({ script: adjustScript, lease, args: [correctionsJson(ops)] }, ops, bounds);
  }

  #change(asking: Asking, ops: readonly LimitOp[], bounds: CallBounds): Promise<StepReply> {
    return this.#ask(asking, ops, bounds, (raw) => ({
      ...this.#decided(raw, ops),
      allowed: true,
      changed: changedOf(raw, ops),
    }));
  }

  #moveLease({ kind, ops, lease }: LeaseStep, bounds: CallBounds): Promise<StepReply> {
    const args = [lease.id, kind === 'renew' ? '1' : '0'];
    return this.#change({ script: leaseScript, cost: 0, lease, args }, ops, bounds);
  }

  #block({ ops, blockMs }: BlockStep, bounds: CallBounds): Promise<StepReply> {
    return this.#change({ script: blockScript, cost: 0, args: [String(blockMs)] }, ops, bounds);
  }

  async #clear(ops: readonly LimitOp[], bounds: CallBounds): Promise<StepReply> {
    const client = this.#client as { unlink(...keys: string[]): Promise<number> };
    const keys = this.#keysOf(ops);
    this.#gathered?.flush();
    const changed = await runCommand(this.#client, () => client.unlink(...keys), { ...bounds, name: 'UNLINK' });
    const now = systemClock.now();
    return { allowed: true, now, states: ops.map((op) => this.#withPeriod(freshState(op), op, now)), changed };
  }

  #ask<Reply>(
    asking: Asking,
    ops: readonly LimitOp[],
    bounds: CallBounds,
    read: (raw: RawReply) => Reply,
  ): Promise<Reply> {
    const keys = this.#keysOf(ops);
    if (!ops.some(isQuota)) return this.#send(asking, keys, ops, bounds, 0, read);
    const rest = shrinking(bounds);
    return this.#send(asking, keys, ops, bounds, systemClock.now(), (raw) => raw).then((raw) =>
      // The clock of the server is a period away from ours: ask again with its time.
      isOutside(raw) ? this.#send(asking, keys, ops, rest(), timeOf(raw), read) : read(raw),
    );
  }

  #send<Reply>(
    asking: Asking,
    keys: string[],
    ops: readonly LimitOp[],
    bounds: CallBounds,
    now: number,
    read: (raw: RawReply) => Reply,
  ): Promise<Reply> {
    const { args } = asking;
    const json = this.#jsonOf(asking, ops, now);
    this.#gathered?.flush();
    return this.#run(asking, keys, args === undefined ? [json] : [json, ...args], bounds, read);
  }

  #run<Reply>(
    asking: Asking,
    keys: readonly string[],
    args: readonly string[],
    bounds: CallBounds,
    read: (raw: RawReply) => Reply,
  ): Promise<Reply> {
    const script = reading(asking.script, read);
    this.#coalesceWrites();
    if (asking === peeking) return this.#readOnly.run(script, keys, args, bounds);
    return runScript(this.#client, script, keys, args, bounds);
  }

  #jsonOf(asking: Asking, ops: readonly LimitOp[], now: number): string {
    const plain = asking === taking || asking === peeking ? plainJson(ops) : undefined;
    return plain ?? opsJson(ops, asking, (rule) => this.#periods.boundsAt(rule, now));
  }

  #keysOf(ops: readonly LimitOp[]): string[] {
    const keys: string[] = [];
    for (const op of ops) this.#layout.push(op, keys);
    return keys;
  }

  #taken(raw: RawReply, ops: readonly LimitOp[]): StepReply {
    const [now, states] = [timeOf(raw), [] as OpState[]];
    const allowed = isAllowed(raw, ops);
    for (let index = 0; index < ops.length; index += 1) {
      const op = ops[index] as LimitOp;
      const charged = allowed && op.cost > 0 && Number(raw[1 + 4 * index]) === 1;
      states.push(this.#withPeriod(stateOf(raw, index, charged ? receiptOf(op, raw) : undefined), op, now));
    }
    return { allowed, now, states };
  }

  #decided(raw: RawReply, ops: readonly LimitOp[]): StepReply {
    const now = timeOf(raw);
    const states = ops.map((op, index) => this.#withPeriod(stateOf(raw, index), op, now));
    return { allowed: isAllowed(raw, ops), now, states };
  }

  #withPeriod(state: OpState, { rule }: LimitOp, now: number): OpState {
    return rule.algorithm === 'quota' ? { ...state, windowMs: this.#periods.lengthAt(rule, now) } : state;
  }
}

function isQuota({ rule }: LimitOp): boolean {
  return rule.algorithm === 'quota';
}

function refuseUnleased(ops: readonly LimitOp[]): void {
  for (const { rule, cost, name } of ops) {
    if (rule.algorithm === 'concurrency' && cost > 0) {
      throw new TypeError(`limit ${name} counts what is under way: take it with a lease`);
    }
  }
}

/** What is left after UNLINK, which tells nothing. */
function freshState({ rule }: LimitOp): OpState {
  const allowed = rule.limit > 0;
  return {
    allowed,
    remaining: allowed ? capacityOf(rule) : 0,
    resetAfterMs: 0,
    retryAfterMs: allowed ? 0 : Number.POSITIVE_INFINITY,
    blocked: false,
  };
}
