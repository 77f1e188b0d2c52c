import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { ManualClock } from '@xc/core/testing';
import type { Lease } from '../lease.ts';
import type { Pool } from '../pool.ts';
import type { PoolEvent } from '../pool-event.ts';
import type { PoolOptions } from '../pool-options.ts';
import type { MakePool } from './order-script.ts';

/** One operation of a monitoring script. */
export interface MonitoringOperation {
  readonly name: string;
  readonly thread?: string;
  readonly target?: string;
  readonly label?: string;
  readonly connection?: string;
  readonly ms?: number;
  readonly event?: string;
  readonly count?: number;
  readonly timeout?: number;
  readonly interruptInUseConnections?: boolean;
}

/**
 * A scenario in the form of the connection monitoring and pooling tests of database drivers: threads that check out and in, and
 * the events that must be seen.
 */
export interface MonitoringScript {
  readonly description?: string;
  readonly poolOptions?: {
    readonly maxPoolSize?: number;
    readonly minPoolSize?: number;
    readonly maxConnecting?: number;
    readonly maxIdleTimeMS?: number;
    readonly waitQueueTimeoutMS?: number;
    readonly backgroundThreadIntervalMS?: number;
  };
  /** `start`, `wait`, `waitForThread`, `waitForEvent`, `checkOut`, `checkIn`, `clear`, `ready`, `close`. */
  readonly operations: readonly MonitoringOperation[];
  /** The error of the operation that fails. */
  readonly error?: { readonly type: string };
  /** In order; what an event does not name may be anything, and 42 stands for any value. */
  readonly events?: readonly { readonly type: string; readonly [field: string]: unknown }[];
  /** Types of events that do not matter. */
  readonly ignore?: readonly string[];
}

type SeenEvent = Readonly<Record<string, unknown>> & { readonly type: string };

// Longer than any wait of a scenario needs, in steps that let timers fire in order.
const mostWaitMs = 60_000;

/** Runs the operations and rejects with an `AssertionError` when other events, or another error, came out. */
export async function runMonitoringScript(script: MonitoringScript, make: MakePool): Promise<void> {
  const scenario = new Scenario(script, make);
  let failure: unknown;
  for (const operation of script.operations) {
    try {
      await scenario.perform(operation);
    } catch (error) {
      failure = error;
      break;
    }
  }
  if (script.error === undefined && failure !== undefined) throw failure;
  if (script.error !== undefined) strictEqual(errorType(failure), script.error.type, script.description);
  await scenario.settle();
  scenario.checkEvents();
}

class Scenario {
  readonly #script: MonitoringScript;
  readonly #clock = new ManualClock();
  readonly #pool: Pool<unknown>;
  readonly #seen: SeenEvent[] = [];
  readonly #threads = new Map<string, Promise<void>>();
  readonly #failures = new Map<string, unknown>();
  readonly #leases = new Map<string, Lease<unknown>>();

  constructor(script: MonitoringScript, make: MakePool) {
    this.#script = script;
    const { maxPoolSize, minPoolSize, maxConnecting, maxIdleTimeMS, waitQueueTimeoutMS } = script.poolOptions ?? {};
    const options: PoolOptions = {
      max: maxPoolSize ?? 100,
      min: minPoolSize ?? 0,
      maxCreating: maxConnecting ?? 2,
      idleTimeoutMs: maxIdleTimeMS ?? Number.POSITIVE_INFINITY,
      acquireTimeoutMs: waitQueueTimeoutMS ?? Number.POSITIVE_INFINITY,
      maxLifetimeMs: Number.POSITIVE_INFINITY,
      warmup: 'lazy',
      leak: false,
      clock: this.#clock,
      onEvent: (event) => this.#hear(event),
    };
    this.#pool = make(options);
    // Pools of that kind begin paused, and open nothing before they are ready.
    this.#pool.pause();
    this.#seen.length = 0;
    this.#seen.push({ type: 'ConnectionPoolCreated' });
  }

  settle(): Promise<void> {
    return this.#clock.advance(0);
  }

