import { deepStrictEqual, ok, rejects, strictEqual } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { systemClock } from '@xc/core';
import { createQueue } from '../../queue/create-queue.ts';
import type { AnyJobs } from '../../queue/job-types.ts';
import type { Queue } from '../../queue/queue.ts';
import type { QueueOptions } from '../../queue/queue-options.ts';
import { audit } from '../audit.ts';
import type { EngineCase } from '../contract/engine-case.ts';
import type { EngineFixture } from '../engine-fixture.ts';

/** The longest that anything may take on a busy machine with a real server. */
const PATIENCE_MS = 20_000;

/** Queues as an application opens them, on the engine of a fixture. */
export class QueueRig {
  readonly fixture: EngineFixture;
  readonly name: string;
  readonly #opened: Queue<AnyJobs>[] = [];

  constructor(fixture: EngineFixture) {
    this.fixture = fixture;
    this.name = `queue-${randomUUID().slice(0, 13)}`;
  }

  /** Opens the queue once more, as another process would. Failed attempts come again after 1 ms. */
  open(options: Omit<QueueOptions, 'engine' | 'clock'> = {}): Queue<AnyJobs> {
    const { engine, clock = systemClock } = this.fixture;
    const queue = createQueue(this.name, { backoff: { delayMs: () => 1 }, ...options, engine, clock });
    this.#opened.push(queue);
    return queue;
  }

  /** Lets time pass until it holds. */
  async until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
    const until = systemClock.monotonic() + PATIENCE_MS;
    while (!(await holds())) {
      ok(systemClock.monotonic() < until, what);
      await this.fixture.pass(5);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Lets time pass until it settles. */
  async settled<T>(promise: Promise<T>, what: string): Promise<T> {
    let through = false;
    const end = () => {
      through = true;
    };
    promise.then(end, end);
    await this.until(() => through, what);
    return promise;
  }

  /** Lets time pass until nothing waits, is delayed, blocked or active. */
  async drained(queue: Queue<AnyJobs>): Promise<void> {
    await this.until(async () => {
      const { waiting, delayed, blocked, active } = await queue.counts();
      return waiting + delayed + blocked + active === 0;
    }, 'everything has settled');
  }

  async close(): Promise<void> {
    for (const queue of this.#opened) {
      const closing = queue.close({ graceMs: 0 });
      await this.settled(closing, 'the queue is closed');
    }
  }

  /** All facts of the queue agree. */
  async checkAudit(queue: Queue<AnyJobs>): Promise<void> {
    deepStrictEqual(await audit(queue), { ok: true, violations: [] });
  }
}

/** It rejects with this code, and where it is dead, for this reason. */
export async function refused(promise: Promise<unknown>, code: string, reason?: string): Promise<void> {
  await rejects(promise, (error: { readonly code?: unknown; readonly details?: { readonly reason?: unknown } }) => {
    strictEqual(error.code, code);
    if (reason !== undefined) strictEqual(error.details?.reason, reason);
    return true;
  });
}

/** Cases by name, each with a rig that is closed when the case is through. */
export function queueCases(cases: Readonly<Record<string, (rig: QueueRig) => Promise<void>>>): readonly EngineCase[] {
  return Object.entries(cases).map(([name, check]) => ({
    name,
    async run(fixture) {
      const rig = new QueueRig(fixture);
      try {
        await check(rig);
      } finally {
        await rig.close();
      }
    },
  }));
}
