import { exponentialBackoff, isXcError, type Timer } from '@xc/core';
import { type RedisClient, runCommand } from '@xc/redis';
import type { Coherence, CoherenceHandlers, CoherenceLink, CoherenceNode } from '../coherence/coherence.ts';
import { type CoherenceMessage, isOfMemory } from '../coherence/coherence-message.ts';
import { headOf, readTelegram } from '../coherence/message-text.ts';
import type { Announcement } from '../tier/tier-call.ts';
import { channelOf, rootOf } from './channel.ts';
import { type CoherenceOptions, coherenceOptions } from './coherence-options.ts';
import { stationsOf } from './own-connection.ts';
import { messagesFor } from './tracked-keys.ts';
import { TrackedServer } from './tracked-server.ts';
import { watchMasters } from './watch-masters.ts';

const SILENT_BEATS = 3;
const reconnect = exponentialBackoff({ baseMs: 20, capMs: 1_000, jitter: 'equal' });

/**
 * Coherence by the server itself: it tells every node which keys changed, expired, were evicted or flushed, whoever did it, also
 * by hand or from another program. Writes are not published. What a node is told of it asks Redis for before it serves its copy
 * again, its own writes included, so a fill costs one small read more than with {@link pubsub}. Of an invalidated key that only
 * the memory of nodes has no server can tell: those are published, by the script that invalidates, to the same connections.
 *
 * One connection of its own to each master (RESP2, `CLIENT TRACKING` with redirection to itself), made again whenever it is lost;
 * after that every copy is checked once. The prefix is that of a {@link redisTier} on the same client.
 *
 * @throws TypeError or RangeError at once for a client or options that are not what they should be. Where the server refuses
 * (managed Redis without tracking), the cache says `XC_CACHE_TRACKING_UNSUPPORTED` at its start.
 */
export function tracking(client: RedisClient, options: CoherenceOptions = {}): Coherence {
  const settings = coherenceOptions(client, options);
  return {
    heartbeatMs: settings.heartbeatMs,
    medium: client,
    open: (node, handlers) => new TrackingLink(client, settings, node, handlers),
  };
}

class TrackingLink implements CoherenceLink {
  readonly implicit = true;
  readonly #client: RedisClient;
  readonly #subscriber: RedisClient;
  readonly #heartbeatMs: number;
  readonly #deadlineMs: number;
  readonly #node: CoherenceNode;
  readonly #handlers: CoherenceHandlers;
  readonly #root: string;
  readonly #channel: string;
  readonly #servers = new Map<string, TrackedServer>();
  readonly #beat: Timer;
  readonly #unwatch: () => void;
  #retry: Timer | undefined;
  #failures = 0;
  #met = false;
  #up = false;
  /** When it was last told of everything, until that is too long ago. */
  #heardAt: number | undefined;
  #closed = false;

  constructor(
    client: RedisClient,
    { subscriber, heartbeatMs, deadlineMs }: Required<CoherenceOptions>,
    node: CoherenceNode,
    handlers: CoherenceHandlers,
  ) {
    this.#client = client;
    this.#subscriber = subscriber;
    this.#heartbeatMs = heartbeatMs;
    this.#deadlineMs = deadlineMs;
    this.#node = node;
    this.#handlers = handlers;
    this.#root = rootOf(client, node);
    this.#channel = channelOf(client, node);
    this.#beat = node.clock.every(heartbeatMs, () => {
      this.#survey();
      this.#look();
    });
    this.#unwatch = watchMasters(client, heartbeatMs, node.clock, () => handlers.gap('failover'));
    this.#survey();
  }

  /** The servers tell of every write, but not of a key that they do not have. */
  announce(message: Omit<CoherenceMessage, 'version'>): Announcement | undefined {
    return isOfMemory(message) ? { channel: this.#channel, head: headOf(this.#node.id, 0, message) } : undefined;
  }

  async publish(message: CoherenceMessage): Promise<void> {
    if (!isOfMemory(message)) return;
    const text = headOf(this.#node.id, 0, message) + message.version;
    const send = (): Promise<unknown> => this.#client.publish(this.#channel, text);
    await runCommand(this.#client, send, { name: 'PUBLISH', deadlineMs: this.#deadlineMs, clock: this.#node.clock });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#beat.cancel();
    this.#unwatch();
    this.#retry?.cancel();
    for (const server of this.#servers.values()) server.close();
    this.#servers.clear();
  }

  /** Listens to all who are master now, and to nobody else. */
  #survey(): void {
    if (this.#closed || this.#retry !== undefined) return;
    const stations = stationsOf(this.#subscriber);
    for (const [place, server] of this.#servers) {
      if (stations.some((station) => station.place === place)) continue;
      this.#servers.delete(place);
      server.close();
    }
    for (const { place, open } of stations) {
      if (!this.#servers.has(place)) this.#listen(place, open);
    }
    this.#tellState();
  }

  #listen(place: string, open: () => ConstructorParameters<typeof TrackedServer>[0]): void {
    const settings = {
      root: this.#root,
      channel: this.#channel,
      heartbeatMs: this.#heartbeatMs,
      clock: this.#node.clock,
    };
    const server = new TrackedServer(open(), settings, {
      changed: (keys) => this.#tell(keys),
      said: (bytes) => this.#pass(bytes),
      up: () => {
        this.#failures = 0;
        this.#tellState();
        this.#handlers.gap(this.#met ? 'reconnect' : 'start');
        this.#met ||= this.#up;
      },
      down: (reason, silent) => this.#lose(place, server, reason, silent),
    });
    this.#servers.set(place, server);
  }

  #tell(keys: readonly Buffer[] | undefined): void {
    if (keys === undefined) this.#handlers.gap('flushed');
    else for (const message of messagesFor(this.#root, keys)) this.#handlers.message(message);
  }

  /** What is no message is somebody else's: nothing is numbered here, and what is lost is a lost connection. */
  #pass(bytes: Buffer): void {
    const telegram = readTelegram(bytes);
    if (telegram?.message === undefined || telegram.node === this.#node.id) return;
    this.#handlers.message(telegram.message);
  }

  #lose(place: string, server: TrackedServer, reason: unknown, silent: boolean): void {
    const { clock, random, logger } = this.#node;
    if (this.#servers.get(place) !== server) return;
    this.#servers.delete(place);
    this.#tellState();
    if (isXcError(reason, 'XC_CACHE_TRACKING_UNSUPPORTED')) {
      this.#handlers.unsupported(reason);
      void this[Symbol.asyncDispose]();
      return;
    }
    if (silent) {
      this.#heardAt = undefined;
      this.#handlers.gap('silence');
    }
    logger.warn({ err: reason }, 'a server that told a cache of changes is lost');
    this.#failures += 1;
    this.#retry ??= clock.after(reconnect.delayMs(this.#failures, random), () => {
      this.#retry = undefined;
      this.#survey();
    });
  }

  // A server that lies there half open may do so for long.
  #look(): void {
    const now = this.#node.clock.monotonic();
    if (this.#up) this.#heardAt = now;
    if (this.#heardAt === undefined || now - this.#heardAt < SILENT_BEATS * this.#heartbeatMs) return;
    this.#heardAt = undefined;
    this.#handlers.gap('silence');
  }

  #tellState(): void {
    const servers = [...this.#servers.values()];
    const up = servers.length > 0 && servers.every((server) => server.up);
    if (up === this.#up) return;
    this.#up = up;
    this.#handlers.state(up);
  }
}