  async perform(operation: MonitoringOperation): Promise<void> {
    const { thread } = operation;
    if (thread === undefined) return this.#perform(operation);
    const before = this.#threads.get(thread);
    if (before === undefined) throw new TypeError(`thread ${thread} was not started`);
    const after = before.then(() => this.#perform(operation));
    this.#threads.set(
      thread,
      after.catch((error: unknown) => void this.#failures.set(thread, error)),
    );
    await this.settle();
  }

  checkEvents(): void {
    const { events, ignore = [], description } = this.#script;
    if (events === undefined) return;
    const seen = this.#seen.filter(({ type }) => !ignore.includes(type));
    deepStrictEqual(
      seen.map(({ type }) => type),
      events.map(({ type }) => type),
      description,
    );
    for (const [at, expected] of events.entries()) {
      for (const [field, value] of Object.entries(expected)) {
        if (value === 42 || value === 'any' || field === 'options') continue;
        if (seen[at]?.[field] === undefined && field === 'address') continue;
        strictEqual(seen[at]?.[field], value, `${description}: ${field} of ${expected.type}`);
      }
    }
  }

  async #perform(operation: MonitoringOperation): Promise<void> {
    const { name, target = '', ms = 0, label, connection = '' } = operation;
    if (name === 'start') this.#threads.set(target, Promise.resolve());
    else if (name === 'wait') await (operation.thread === undefined ? this.#clock.advance(ms) : this.#clock.sleep(ms));
    else if (name === 'ready') this.#ready();
    else if (name === 'clear') {
      const seen = this.#seen.length;
      this.#pool.pause();
      this.#pool.clear({ lent: operation.interruptInUseConnections === true ? 'interrupt' : 'on-return' });
      if (this.#seen.length === seen) return;
    } else if (name === 'close') void this.#pool.drain({ deadlineMs: mostWaitMs });
    else if (name === 'checkOut') await this.#checkOut(label);
    else if (name === 'checkIn') this.#leases.get(connection)?.release();
    else if (name === 'waitForThread') await this.#waitForThread(target);
    else if (name === 'waitForEvent') await this.#waitForEvent(operation.event ?? '', operation.count ?? 1);
    else throw new TypeError(`unknown operation ${name}`);
    if (operation.thread === undefined) await this.settle();
  }

  #ready(): void {
    if (this.#pool.stats().state !== 'paused') return;
    this.#pool.resume();
    this.#pool.warm().catch(() => {});
  }

  async #checkOut(label: string | undefined): Promise<void> {
    const acquiring = this.#pool.acquire();
    let over = false;
    const end = () => {
      over = true;
    };
    const done = acquiring.then(end, end);
    // On the main thread time passes while it waits; on another one somebody else lets it pass.
    for (let waited = 0; !over && waited < mostWaitMs; waited += 10) {
      await this.settle();
      if (over) break;
      await Promise.race([done, this.#clock.advance(10)]);
    }
    const lease = await acquiring;
    if (label !== undefined) this.#leases.set(label, lease);
  }

  async #waitForThread(target: string): Promise<void> {
    const thread = this.#threads.get(target) ?? Promise.resolve();
    let over = false;
    const done = thread.then(() => {
      over = true;
    });
    for (let waited = 0; !over && waited < mostWaitMs; waited += 10)
      await Promise.race([done, this.#clock.advance(10)]);
    await thread;
    if (this.#failures.has(target)) throw this.#failures.get(target);
  }

  async #waitForEvent(type: string, count: number): Promise<void> {
    const enough = () => this.#seen.filter((event) => event.type === type).length >= count;
    for (let waited = 0; !enough() && waited < mostWaitMs; waited += 10) await this.#clock.advance(10);
    ok(enough(), `${type} was not seen ${count} times`);
  }

  #hear(event: PoolEvent): void {
    const translate = translations[event.type] as ((event: PoolEvent) => SeenEvent) | undefined;
    if (translate !== undefined) this.#seen.push(translate(event));
  }
}

const closeReasons: Readonly<Record<string, string>> = {
  idle: 'idle',
  stale: 'stale',
  error: 'error',
  lost: 'error',
  closed: 'poolClosed',
  forced: 'poolClosed',
};

const failReasons: Readonly<Record<string, string>> = {
  timeout: 'timeout',
  closed: 'poolClosed',
  create: 'connectionError',
};

/** Our events in the names of the scenarios. */
const translations: { readonly [T in PoolEvent['type']]?: (event: PoolEvent & { readonly type: T }) => SeenEvent } = {
  creating: ({ id }) => ({ type: 'ConnectionCreated', connectionId: id }),
  ready: ({ id }) => ({ type: 'ConnectionReady', connectionId: id }),
  closed: ({ id, reason }) => ({ type: 'ConnectionClosed', connectionId: id, reason: closeReasons[reason] ?? reason }),
  'acquire-started': () => ({ type: 'ConnectionCheckOutStarted' }),
  acquired: ({ id }) => ({ type: 'ConnectionCheckedOut', connectionId: id }),
  'acquire-failed': ({ reason }) => ({ type: 'ConnectionCheckOutFailed', reason: failReasons[reason] ?? reason }),
  returned: ({ id }) => ({ type: 'ConnectionCheckedIn', connectionId: id }),
  cleared: () => ({ type: 'ConnectionPoolCleared' }),
  resumed: () => ({ type: 'ConnectionPoolReady' }),
  drained: () => ({ type: 'ConnectionPoolClosed' }),
};

function errorType(error: unknown): string | undefined {
  const code = (error as { readonly code?: unknown } | undefined)?.code;
  if (code === 'XC_POOL_CLOSED') return 'PoolClosedError';
  if (code === 'XC_POOL_TIMEOUT') return 'WaitQueueTimeoutError';
  return code === 'XC_POOL_CREATE' ? 'PoolClearedError' : undefined;
}
