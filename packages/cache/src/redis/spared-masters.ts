import { type Clock, isXcError, type Timer } from '@xc/core';
import { type RedisClient, runCommand, slotOf } from '@xc/redis';
import type { Redis } from 'ioredis';
import { isPartAway, partAway } from '../tier/part-away.ts';

/** What a client of a cluster knows of its nodes: for each slot who serves it, `host:port`, the master first. */
interface ClusterMap {
  readonly slots: readonly (readonly string[] | undefined)[];
  nodes(role: 'master'): Redis[];
}

const FIRST_SKIP_MS = 200;
const LONGEST_SKIP_MS = 30_000;
const PROBE_DEADLINE_MS = 150;

interface Spared {
  readonly cause: unknown;
  skipMs: number;
  timer: Timer;
}

/**
 * The masters of a cluster that have missed a deadline or refused. Their keys are refused at once, without a wait, until the master
 * answers a question that goes out behind the callers' backs, or another one serves them; all other keys are used as ever.
 */
export class SparedMasters {
  readonly #client: RedisClient;
  readonly #map: ClusterMap;
  readonly #clock: Clock;
  readonly #spared = new Map<string, Spared>();

  constructor(client: RedisClient, clock: Clock) {
    this.#client = client;
    this.#map = client as unknown as ClusterMap;
    this.#clock = clock;
  }

  /** Who has the key now; undefined while the client does not know the cluster yet. */
  of(key: string): string | undefined {
    return this.#map.slots[slotOf((this.#client.options.keyPrefix ?? '') + key)]?.[0];
  }

  /** What to fail with instead of asking the master; undefined: it is to be asked. */
  refusal(master: string | undefined): unknown {
    const spared = master === undefined ? undefined : this.#spared.get(master);
    return spared === undefined ? undefined : this.#error(master as string, spared.cause);
  }

  /** A master failed. Gives what to fail with: as long as others answer it is one part of the tier that is away. */
  failed(master: string | undefined, error: unknown): unknown {
    if (master === undefined || isPartAway(error) || !isAway(error)) return error;
    if (!this.#spared.has(master)) {
      const skipMs = FIRST_SKIP_MS;
      this.#spared.set(master, { cause: error, skipMs, timer: this.#clock.after(skipMs, () => this.#probe(master)) });
    }
    return this.#error(master, error);
  }

  /** With all of them away the whole tier is. */
  #error(master: string, cause: unknown): unknown {
    const masters = this.#map.nodes('master');
    const othersAnswer = masters.some((node) => !this.#spared.has(nameOf(node)));
    return othersAnswer ? partAway(master, cause) : cause;
  }

  #probe(master: string): void {
    const spared = this.#spared.get(master);
    if (spared === undefined) return;
    const node = this.#map.nodes('master').find((one) => nameOf(one) === master);
    // Another one serves its keys, or the client has gone.
    if (node === undefined || this.#client.status === 'end') {
      this.#spared.delete(master);
      return;
    }
    const bounds = { name: 'PING', deadlineMs: PROBE_DEADLINE_MS, clock: this.#clock };
    runCommand(node, () => node.ping(), bounds).then(
      () => this.#spared.delete(master),
      () => {
        spared.skipMs = Math.min(spared.skipMs * 2, LONGEST_SKIP_MS);
        spared.timer = this.#clock.after(spared.skipMs, () => this.#probe(master));
      },
    );
  }
}

function isAway(error: unknown): boolean {
  return isXcError(error, 'XC_REDIS_TIMEOUT') || isXcError(error, 'XC_REDIS_UNAVAILABLE');
}

function nameOf(node: Redis): string {
  const { host, port } = node.options;
  return `${host}:${port}`;
}
