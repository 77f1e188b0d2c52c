import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import Redlock from 'redlock';
import { createLocks } from '../src/index.ts';
import { redisLockStore } from '../src/redis/index.ts';

/** Who waits in the other process, and where. */
export interface WaitOrder {
  readonly who: 'ours' | 'redlock';
  readonly port: number;
}

const VARIABLE = 'XC_BENCH_LOCK_WAITER';
const TTL_MS = 60_000;

/** Another process that waits for `hand-over`, once for each time that it is told to, and says when it got it. */
export class WaiterProcess implements Disposable {
  readonly #child: ChildProcess;

  /** @param file - the bundle that this is part of. */
  constructor(file: string, order: WaitOrder) {
    const env = { ...process.env, [VARIABLE]: JSON.stringify(order) };
    this.#child = fork(fileURLToPath(file), [], { env });
  }

  /** Resolves when it waits. */
  async begin(): Promise<void> {
    this.#child.send('wait');
    await once(this.#child, 'message');
  }

  /** Nanoseconds of the clock that all processes share. */
  async got(): Promise<bigint> {
    const [at] = await once(this.#child, 'message');
    return BigInt(at as string);
  }

  [Symbol.dispose](): void {
    this.#child.kill();
  }
}

/** Does the waiting where this process is the other one. */
export function waitIfTold(): void {
  const text = process.env[VARIABLE];
  if (text === undefined) return;
  const { who, port }: WaitOrder = JSON.parse(text);
  const client = new Redis(port);
  const wait = who === 'ours' ? oursOn(client) : redlockOn(client);
  process.on('message', () => {
    process.send?.('waiting');
    wait().then(async (release) => {
      const at = process.hrtime.bigint();
      await release();
      process.send?.(String(at));
    });
  });
}

function oursOn(client: Redis) {
  const locks = createLocks({ store: redisLockStore(client, { deadlineMs: 10_000 }) });
  return async () => {
    const lease = await locks.acquire('hand-over', { waitMs: TTL_MS });
    return () => lease.release();
  };
}

function redlockOn(client: Redis) {
  // Its own pace, and patience enough.
  const redlock = new Redlock([client], { retryCount: 1_000 });
  return async () => {
    const lock = await redlock.lock('hand-over-redlock', TTL_MS);
    return () => lock.unlock();
  };
}
