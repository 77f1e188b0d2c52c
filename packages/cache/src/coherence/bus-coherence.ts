import type { Bus, Subscription } from '@xc/core';
import type { Coherence, CoherenceNode } from './coherence.ts';
import { SequencedLink, type Transport, type TransportEvents } from './sequenced-link.ts';

/** Options of {@link busCoherence}. */
export interface BusCoherenceOptions {
  /**
   * How often a node gives a sign of life, in ms. What it missed is known at the latest three of them after the connection is
   * back.
   * @defaultValue 1_000
   */
  readonly heartbeatMs?: number;
}

/**
 * Coherence over any bus: `localBus()` between caches of one process, or a bus of your own. Nothing has to be delivered, in
 * order or once: what is lost is found by its number, and every copy is then checked.
 *
 * The bus stays the caller's and is not disposed of.
 *
 * @throws TypeError or RangeError at once for what is no bus, an unknown option, or a `heartbeatMs` that is not above 0.
 */
export function busCoherence(bus: Bus, options: BusCoherenceOptions = {}): Coherence {
  checkBus(bus);
  const heartbeatMs = checkedHeartbeat(options);
  return {
    heartbeatMs,
    medium: bus,
    open: (node, handlers) =>
      new SequencedLink({
        node,
        handlers,
        heartbeatMs,
        transport: busTransport(bus, `xc:c:${node.cache}`, node, heartbeatMs),
      }),
  };
}

/** The channel of a bus; a subscription that is refused is tried again with every heartbeat. */
export function busTransport(bus: Bus, channel: string, node: CoherenceNode, heartbeatMs: number): Transport {
  return {
    publish: (text) => bus.publish(channel, encoder.encode(text)),
    listen(events) {
      const attempt = new BusAttempt(bus, channel, node, heartbeatMs, events);
      return { close: () => attempt.close() };
    },
  };
}

const encoder = new TextEncoder();

class BusAttempt {
  readonly #bus: Bus;
  readonly #channel: string;
  readonly #node: CoherenceNode;
  readonly #heartbeatMs: number;
  readonly #events: TransportEvents;
  #subscribing: Promise<Subscription | undefined>;
  #closed = false;

  constructor(bus: Bus, channel: string, node: CoherenceNode, heartbeatMs: number, events: TransportEvents) {
    this.#bus = bus;
    this.#channel = channel;
    this.#node = node;
    this.#heartbeatMs = heartbeatMs;
    this.#events = events;
    this.#subscribing = this.#subscribe();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await (await this.#subscribing)?.close();
  }

  async #subscribe(): Promise<Subscription | undefined> {
    try {
      const subscription = await this.#bus.subscribe(this.#channel, {
        message: (bytes) => this.#events.message(bytes),
        gap: () => this.#events.up(false),
      });
      if (!this.#closed) this.#events.up(false);
      return subscription;
    } catch (error) {
      this.#node.logger.warn({ err: error }, 'a cache cannot listen to its bus, trying again');
      if (!this.#closed) this.#node.clock.after(this.#heartbeatMs, () => this.#again());
      return undefined;
    }
  }

  #again(): void {
    if (!this.#closed) this.#subscribing = this.#subscribe();
  }
}

function checkBus(bus: Bus): void {
  if (typeof bus?.publish === 'function' && typeof bus.subscribe === 'function') return;
  throw new TypeError(`bus must have publish and subscribe, got ${bus === null ? 'null' : typeof bus}`);
}

function checkedHeartbeat(options: BusCoherenceOptions): number {
  if (typeof options !== 'object' || options === null) throw new TypeError('options must be an object');
  for (const option in options) {
    if (option !== 'heartbeatMs') throw new TypeError(`unknown option ${option}: it is heartbeatMs`);
  }
  const { heartbeatMs = 1_000 } = options;
  if (typeof heartbeatMs !== 'number') throw new TypeError(`heartbeatMs must be a number, got ${typeof heartbeatMs}`);
  if (!(heartbeatMs > 0 && heartbeatMs <= 2 ** 30)) {
    throw new RangeError(`heartbeatMs must be greater than 0, got ${heartbeatMs}`);
  }
  return heartbeatMs;
}
