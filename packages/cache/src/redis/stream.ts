import { exponentialBackoff, type Timer } from '@xc/core';
import { type RedisClient, runCommand } from '@xc/redis';
import type { Coherence, CoherenceNode } from '../coherence/coherence.ts';
import { SequencedLink, type Transport, type TransportEvents } from '../coherence/sequenced-link.ts';
import { rootOf } from './channel.ts';
import { type CoherenceOptions, coherenceOptions } from './coherence-options.ts';
import { stationOf } from './own-connection.ts';
import { checkCount } from './redis-option-checks.ts';
import { StreamReader } from './stream-reader.ts';
import { watchMasters } from './watch-masters.ts';

/** Options of {@link stream}. */
export interface StreamOptions extends CoherenceOptions {
  /**
   * How many messages are kept, signs of life included: a node that was away for longer than they reach back checks its copies.
   * @defaultValue 100_000
   */
  readonly maxLen?: number;
}

const reconnect = exponentialBackoff({ baseMs: 20, capMs: 1_000, jitter: 'equal' });

/**
 * Coherence by a stream that keeps the last messages: a node that lost its connection reads on where it stopped, and has to
 * check its copies only when that place is gone. Costs a round trip after each write, where {@link pubsub} costs none, and the
 * memory of the messages.
 *
 * Reads on one connection of its own to the master that has the stream. The client stays the caller's and is never closed.
 *
 * @throws TypeError or RangeError at once for a client or options that are not what they should be.
 */
export function stream(client: RedisClient, options: StreamOptions = {}): Coherence {
  const settings = coherenceOptions(client, options, ['maxLen']);
  const { maxLen = 100_000 } = options;
  checkCount('maxLen', maxLen);
  const { heartbeatMs } = settings;
  return {
    heartbeatMs,
    medium: client,
    open(node, handlers) {
      const transport = streamTransport(client, node, { ...settings, maxLen });
      return new SequencedLink({ node, handlers, heartbeatMs, transport });
    },
  };
}

function streamTransport(client: RedisClient, node: CoherenceNode, settings: Required<StreamOptions>): Transport {
  const { subscriber, heartbeatMs, deadlineMs, maxLen } = settings;
  const { clock } = node;
  const key = `${rootOf(client, node)}{s}`;
  // The client puts its own prefix before it.
  const named = key.slice((client.options.keyPrefix ?? '').length);
  return {
    async publish(text) {
      const add = (): Promise<unknown> => client.xadd(named, 'MAXLEN', '~', maxLen, '*', 'm', text);
      await runCommand(client, add, { name: 'XADD', deadlineMs, clock });
    },
    listen(events) {
      const reading = new Reading(subscriber, key, node, heartbeatMs, events);
      const unwatch = watchMasters(client, heartbeatMs, clock, () => events.failover());
      return {
        async close() {
          unwatch();
          reading.close();
        },
      };
    },
  };
}

/** Reads the stream for as long as it is wanted, from where it was last read. */
class Reading {
  readonly #client: RedisClient;
  readonly #key: string;
  readonly #node: CoherenceNode;
  readonly #heartbeatMs: number;
  readonly #events: TransportEvents;
  #reader: StreamReader | undefined;
  #retry: Timer | undefined;
  #failures = 0;
  #lastId: string | undefined;
  #closed = false;

  constructor(client: RedisClient, key: string, node: CoherenceNode, heartbeatMs: number, events: TransportEvents) {
    this.#client = client;
    this.#key = key;
    this.#node = node;
    this.#heartbeatMs = heartbeatMs;
    this.#events = events;
    this.#begin();
  }

  close(): void {
    this.#closed = true;
    this.#retry?.cancel();
    this.#reader?.close();
  }

  #begin(): void {
    this.#retry = undefined;
    if (this.#closed) return;
    const station = stationOf(this.#client, this.#key);
    if (station === undefined) {
      this.#later();
      return;
    }
    const settings = { key: this.#key, heartbeatMs: this.#heartbeatMs, clock: this.#node.clock };
    this.#reader = new StreamReader(station.open(), settings, this.#lastId, {
      up: (whole) => {
        this.#failures = 0;
        this.#events.up(whole);
      },
      message: (id, bytes) => {
        this.#lastId = id;
        this.#events.message(bytes);
      },
      down: (reason) => {
        this.#node.logger.warn({ err: reason }, 'a cache has lost the stream of its messages');
        this.#events.down();
        this.#later();
      },
    });
  }

  #later(): void {
    const { clock, random } = this.#node;
    this.#failures += 1;
    this.#retry ??= clock.after(reconnect.delayMs(this.#failures, random), () => this.#begin());
  }
}
