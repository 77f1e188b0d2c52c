import type { Redis } from 'ioredis';
import type { RedisLike } from './client.ts';
import { isClusterLike } from './cluster-map.ts';
import { slotOf } from './slot.ts';

interface Sendable {
  getSlot(): number;
}

/** A client of a cluster, as its own commands see it. */
interface Sending extends RedisLike {
  sendCommand(command: Sendable): Promise<unknown>;
  createBuiltinCommand(name: 'publish'): { readonly string: (channel: string, bytes: Buffer) => Promise<unknown> };
}

/**
 * PUBLISH. In a cluster always through the master of the slot that the channel would have as a key: nodes pass messages
 * on each by its own link, so those that go in through several nodes come out in any order. The client library still
 * takes another node when that one is away.
 */
export function publishPlain(client: RedisLike, channel: string, bytes: Buffer): Promise<unknown> {
  if (!isClusterLike(client)) return (client as unknown as Redis).publish(channel, bytes);
  const cluster = client as unknown as Sending;
  const slot = slotOf(channel);
  // The library picks any node for a command without a key: this one says where it belongs.
  const pinned: Sending = Object.create(cluster, {
    sendCommand: {
      value: (command: Sendable) => {
        command.getSlot = () => slot;
        return cluster.sendCommand(command);
      },
    },
  });
  // Made this way, it takes no part in automatic pipelines, which would not ask this.
  return cluster.createBuiltinCommand('publish').string.call(pinned, channel, bytes);
}
