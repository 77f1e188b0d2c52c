import { randomUUID } from 'node:crypto';
import { spawnWorker, type Worker } from '@xc/test-support';
import type { LimitOp, LimitRule } from '../../src/index.ts';
import type { Race } from './racer.ts';

const PROCESSES = 4;
const CLIENTS = 25;
const HOUR_MS = 3_600_000;
const LIMIT = 150;

/** Every algorithm, with a limit that nothing comes back of while the race lasts. */
export const raceRules: readonly (readonly [name: string, rule: LimitRule])[] = [
  ['gcra', { limit: 1, windowMs: 100 * HOUR_MS, burst: LIMIT }],
  ['bucket', { algorithm: 'bucket', limit: 1, windowMs: 100 * HOUR_MS, burst: LIMIT }],
  ['interval', { algorithm: 'bucket', refill: 'interval', limit: LIMIT, windowMs: HOUR_MS }],
  ['sliding', { algorithm: 'sliding', limit: LIMIT, windowMs: 1_000 * HOUR_MS }],
  ['fixed', { algorithm: 'fixed', limit: LIMIT, windowMs: HOUR_MS }],
  ['aligned', { algorithm: 'fixed', aligned: true, limit: LIMIT, windowMs: 1_000 * HOUR_MS }],
  ['log', { algorithm: 'log', limit: LIMIT, windowMs: HOUR_MS }],
  ['quota', { algorithm: 'quota', limit: LIMIT, per: 'year' }],
  ['concurrency', { algorithm: 'concurrency', limit: LIMIT, ttlMs: HOUR_MS }],
];

/** Processes full of clients, started once for many races. */
export interface Racers extends AsyncDisposable {
  /** How many takes were allowed of 400, by 100 clients in 4 processes, against limits of 150. */
  race(port: number, cluster: boolean, ops: readonly LimitOp[]): Promise<number>;
}

/** An op of a key that nobody else has. */
export function raceOp(name: string, rule: LimitRule, key: string = randomUUID()): LimitOp {
  return { name, key, rule, cost: 1, enforce: true };
}

/** Starts the processes. */
export async function startRacers(): Promise<Racers> {
  const file = new URL('./racer.ts', import.meta.url);
  const workers = await Promise.all(Array.from({ length: PROCESSES }, () => spawnWorker<Race, number>(file)));
  return {
    async race(port, cluster, ops) {
      const results = workers.map(async (worker: Worker<Race, number>) => {
        await worker.send({ port, cluster, clients: CLIENTS, takes: 4, ops });
        return worker.next();
      });
      return (await Promise.all(results)).reduce((sum, one) => sum + one, 0);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(workers.map((worker) => worker[Symbol.asyncDispose]()));
    },
  };
}
