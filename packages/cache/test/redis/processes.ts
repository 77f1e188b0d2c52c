import { randomUUID } from 'node:crypto';
import { spawnWorker, type Worker } from '@xc/test-support';
import { expect } from 'vitest';

interface Outcome {
  readonly loads: number;
  readonly ms: number;
  readonly values: readonly string[];
}

const LOAD_MS = 300;
/** As the workers ask for it. */
const LEASE_MS = 2_000;

/** 1,000 callers in four processes on one cold key: one load, and nobody waits much longer than it takes. */
export async function oneLoadOverFourProcesses(where: string | readonly object[]): Promise<void> {
  const args = [JSON.stringify([where, randomUUID(), 250, LOAD_MS])];
  const file = new URL('./loading-node.ts', import.meta.url);
  const workers = await Promise.all(
    Array.from({ length: 4 }, () => spawnWorker<string, 'ready' | Outcome>(file, { args })),
  );
  try {
    await Promise.all(workers.map((worker) => worker.next()));
    for (const key of ['first', 'second', 'third']) {
      await Promise.all(workers.map((worker) => worker.send(key)));
      const outcomes = (await Promise.all(workers.map((worker) => worker.next()))) as Outcome[];
      expect(outcomes.reduce((sum, { loads }) => sum + loads, 0)).toBe(1);
      expect(new Set(outcomes.flatMap(({ values }) => values)).size).toBe(1);
      expect(Math.max(...outcomes.map(({ ms }) => ms))).toBeLessThan(LOAD_MS * 1.3 + 500);
    }
    await ownerDies(workers);
  } finally {
    for (const worker of workers) await worker[Symbol.asyncDispose]();
  }
}

/** The owner of the load is killed: somebody else loads, at the latest when its lease is over. */
async function ownerDies(workers: readonly Worker<string, 'ready' | Outcome>[]): Promise<void> {
  const [owner, ...others] = workers as [Worker<string, 'ready' | Outcome>, ...Worker<string, 'ready' | Outcome>[]];
  await owner.send('orphan');
  await new Promise((resolve) => setTimeout(resolve, LOAD_MS / 3));
  await owner.kill();
  await Promise.all(others.map((worker) => worker.send('orphan')));
  const outcomes = (await Promise.all(others.map((worker) => worker.next()))) as Outcome[];
  expect(outcomes.reduce((sum, { loads }) => sum + loads, 0)).toBe(1);
  expect(Math.max(...outcomes.map(({ ms }) => ms))).toBeLessThan(LEASE_MS + LOAD_MS + 1_500);
}
