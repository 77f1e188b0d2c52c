import type { Breaker } from '../circuit/breaker.ts';
import type { FleetView } from './fleet-memory.ts';

/** What a coordinator tells its listeners, by the name of the event. */
export interface CoordinatorEvents {
  /** Redis cannot be reached: breakers decide and probe alone. Once for each outage. */
  readonly lost: CoordinatorEvent;
  /** Redis is reached again. */
  readonly restored: CoordinatorEvent;
  /** Enough members have opened: all open. */
  readonly 'fleet-open': CoordinatorEvent;
  /** The fleet has recovered, or its opening has passed without anybody probing. */
  readonly 'fleet-close': CoordinatorEvent;
}

/** One event of a coordinator. */
export interface CoordinatorEvent {
  /** The breaker whose fleet has opened or closed. */
  readonly name?: string;
  /** Why Redis cannot be reached. */
  readonly cause?: unknown;
}

/** Lets breakers of the same name in many processes share what they find, while each decides alone and at once. */
export interface Coordinator extends AsyncDisposable {
  /** What the fleet calls this process. */
  readonly instance: string;
  /** `lost` from the first round that did not get through until none is missing. */
  readonly status: 'starting' | 'ok' | 'lost';

  /**
   * Makes the breaker a member of the fleet of its name.
   *
   * @returns what lets it leave again.
   * @throws TypeError when it is no breaker of this package, is a member already, or another one here has its name.
   */
  join(breaker: Breaker): () => void;

  /** One round of every breaker now, for tests and shutdown. Resolves within `deadlineMs`, also when Redis is away. */
  tick(): Promise<void>;

  /** How the fleet of a name stood in the last round; `undefined` for one that has not joined or not been heard of. */
  fleet(name: string): FleetView | undefined;

  /**
   * Calls `listener` after each such event; one that throws is logged and harms nobody.
   *
   * @returns what takes the listener off again.
   */
  on<E extends keyof CoordinatorEvents>(event: E, listener: (event: CoordinatorEvents[E]) => void): () => void;

  /** Withdraws votes, leases and membership, within `deadlineMs` at best effort. The client and the bus stay open. */
  [Symbol.asyncDispose](): Promise<void>;
}
