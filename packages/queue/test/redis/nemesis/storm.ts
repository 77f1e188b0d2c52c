import { mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SeededRandom } from '@xc/core/testing';
import { type Worker as Process, spawnWorker } from '@xc/test-support';
import { runSeed } from '@xc/test-support/run-seed';
import { Cluster, Redis } from 'ioredis';
import { engineOf } from '../../../src/engine/engine-of.ts';
import { type AnyJobs, createQueue, type Queue } from '../../../src/index.ts';
import { redisEngine } from '../../../src/redis/index.ts';
import { checkHistory, type HistoryEvent, type HistoryRule } from '../../../src/testing/index.ts';
import { decidedStarts, type Freeze } from './decided-starts.ts';
import { machineTime, type Record, recordingEngine, recordTo } from './recording-engine.ts';
import type { WorkerOrder } from './worker-process.ts';

/** Longer runs for the night. */
export const long: boolean = process.env.XC_LONG === '1';

/** What a storm is made of. */
export interface StormOptions {
  /** Where clients connect. */
  readonly ports: readonly number[];
  readonly cluster?: boolean;
  readonly shards?: number;
  readonly jobs: number;
  /** Every other job is of one of so many keys. */
  readonly keys?: number;
  readonly workers?: number;
  readonly leaseMs?: number;
  readonly handlerMs?: number;
  readonly concurrency?: number;
  readonly clockOffMs?: number;
  readonly seed?: number;
  /** What may happen where servers forget. @defaultValue nothing */
  readonly excused?: readonly HistoryRule[];
  /** Where adds and counts go, past what disturbs the workers. @defaultValue the first of `ports` */
  readonly quietPorts?: readonly number[];
}

/** A storm while it blows: what a nemesis may hurt. */
export interface Storm {
  readonly queue: Queue<AnyJobs>;
  readonly random: SeededRandom;
  readonly record: Record;
  /** Whether the nemesis is to go on. */
  blowing(): boolean;
  killWorker(): Promise<void>;
  freezeWorker(ms: number): Promise<void>;
}

/**
 * Adds jobs while real worker processes take them and a nemesis does its worst, then lets everything calm down and judges what was
 * seen: the history, and the audit of the queue.
 */
