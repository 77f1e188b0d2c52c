import type { Clock, Logger, Random, XcError } from '@xc/core';
import type { Announcement } from '../tier/tier-call.ts';
import type { CoherenceMessage } from './coherence-message.ts';

/**
 * Tells the nodes of a cache of each other's changes, and tells them when a message may have been missed.
 *
 * Messages may come twice, late, in another order, to their own sender, or not at all; what must not happen is that one is lost
 * and `gap` is not called: at the latest three heartbeats after the connection is back.
 */
export interface Coherence {
  /** Milliseconds between heartbeats. */
  readonly heartbeatMs: number;
  /** What it publishes through: see {@link Tier.medium}. */
  readonly medium?: unknown;
  /** Joins the nodes of the cache. Works at once, whether or not there is a connection yet. */
  open(node: CoherenceNode, handlers: CoherenceHandlers): CoherenceLink;
}

/** The node that joins. */
export interface CoherenceNode {
  /** Name of the cache. */
  readonly cache: string;
  /** Unlike that of any other node. */
  readonly id: string;
  /** What the keys of the cache begin with in a tier of the same medium ({@link TierSpace.root}); none: there is no such tier. */
  readonly root?: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** Why messages may have been missed. */
export type GapCause = 'sequence' | 'reconnect' | 'silence' | 'undecodable' | 'failover' | 'flushed' | 'start';

/** What a node does with what it hears. Handlers do not throw. */
export interface CoherenceHandlers {
  /** Something was said by another node. */
  message(message: CoherenceMessage): void;
  /** Messages of any node may have been missed. */
  gap(cause: GapCause): void;
  /** The connection came (true) or went (false). Coming also calls `gap`, after what was connected is really heard. */
  state(up: boolean): void;
  /** It cannot work here at all, and tries no more: `XC_CACHE_TRACKING_UNSUPPORTED`. */
  unsupported(error: XcError): void;
}

/** One node's membership. */
export interface CoherenceLink extends AsyncDisposable {
  /** Hands a message over. @throws (as a rejection) when it could not be, within the deadline of the coherence. */
  publish(message: CoherenceMessage): Promise<void>;
  /**
   * The message with a sequence number of its own, for a tier of the same medium to publish with the version it gives. Absent
   * where it is published only by `publish`; `undefined` where nothing has to be said of it.
   */
  announce?(message: Omit<CoherenceMessage, 'version'>): Announcement | undefined;
  /** What was announced has not come to be, and the tier has published nothing: nobody must wait for its number. */
  retract?(announcement: Announcement): void;
  /** True where the others learn of writes to the tier without any message: `publish` sends only what they would not. */
  readonly implicit?: boolean;
}
