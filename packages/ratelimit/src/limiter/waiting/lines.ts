import type { Clock, GaugeCell } from '@xc/core';
import type { AbortWatch } from '../abort-watch.ts';
import type { CallOp } from '../call-op.ts';
import type { Decided } from '../decided.ts';
import { Line, Waiter } from './line.ts';

/** What the lines need of their limiter. */
export interface LinesParts {
  readonly clock: Clock;
  readonly aborts: AbortWatch;
  readonly waiting: GaugeCell;
  /** A decision that came when nobody wanted it any more. */
  unwanted(decided: Decided): void;
  /** Tells a call no that could not even be asked about in time. */
  turnAway(ops: readonly CallOp[]): Decided;
}

/** How long one call may wait. */
export interface Patience {
  readonly maxWaitMs: number;
  readonly maxQueued: number;
  readonly signal: AbortSignal | undefined;
}

/** The lines of a limiter: one for all calls that count on the same keys. */
export class Lines {
  readonly #lines = new Map<string, Line>();
  /** By a concurrency limit and its key: who may go on when a lease of it ends. */
  readonly #byLease = new Map<string, Set<Line>>();
  readonly #parts: LinesParts;

  constructor(parts: LinesParts) {
    this.#parts = parts;
  }

  /** Stands in line until `decide` allows the call, or says that it cannot be in time. */
  wait(ops: readonly CallOp[], patience: Patience, decide: () => Decided | Promise<Decided>): Promise<Decided> {
    const { clock, aborts, waiting } = this.#parts;
    const { maxWaitMs, maxQueued, signal } = patience;
    const line = this.#lineOf(ops);
    if (line.size >= Math.max(1, maxQueued)) return Promise.resolve(line.refusal ?? this.#parts.turnAway(ops));
    const waiter = new Waiter(ops, clock.monotonic() + maxWaitMs, decide);
    // The first is judged by what the store says; nobody else learns of it before.
    if (line.size > 0) {
      waiter.timer = clock.after(maxWaitMs, () => {
        line.remove(waiter);
        waiter.resolve(line.refusal ?? this.#parts.turnAway(ops));
      });
    }
    if (signal !== undefined) {
      waiter.unlisten = aborts.on(signal, () => {
        line.remove(waiter);
        waiter.reject(signal.reason);
      });
    }
    waiting.add(1);
    line.add(waiter);
    return waiter.promise;
  }

  /** A lease of a key has ended. */
  wake(name: string, key: string): void {
    for (const line of this.#byLease.get(idOf(name, key)) ?? []) line.wake();
  }

  /** The limits are others now. */
  wakeAll(): void {
    for (const line of this.#lines.values()) line.wake();
  }

  close(reason: unknown): void {
    for (const line of this.#lines.values()) line.close(reason);
  }

  #lineOf(ops: readonly CallOp[]): Line {
    // Lengths keep two keys apart whatever is in them.
    const id = ops.map(({ name, key }) => `${name}:${key.length}:${key}`).join();
    const known = this.#lines.get(id);
    if (known !== undefined) return known;
    const leases = ops.filter(({ limit }) => limit.isConcurrency).map(({ name, key }) => idOf(name, key));
    const line = new Line({
      clock: this.#parts.clock,
      unwanted: this.#parts.unwanted,
      left: () => this.#parts.waiting.add(-1),
      empty: () => {
        this.#lines.delete(id);
        for (const lease of leases) this.#unlist(lease, line);
      },
    });
    this.#lines.set(id, line);
    for (const lease of leases) this.#byLease.set(lease, (this.#byLease.get(lease) ?? new Set()).add(line));
    return line;
  }

  #unlist(lease: string, line: Line): void {
    const lines = this.#byLease.get(lease);
    lines?.delete(line);
    if (lines?.size === 0) this.#byLease.delete(lease);
  }
}

function idOf(name: string, key: string): string {
  return `${name}:${key}`;
}
