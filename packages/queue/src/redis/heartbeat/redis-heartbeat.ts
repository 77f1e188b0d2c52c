import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { type Clock, systemClock, type Timer } from '@xc/core';
import type { RedisClient } from '@xc/redis';
import type { Heartbeat, HeartbeatOptions } from '../../engine/heartbeat.ts';
import type { Lease } from '../../engine/step-request.ts';
import script from '../lua/heartbeat.lua';
import type { Shard } from '../shard.ts';
import { beatingThread } from './beating-thread.ts';
import { nodeLine } from './node-address.ts';

/** Whose leases are kept. */
export interface HeartbeatHome {
  readonly client: RedisClient;
  /** `undefined` until the queue is open: nothing is held before. */
  readonly shards: readonly Shard[] | undefined;
}

/** Which leases were renewed by a script that was sent at that time. */
interface Renewed {
  /** Monotonic ms of this thread. */
  readonly at: number;
  readonly names: readonly string[];
}

/**
 * Keeps leases from another thread, on a connection of its own. This side counts beats; when none comes for a sixth of a lease the
 * thread renews what it was last told of, every third of a lease, until `maxBlockMs` are over or the beats are back.
 */
export class RedisHeartbeat implements Heartbeat {
  readonly #home: HeartbeatHome;
  readonly #thread: Worker;
  readonly #answers: MessageChannel['port1'];
  readonly #timer: Timer;
  readonly #clock: Clock = systemClock;
  #confirmed = new Map<string, number>();

  constructor(home: HeartbeatHome, { leaseMs, maxBlockMs }: HeartbeatOptions) {
    this.#home = home;
    const shared = new SharedArrayBuffer(4);
    const beats = new Int32Array(shared);
    const { port1, port2 } = new MessageChannel();
    this.#answers = port1;
    const times = { leaseMs, maxBlockMs, quietMs: leaseMs / 6, renewMs: leaseMs / 3 };
    this.#thread = new Worker(beatingThread, {
      eval: true,
      workerData: { ...times, shared, script, answers: port2 },
      transferList: [port2],
      // Loaders of this process are not needed there.
      execArgv: [],
    });
    this.#thread.unref();
    port1.unref();
    this.#timer = this.#clock.every(leaseMs / 12, () => void Atomics.add(beats, 0, 1));
  }

  hold(leases: readonly Lease[]): void {
    const { client, shards = [] } = this.#home;
    const prefix = client.options.keyPrefix ?? '';
    const byShard = new Map<number, Lease[]>();
    for (const lease of leases) {
      const others = byShard.get(lease.shard);
      if (others === undefined) byShard.set(lease.shard, [lease]);
      else others.push(lease);
    }
    const targets = [...byShard].flatMap(([place, own]) => {
      const shard = shards[place];
      const line = shard === undefined ? undefined : nodeLine(client, shard.slot);
      if (shard === undefined || line === undefined) return [];
      const keys = ['m', 'a'].map((suffix) => `${prefix}${shard.base}${suffix}`);
      return [{ ...line, keys, members: own.map(({ id, fence }) => `${id}:${fence}`), names: own.map(nameOf) }];
    });
    this.#thread.postMessage({ targets, now: this.#clock.monotonic() });
    this.#forget(leases);
  }

  confirmedAt(lease: Lease): number {
    this.#listen();
    return this.#confirmed.get(nameOf(lease)) ?? Number.NEGATIVE_INFINITY;
  }

  close(): void {
    this.#timer.cancel();
    this.#answers.close();
    void this.#thread.terminate();
  }

  /** Takes what the thread has said without a turn of the event loop, which may be blocked until right now. */
  #listen(): void {
    for (
      let said = receiveMessageOnPort(this.#answers);
      said !== undefined;
      said = receiveMessageOnPort(this.#answers)
    ) {
      const { at, names } = said.message as Renewed;
      for (const name of names) this.#confirmed.set(name, at);
    }
  }

  #forget(leases: readonly Lease[]): void {
    if (this.#confirmed.size === 0) return;
    const held = new Set(leases.map(nameOf));
    this.#confirmed = new Map([...this.#confirmed].filter(([name]) => held.has(name)));
  }
}

function nameOf({ shard, fence }: Lease): string {
  return `${shard} ${fence}`;
}