export async function storm(options: StormOptions, nemesis: (storm: Storm) => Promise<void>) {
  const { jobs, keys = 20, workers = 3, shards = 1, cluster = false, seed = runSeed(5_005) } = options;
  const {
    leaseMs = 2_000,
    handlerMs = 0,
    concurrency = 20,
    clockOffMs = 0,
    ports,
    quietPorts = ports,
    excused = [],
  } = options;
  const folder = mkdtempSync(join(tmpdir(), 'xc-storm-'));
  const record = recordTo(openSync(join(folder, 'adds.log'), 'a'));
  const nodes = quietPorts.map((port) => ({ host: '127.0.0.1', port }));
  const quick = { maxRetriesPerRequest: null, retryStrategy: () => 50 } as const;
  const client = cluster
    ? new Cluster(nodes, { redisOptions: quick, clusterRetryStrategy: () => 50, slotsRefreshTimeout: 1_000 })
    : new Redis({ ...nodes[0], ...quick });
  client.on('error', () => {});
  const name = `storm-${seed}`;
  const engine = recordingEngine(redisEngine(client, { shards }), record);
  const queue = createQueue(name, { engine, keep: { done: { count: 10_000_000 } }, maxLostLeases: 100 });
  let born = 0;
  const breed = async (): Promise<{ readonly name: string; readonly process: Process }> => {
    born += 1;
    const order: WorkerOrder = {
      ...{ name: `w${born}`, queue: name, file: join(folder, `w${born}.log`), ports, cluster, shards, leaseMs },
      ...{ concurrency, clockOffMs: born === 1 ? clockOffMs : 0, failEvery: 50, handlerMs },
    };
    const child = await spawnWorker(new URL('./worker-process.ts', import.meta.url), { args: [JSON.stringify(order)] });
    await child.next();
    return { name: order.name, process: child };
  };
  const living = await Promise.all(Array.from({ length: workers }, breed));
  const random = new SeededRandom(seed);
  const freezes: Freeze[] = [];
  let blowing = true;
  const one: Storm = {
    queue,
    random,
    record,
    blowing: () => blowing,
    async killWorker() {
      const at = Math.floor(random.next() * living.length);
      const victim = living[at] as (typeof living)[number];
      await victim.process.kill();
      record({ op: 'crash', worker: victim.name });
      await victim.process[Symbol.asyncDispose]();
      living[at] = await breed();
    },
    async freezeWorker(ms) {
      const victim = living[Math.floor(random.next() * living.length)] as (typeof living)[number];
      await victim.process.pause();
      freezes.push({ worker: victim.name, t: machineTime() });
      record({ op: 'freeze', worker: victim.name });
      await sleep(ms);
      await victim.process.resume();
      record({ op: 'freeze', worker: victim.name });
    },
  };
  try {
    const blown = nemesis(one);
    await addAll(queue, jobs, keys);
    await Promise.race([drained(queue, 20_000), blown.then(() => drained(queue, 20_000))]);
    blowing = false;
    await blown;
    record({ op: 'fault' });
    await drained(queue, 60_000);
    for (const { process: child } of living) {
      await child.send('stop');
      await child.wait();
    }
    const history = await read(folder, queue, freezes);
    const wrong = (await engineOf(queue)?.audit()) ?? ['no engine'];
    const { violations: all, stats } = checkHistory(history);
    const violations = all.filter(({ rule }) => !excused.includes(rule));
    if (process.env.XC_STATS) console.log(JSON.stringify(stats));
    return { seed, violations: violations.slice(0, 5), wrong: wrong.slice(0, 5), stats };
  } finally {
    await Promise.all(living.map(({ process: child }) => child[Symbol.asyncDispose]()));
    await queue.close();
    client.disconnect();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Batches; one that failed is added again, with the same ids, as its caller would. */
async function addAll(queue: Queue<AnyJobs>, jobs: number, keys: number): Promise<void> {
  const size = 250;
  for (let from = 0; from < jobs; from += size) {
    const items = Array.from({ length: Math.min(size, jobs - from) }, (_, offset) => {
      const n = from + offset;
      const key = n % 2 === 0 ? { key: `k${n % (2 * keys)}` } : {};
      return { type: 'job', data: n, options: { id: `job-${n}`, ...key } };
    });
    for (let tries = 0; ; tries += 1) {
      const results = await queue.addMany(items).catch((error: unknown) => [error]);
      const failed = results.find((result) => result instanceof Error) as (Error & { code?: string }) | undefined;
      if (failed === undefined) break;
      if (tries > 400) throw failed;
      await sleep(50);
    }
  }
}

async function drained(queue: Queue<AnyJobs>, ms: number): Promise<void> {
  const until = machineTime() + ms;
  while (machineTime() < until) {
    const counts = await queue.counts().catch(() => undefined);
    if (counts && counts.waiting + counts.delayed + counts.active + counts.blocked === 0) return;
    await sleep(50);
  }
}

/** All logs in the order of time. What a killed process did not live to write down, the queue knows. */
async function read(folder: string, queue: Queue<AnyJobs>, freezes: readonly Freeze[]): Promise<HistoryEvent[]> {
  const lines = readdirSync(folder).flatMap((file) => readFileSync(join(folder, file), 'utf8').trim().split('\n'));
  const events = lines.filter((line) => line !== '').map((line) => JSON.parse(line) as HistoryEvent);
  const history = decidedStarts(events, freezes);
  const open = new Set<string>();
  for (const { op, phase, id } of history) {
    if (op === 'add' && phase === 'ok') open.add(id as string);
  }
  for (const { op, phase, id, outcome } of history) {
    if (op === 'settle' && phase === 'ok' && ['done', 'dead', 'cancelled'].includes(outcome ?? ''))
      open.delete(id as string);
  }
  for (const id of open) {
    const view = await queue.inspect(id);
    if (view?.state === 'done' || view?.state === 'dead')
      history.push({ t: machineTime(), op: 'settle', phase: 'ok', id, outcome: view.state });
  }
  history.push({ t: machineTime(), op: 'end' });
  return history;
}
