import { type CoherenceMessage, isOfMemory } from '../coherence/coherence-message.ts';
import { placeOf } from '../keys/name-space.ts';
import type { Announcement } from '../tier/tier-call.ts';
import type { Core } from './core.ts';

/** Tells the other nodes of changes. */
export class Announcing {
  readonly #core: Core;

  constructor(core: Core) {
    this.#core = core;
  }

  /** For a tier that publishes in its own step; undefined: it is published by itself. */
  announce(message: Omit<CoherenceMessage, 'version'>): Announcement | undefined {
    const { plan, link, metrics } = this.#core;
    const { l2, coherence } = plan;
    if (link?.announce === undefined || l2?.medium === undefined || l2.medium !== coherence?.medium) return undefined;
    const announcement = link.announce(message);
    if (announcement !== undefined) metrics.messagesOut.inc();
    return announcement;
  }

  /** For what the tier was to publish, and did not since there was nothing to do. */
  retract(announcement: Announcement | undefined): void {
    if (announcement !== undefined) this.#core.link?.retract?.(announcement);
  }

  /** Tells the others what they do not learn otherwise. */
  async send(message: CoherenceMessage): Promise<void> {
    const { link, metrics } = this.#core;
    if (link === undefined || (link.implicit === true && !isOfMemory(message))) return;
    metrics.messagesOut.inc();
    await link.publish(message);
  }

  async sendAll(messages: readonly CoherenceMessage[]): Promise<void> {
    await Promise.all(messages.map((message) => this.send(message)));
  }

  /** Tells the others in the background; what cannot be told is repeated as an invalidation. */
  tell(message: CoherenceMessage): Promise<void> {
    const told = this.send(message).catch(() => {
      const repairs = message.keys.map((key) => ({ kind: 'key', place: placeOf(key), soft: false }) as const);
      if (this.#core.shared === undefined) this.#core.recovery.add(repairs);
    });
    this.#core.background.track(told);
    return told;
  }
}
