import type { XcError } from '@xc/core';
import type { Due } from './agenda.ts';
import type { LazySignal } from './lazy-signal.ts';
import type { Trace } from './stack-trace.ts';

/**
 * Where a resource is: in the idle list, lent, in the hands of the pool (validation, reset, between two places), being closed,
 * or closed.
 */
export type EntryState = 'idle' | 'lent' | 'busy' | 'closing' | 'closed';

/** One resource and what the pool knows of it and of its loan. */
export class Entry<T> {
  readonly id: number;
  readonly resource: T;
  readonly generation: number;
  readonly createdAt: number;
  /** Too old to be lent from then on. */
  readonly expiresAt: number;
  state: EntryState = 'busy';
  /** Neighbours in the list of the idle or of the lent. */
  previous: Entry<T> | undefined = undefined;
  next: Entry<T> | undefined = undefined;
  uses = 0;
  /** Since when it is idle. */
  idleSince: number;
  /** When it was last used or found good. */
  checkedAt: number;
  /** How often the machine had slept when it was last used or found good. */
  wakeUps: number;
  /** When the background looks at it again. */
  keepaliveAt = Number.POSITIVE_INFINITY;
  /** Odd while lent; a lease is good as long as this is what it was at its beginning. */
  serial = 0;
  lentAt: number;
  label: string | undefined = undefined;
  /** Carries the stack of the borrower; formatted when read. */
  trace: Trace | undefined = undefined;
  leakReported = false;
  signal: LazySignal | undefined = undefined;
  /** The pool took it from this loan: whoever had it may still return it. */
  takenSerial = 0;
  takenBecause: XcError | undefined = undefined;
  unwatch: (() => void) | undefined = undefined;
  lifetime: Due | undefined = undefined;
  keepalive: Due | undefined = undefined;
  closedCallbacks: (() => void)[] | undefined = undefined;

  constructor(id: number, resource: T, generation: number, createdAt: number, expiresAt: number, wakeUps: number) {
    this.id = id;
    this.resource = resource;
    this.generation = generation;
    this.createdAt = createdAt;
    this.expiresAt = expiresAt;
    this.idleSince = createdAt;
    this.checkedAt = createdAt;
    this.lentAt = createdAt;
    this.wakeUps = wakeUps;
  }
}
