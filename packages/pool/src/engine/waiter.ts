import type { Lease } from '../lease.ts';
import type { Abortable } from './abort-watch.ts';
import type { Due } from './agenda.ts';
import type { Entry } from './entry.ts';
import type { Trace } from './stack-trace.ts';

/** Who wants to know that a waiter gives up. */
export interface WaiterOwner<T> {
  overdue(waiter: Waiter<T>, now: number): void;
  aborted(waiter: Waiter<T>): void;
}

/** What came with an `acquire` that is worth keeping while it waits. */
export interface Ask {
  readonly signal: AbortSignal | undefined;
  readonly label: string | undefined;
  readonly trace: Trace | undefined;
}

/** One borrower in the queue. */
export class Waiter<T> implements Due, Abortable {
  readonly owner: WaiterOwner<T>;
  readonly level: number;
  /** Order of arrival. */
  readonly turn: number;
  readonly since: number;
  readonly dueAt: number;
  readonly ask: Ask | undefined;
  pending = false;
  queued = false;
  /** What it was given, until the end of the turn: its signal may still abort. */
  handed: Entry<T> | undefined = undefined;
  previous: Waiter<T> | undefined = undefined;
  next: Waiter<T> | undefined = undefined;
  resolve: ((lease: Lease<T>) => void) | undefined = undefined;
  reject: ((error: unknown) => void) | undefined = undefined;

  constructor(owner: WaiterOwner<T>, level: number, turn: number, since: number, dueAt: number, ask: Ask | undefined) {
    this.owner = owner;
    this.level = level;
    this.turn = turn;
    this.since = since;
    this.dueAt = dueAt;
    this.ask = ask;
  }

  due(now: number): void {
    this.owner.overdue(this, now);
  }

  /** Its signal did. */
  aborted(): void {
    this.owner.aborted(this);
  }

  /** Forgets its promise, so that whoever still knows the waiter keeps nothing alive. */
  settle(): void {
    this.resolve = undefined;
    this.reject = undefined;
  }
}
