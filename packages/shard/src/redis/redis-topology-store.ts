import { isXcError, XcError } from '@xc/core';
import { defineScript, type RedisClient, redisBus, runCommand, runScript } from '@xc/redis';
import { checkNext } from '../topology/check-next.ts';
import { checkTopology } from '../topology/check-topology.ts';
import { epochListener } from '../topology/epoch-listener.ts';
import type { Topology } from '../topology/topology.ts';
import { topologyInvalid } from '../topology/topology-invalid.ts';
import type { TopologyStore } from '../topology/topology-store.ts';
import { DEADLINE_MS, keyBase, type NamedOptions } from './keys.ts';
import cas from './lua/cas.lua';

const casScript = defineScript<[expected: number, next: number, topology: string], boolean>({
  name: 'shard-topology-cas',
  lua: cas,
  keys: 1,
  parse: (raw) => raw === 1,
});

/**
 * Keeps a topology in Redis: one server, the master behind Sentinel, or a cluster. A change is one script; who watches is told by
 * pub/sub, and looks whenever a message may have been lost. Every call settles within 2 s.
 *
 * A failover may lose the last change: then the epoch is an older one again, and what was moved meanwhile is refused by the terms
 * of the data until it is decided anew. `resume` of a job whose switch was lost brings home what was written at the new owner.
 *
 * @throws TypeError for a client or a name that is none. Calls reject with XcError `XC_SHARD_TOPOLOGY_UNAVAILABLE`.
 */
export function redisTopologyStore(client: RedisClient, options: NamedOptions): TopologyStore {
  const key = `${keyBase(client, options)}:topology`;
  const channel = `${key}:epoch`;
  const bus = redisBus(client, { deadlineMs: DEADLINE_MS });
  const bounds = (signal: AbortSignal | undefined) => ({ deadlineMs: DEADLINE_MS, signal });
  const load = async (signal?: AbortSignal): Promise<Topology | undefined> => {
    signal?.throwIfAborted();
    const commands = client as { hget(key: string, field: string): Promise<string | null> };
    const send = () => commands.hget(key, 't');
    const text = await reached(runCommand(client, send, { ...bounds(signal), name: 'HGET' }), signal);
    return text === null ? undefined : checkTopology(parsed(text));
  };
  return {
    load,
    async cas(next, expectedEpoch, signal) {
      signal?.throwIfAborted();
      checkNext(next, expectedEpoch);
      const args = [expectedEpoch, next.epoch, JSON.stringify(next)] as [number, number, string];
      const stored = await reached(runScript(client, casScript, [key], args, bounds(signal)), signal);
      // Who is not told looks all the same.
      if (stored) await bus.publish(channel, Buffer.from(String(next.epoch))).catch(() => undefined);
      return stored;
    },
    async watch(changed) {
      const listener = epochListener(changed);
      const look = async (): Promise<void> => {
        const epoch = (await load().catch(() => undefined))?.epoch;
        if (epoch !== undefined) tell(epoch);
      };
      let told = 0;
      const tell = (epoch: number): void => {
        if (epoch <= told) return;
        told = epoch;
        listener(epoch);
      };
      return await reached(
        bus.subscribe(channel, {
          message: (bytes) => tell(Number(Buffer.from(bytes).toString())),
          gap: () => void look(),
        }),
        undefined,
      );
    },
    async [Symbol.asyncDispose]() {
      await bus[Symbol.asyncDispose]();
    },
  };
}

function parsed(text: string): Topology {
  try {
    return JSON.parse(text) as Topology;
  } catch (error) {
    throw topologyInvalid('what is stored is not JSON', { cause: String(error) });
  }
}

/** Redis out of reach is the store out of reach; the reason of a signal stays what it is. */
async function reached<T>(call: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (signal?.aborted || !isXcError(error)) throw error;
    throw new XcError('XC_SHARD_TOPOLOGY_UNAVAILABLE', 'the topology in Redis is out of reach', {
      cause: error,
      retryable: true,
    });
  }
}
