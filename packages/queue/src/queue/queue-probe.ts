import type { HealthProbe, ProbeResult } from '@xc/core';
import type { EngineQueue } from '../engine/queue-engine.ts';
import type { QueueWorker } from '../worker/queue-worker.ts';

/** Says how a queue is: what its engine says of itself, and down once a worker has too many stuck handlers. */
export function queueProbe(name: string, engine: EngineQueue, workers: ReadonlySet<QueueWorker>): HealthProbe {
  return {
    name: `queue:${name}`,
    async check(signal) {
      signal.throwIfAborted();
      const [running, stuck] = [count(workers, 'running'), count(workers, 'stuck')];
      const own = { queue: name, workers: workers.size, running, stuck };
      const health = await lookedAt(engine, signal);
      const tooMany = [...workers].some((worker) => worker.stuck >= worker.maxStuck);
      return { status: tooMany ? 'down' : health.status, details: { ...health.details, ...own } };
    },
  };
}

function count(workers: ReadonlySet<QueueWorker>, what: 'running' | 'stuck'): number {
  return [...workers].reduce((sum, worker) => sum + worker[what], 0);
}

async function lookedAt(engine: EngineQueue, signal: AbortSignal): Promise<ProbeResult> {
  try {
    return await engine.read('health', {}, { signal });
  } catch (error) {
    signal.throwIfAborted();
    const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
    return { status: 'down', details: { error: String(code ?? message) } };
  }
}
