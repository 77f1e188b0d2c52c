import type { Timer } from '@xc/core';
import type { Announcement } from '../tier/tier-call.ts';
import type { CoherenceHandlers, CoherenceLink, CoherenceNode } from './coherence.ts';
import type { CoherenceMessage } from './coherence-message.ts';
import { headOf, heartbeatOf, readTelegram } from './message-text.ts';
import { SequenceLedger } from './sequence-ledger.ts';

/** How texts come from node to node. */
export interface Transport {
  /** Hands a text over to all nodes, this one included. @throws (as a rejection) when it could not be. */
  publish(text: string): Promise<void>;
  /** Listens until it is closed, trying again by itself. */
  listen(events: TransportEvents): { close(): Promise<void> };
}

/** What a transport tells. */
export interface TransportEvents {
  message(bytes: Uint8Array): void;
  /** It hears everything from now on. `whole`: and has missed nothing since it last did. */
  up(whole: boolean): void;
  down(): void;
  /** What keeps the values may have lost some: a replica took over, or a server came back. */
  failover(): void;
}

/** What a link is made of. */
export interface LinkSettings {
  readonly node: CoherenceNode;
  readonly handlers: CoherenceHandlers;
  readonly heartbeatMs: number;
  readonly transport: Transport;
  /** Where a tier of the same medium may publish by itself; none: it may not. */
  readonly channel?: string;
}

const SILENT_BEATS = 3;
const LOOKS_PER_BEAT = 4;

/**
 * Membership by numbered messages: each change carries the node and its number, signs of life carry the last number, and whoever
 * finds one missing, hears nothing for three beats or cannot read a message tells of a gap.
 */
export class SequencedLink implements CoherenceLink {
  readonly announce: ((message: Omit<CoherenceMessage, 'version'>) => Announcement) | undefined;
  readonly #settings: LinkSettings;
  readonly #ledger: SequenceLedger;
  readonly #timers: readonly Timer[];
  readonly #listening: { close(): Promise<void> };
  #sequence = 0;
  #heardAt: number;
  #met = false;
  #up = false;
  #silent = false;
  #closed = false;

  constructor(settings: LinkSettings) {
    const { node, handlers, heartbeatMs, transport, channel } = settings;
    this.#settings = settings;
    this.#ledger = new SequenceLedger(heartbeatMs);
    this.#heardAt = node.clock.monotonic();
    if (channel !== undefined) this.announce = (message) => ({ channel, head: this.#number(message) });
    this.#timers = [
      node.clock.every(heartbeatMs, () => this.#beat()),
      node.clock.every(heartbeatMs / LOOKS_PER_BEAT, () => this.#look()),
    ];
    this.#listening = transport.listen({
      message: (bytes) => this.#hear(bytes),
      up: (whole) => this.#come(whole),
      down: () => this.#go(),
      failover: () => {
        if (!this.#closed) handlers.gap('failover');
      },
    });
  }

  /** The others take it for a change of what has not changed, which costs them a look. */
  retract({ head }: Announcement): void {
    this.#settings.transport.publish(`${head}0`).catch(() => {});
  }

  async publish(message: CoherenceMessage): Promise<void> {
    await this.#settings.transport.publish(this.#number(message) + message.version);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const timer of this.#timers) timer.cancel();
    await this.#listening.close();
  }

  #number(message: Omit<CoherenceMessage, 'version'>): string {
    this.#sequence += 1;
    return headOf(this.#settings.node.id, this.#sequence, message);
  }

  // A sign of life that does not arrive shows as silence, here as well as there.
  #beat(): void {
    const { node, transport } = this.#settings;
    transport.publish(heartbeatOf(node.id, this.#sequence)).catch(() => {});
  }

  #hear(bytes: Uint8Array): void {
    if (this.#closed) return;
    const { node, handlers } = this.#settings;
    const now = node.clock.monotonic();
    this.#heardAt = now;
    this.#silent = false;
    const telegram = readTelegram(bytes);
    if (telegram === undefined) {
      handlers.gap('undecodable');
      return;
    }
    if (!this.#up) this.#come(false);
    if (telegram.node === node.id) return;
    this.#ledger.hear(telegram.node, telegram.sequence, telegram.message !== undefined, now);
    if (telegram.message !== undefined) handlers.message(telegram.message);
  }

  #look(): void {
    const { node, handlers, heartbeatMs } = this.#settings;
    const now = node.clock.monotonic();
    if (this.#ledger.settle(now, this.#heardAt)) handlers.gap('sequence');
    if (this.#silent || !this.#met || now - this.#heardAt < SILENT_BEATS * heartbeatMs) return;
    // Once for each silence, also where the connection is known to be lost.
    this.#silent = true;
    this.#go();
    handlers.gap('silence');
  }

  #come(whole: boolean): void {
    if (this.#closed) return;
    const { node, handlers } = this.#settings;
    this.#heardAt = node.clock.monotonic();
    this.#silent = false;
    if (!this.#up) {
      this.#up = true;
      handlers.state(true);
      // Others may have been listening all along: they learn at once who is here, and this node that it is heard.
      this.#beat();
    }
    if (whole && this.#met) return;
    handlers.gap(this.#met ? 'reconnect' : 'start');
    this.#met = true;
  }

  #go(): void {
    if (!this.#up || this.#closed) return;
    this.#up = false;
    this.#settings.handlers.state(false);
  }
}
