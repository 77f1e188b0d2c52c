import type { Topology } from '../topology/topology.ts';
import type { FenceGate } from './fence-gate.ts';
import { checkNotSwitching, type MarkedWrite, Mirror, sidesOf, WRITE_DEADLINE_MS } from './mirror.ts';
import { noteWrite } from './note-write.ts';
import { Scope, timedOut } from './scope.ts';
import type { Session } from './sessions.ts';
import type { SettledRouterOptions } from './settled-router-options.ts';
import type { ShardCalls, ShardFn } from './shard-calls.ts';
import type { TopologyFeed } from './topology-feed.ts';
import { WriteLease } from './write-lease.ts';

/** What is written, and who is to remember it. */
export interface AskedWrite {
  readonly partition: number;
  /** Of the rows that may change; for a mirror. */
  readonly rows: readonly string[];
  readonly session: Session | undefined;
}

/** Writes to the owner of a partition: by a topology that may be written by, again when the data refused, and on both sides of a move. */
export class Writes<C> {
  readonly #options: SettledRouterOptions<C>;
  readonly #feed: TopologyFeed;
  readonly #gate: FenceGate;
  readonly #calls: ShardCalls<C>;
  readonly #mirror: Mirror | undefined;
  readonly #lease: WriteLease | undefined;

  constructor(
    options: SettledRouterOptions<C>,
    parts: {
      readonly feed: TopologyFeed;
      readonly gate: FenceGate;
      readonly calls: ShardCalls<C>;
      readonly closed: AbortSignal;
    },
  ) {
    const { mirror: adapter, clock, logger, leaseMs } = options;
    const { feed, calls, closed } = parts;
    this.#options = options;
    this.#feed = feed;
    this.#gate = parts.gate;
    this.#calls = calls;
    if (adapter === undefined) return;
    if (adapter.capture === 'mirror') this.#mirror = new Mirror({ adapter, clock, logger, closed });
    if (adapter.fencing === 'lease') this.#lease = new WriteLease(feed, leaseMs, clock);
  }

  /** @throws XcError `XC_SHARD_CUTOVER_TIMEOUT`, `XC_SHARD_TOPOLOGY_UNAVAILABLE`; what `fn` throws. */
  async at<R>(asked: AskedWrite, fn: ShardFn<C, R>, signal: AbortSignal): Promise<R> {
    const { partition, session } = asked;
    const { replicas: view, clock, logger } = this.#options;
    const after = session === undefined || view === undefined ? undefined : noteWrite(session, view, logger);
    let since: number | undefined;
    for (let attempt = 1; ; attempt += 1) {
      await this.#lease?.held(signal);
      const { current: topology } = this.#feed;
      const shard = topology.owners[partition] as string;
      const send = (own: AbortSignal): Promise<R> =>
        this.#calls.run({ topology, shard, partitions: [partition], op: 'write', attempt, signal: own, after }, fn);
      try {
        return await this.#guarded(asked, topology, signal, send);
      } catch (error) {
        if (!this.#calls.isFenced(error)) throw error;
        since ??= clock.monotonic();
        await this.#gate.passed({ partition, term: topology.terms[partition] as number, error }, since, signal);
      }
    }
  }

  /** Bounded in time where a mover relies on writes being over, and marked where it relies on knowing them. */
  async #guarded<R>(
    { partition, rows }: AskedWrite,
    topology: Topology,
    signal: AbortSignal,
    send: (signal: AbortSignal) => Promise<R>,
  ): Promise<R> {
    const { mirror: adapter, clock } = this.#options;
    if (this.#lease !== undefined) checkNotSwitching(topology, partition);
    const sides = this.#mirror === undefined ? undefined : sidesOf(topology, partition);
    if (this.#lease === undefined && sides === undefined) return await send(signal);
    const timeoutMs = adapter?.writeDeadlineMs ?? WRITE_DEADLINE_MS;
    const write = { keys: rows, term: topology.terms[partition] as number };
    const endsAt = clock.monotonic() + timeoutMs;
    let marked: MarkedWrite | undefined;
    try {
      const answer = await Scope.within({ timeoutMs }, signal, clock, async (own) => {
        if (sides !== undefined) marked = await this.#mirror?.mark(sides, write, own);
        own.throwIfAborted();
        // A process that was stopped meanwhile may hear of the mark before its timers do.
        if (clock.monotonic() >= endsAt) throw timedOut(timeoutMs);
        return await send(own);
      });
      await marked?.carry();
      return answer;
    } catch (error) {
      // Refused: nothing was written. After any other failure nobody knows, and the mark stays.
      if (this.#calls.isFenced(error)) await marked?.takeBack();
      throw error;
    }
  }
}
