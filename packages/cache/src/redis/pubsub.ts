import { type RedisClient, redisBus } from '@xc/redis';
import { busTransport } from '../coherence/bus-coherence.ts';
import type { Coherence, CoherenceNode } from '../coherence/coherence.ts';
import { SequencedLink, type Transport } from '../coherence/sequenced-link.ts';
import { channelOf } from './channel.ts';
import { type CoherenceOptions, coherenceOptions } from './coherence-options.ts';
import { watchMasters } from './watch-masters.ts';

/** How long a subscription may take before it is tried anew, in ms: the library may have to find the cluster first. */
const SUBSCRIBE_MS = 2_000;

/**
 * Coherence by publish and subscribe. A {@link redisTier} on the same client publishes inside the script of each write, so that
 * telling the other nodes costs no round trip; every message is numbered, and one that was lost is found by the next one or by
 * the sign of life that each node gives.
 *
 * Listens on one connection of its own, made with `client.duplicate()`, in a cluster to any node of it. The client stays the
 * caller's and is never closed. When a master is another one than before, or was away, every copy is checked as well.
 *
 * @example
 * ```ts
 * const cache = createCache({ l2: redisTier(client), coherence: pubsub(client) });
 * ```
 *
 * @throws TypeError or RangeError at once for a client or options that are not what they should be.
 */
export function pubsub(client: RedisClient, options: CoherenceOptions = {}): Coherence {
  const settings = coherenceOptions(client, options);
  const { heartbeatMs } = settings;
  return {
    heartbeatMs,
    medium: client,
    open(node, handlers) {
      const channel = channelOf(client, node);
      const transport = pubsubTransport(client, channel, node, settings);
      return new SequencedLink({ node, handlers, heartbeatMs, transport, channel });
    },
  };
}

function pubsubTransport(
  client: RedisClient,
  channel: string,
  node: CoherenceNode,
  { subscriber, heartbeatMs, deadlineMs }: Required<CoherenceOptions>,
): Transport {
  const { clock, random, logger } = node;
  const mouth = redisBus(client, { deadlineMs, clock, random, logger });
  const encoder = new TextEncoder();
  return {
    publish: (text) => mouth.publish(channel, encoder.encode(text)),
    listen(events) {
      const ears = redisBus(subscriber, { deadlineMs: SUBSCRIBE_MS, pingMs: heartbeatMs, clock, random, logger });
      const listening = busTransport(ears, channel, node, heartbeatMs).listen(events);
      // What a master that fell out has forgotten nobody tells.
      const unwatch = watchMasters(client, heartbeatMs, clock, () => events.failover());
      return {
        async close() {
          unwatch();
          const closing = listening.close();
          // A subscription that is still under way ends with its bus.
          await ears[Symbol.asyncDispose]();
          await closing;
          await mouth[Symbol.asyncDispose]();
        },
      };
    },
  };
}
