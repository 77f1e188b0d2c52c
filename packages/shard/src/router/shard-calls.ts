import { type Clock, isXcError, noopTracer, type Tracer, XcError } from '@xc/core';
import type { ShardInfo, Topology } from '../topology/topology.ts';
import type { RouteContext } from './route-context.ts';
import { outcomeOf, type RouterMetrics, type RouterOp } from './router-metrics.ts';
import type { RouterOptions } from './router-options.ts';

/** What a function of the caller is. */
export type ShardFn<C, R> = (client: C, context: RouteContext) => R | PromiseLike<R>;

/** One call to one shard. */
export interface ShardCall {
  readonly topology: Topology;
  readonly shard: string;
  /** On this shard; at least one, but for a broadcast to a shard that has none. */
  readonly partitions: readonly number[];
  readonly op: RouterOp;
  readonly replica?: string | undefined;
  readonly attempt?: number;
  readonly signal: AbortSignal;
  /** Told of the client, before the function is. */
  readonly after?: ((client: unknown, context: RouteContext) => Promise<void>) | undefined;
}

/** Runs functions of callers on shards. */
export class ShardCalls<C> {
  readonly #connect: RouterOptions<C>['connect'];
  readonly #metrics: RouterMetrics;
  readonly #clock: Clock;
  readonly #tracer: Tracer;
  readonly #closed: AbortSignal;
  readonly #isFenced: (error: unknown) => boolean;
  /** The shards of the topology used last, by id. */
  #known: { readonly shards: readonly ShardInfo[]; readonly byId: ReadonlyMap<string, ShardInfo> } = {
    shards: [],
    byId: new Map(),
  };

  constructor(
    connect: RouterOptions<C>['connect'],
    parts: {
      readonly metrics: RouterMetrics;
      readonly clock: Clock;
      readonly tracer: Tracer;
      /** Of calls that are bounded by nothing else. */
      readonly closed: AbortSignal;
    },
    isFenced: ((error: unknown) => boolean) | undefined,
  ) {
    this.#connect = connect;
    this.#metrics = parts.metrics;
    this.#clock = parts.clock;
    this.#tracer = parts.tracer;
    this.#closed = parts.closed;
    this.#isFenced = (error) => isXcError(error, 'XC_SHARD_FENCED') || isFenced?.(error) === true;
  }

  /** Whether the data has refused an old term. */
  isFenced(error: unknown): boolean {
    return this.#isFenced(error);
  }

  /**
   * Makes no promise but its own where `connect` and `fn` make none, and one more where they do: what a read costs is what this
   * costs. Guarded by the bench 'plan'.
   * @throws XcError `XC_SHARD_DOWN` for a shard that is marked so; what `connect` and `fn` throw.
   */
  run<R>(call: ShardCall, fn: ShardFn<C, R>): Promise<R> {
    const { topology, shard, partitions, op, replica, signal } = call;
    const info = this.infoOf(topology, shard);
    if (info.state === 'down') return Promise.reject(down(shard));
    const context: RouteContext & { terms?: readonly number[] } = {
      shard,
      partition: partitions[0] ?? -1,
      partitions,
      epoch: topology.epoch,
      term: termOf(topology, partitions),
      role: replica === undefined ? 'primary' : 'replica',
      replica,
      attempt: call.attempt ?? 1,
      signal,
    };
    if (partitions.length > 1) context.terms = partitions.map((partition) => topology.terms[partition] as number);
    const since = this.#clock.monotonic();
    const succeed = (answer: R): R => {
      this.#metrics.answered(shard, op, since);
      return answer;
    };
    const fail = (error: unknown): never => {
      this.#metrics.failed(shard, op, since, outcomeOf(error, signal, this.#isFenced));
      throw error;
    };
    const send = (): R | PromiseLike<R> => this.#send(info, context, fn, call.after);
    try {
      const sent = this.#tracer === noopTracer ? send() : this.#tracer.span(`shard ${op}`, send, { shard });
      if (!isThenable(sent)) return Promise.resolve(succeed(sent));
      if (signal !== this.#closed) return this.#bounded(call, sent, since);
      return Promise.resolve(sent).then(succeed, fail);
    } catch (error) {
      return Promise.resolve(error).then(fail);
    }
  }

  /** Counted when it ends for its caller: an answer that comes after its time is nobody's. */
  #bounded<R>({ shard, op, signal }: ShardCall, sent: PromiseLike<R>, since: number): Promise<R> {
    let isOver = false;
    const failed = (error: unknown): void => {
      if (isOver) return;
      isOver = true;
      signal.removeEventListener('abort', aborted);
      this.#metrics.failed(shard, op, since, outcomeOf(error, signal, this.#isFenced));
    };
    const aborted = (): void => failed(signal.reason);
    if (signal.aborted) aborted();
    else signal.addEventListener('abort', aborted, { once: true });
    return Promise.resolve(sent).then(
      (answer) => {
        if (!isOver) this.#metrics.answered(shard, op, since);
        isOver = true;
        signal.removeEventListener('abort', aborted);
        return answer;
      },
      (error) => {
        failed(error);
        throw error;
      },
    );
  }

  #send<R>(info: ShardInfo, context: RouteContext, fn: ShardFn<C, R>, after: ShardCall['after']): R | PromiseLike<R> {
    const client = this.#connect(info, context);
    if (after === undefined && !isThenable(client)) return fn(client, context);
    return (async () => {
      const connected = await client;
      const answer = await fn(connected, context);
      await after?.(connected, context);
      return answer;
    })();
  }

  /** What the topology says of a shard. */
  infoOf(topology: Topology, shard: string): ShardInfo {
    if (this.#known.shards !== topology.shards) {
      this.#known = { shards: topology.shards, byId: new Map(topology.shards.map((info) => [info.id, info])) };
    }
    return this.#known.byId.get(shard) as ShardInfo;
  }
}

/** The highest: a call about several partitions is refused when any of them would be. */
function termOf({ terms }: Topology, partitions: readonly number[]): number {
  let term = 0;
  for (const partition of partitions) term = Math.max(term, terms[partition] as number);
  return term;
}

function down(shard: string): XcError<'XC_SHARD_DOWN'> {
  return new XcError('XC_SHARD_DOWN', `shard ${shard} is marked as down`, { details: { shard }, retryable: true });
}

function isThenable<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof (value as PromiseLike<T> | null | undefined)?.then === 'function';
}
