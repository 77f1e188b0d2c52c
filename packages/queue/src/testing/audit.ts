import { engineOf } from '../engine/engine-of.ts';
import type { AnyJobs } from '../queue/job-types.ts';
import type { Queue } from '../queue/queue.ts';

/**
 * Recounts every derived fact of a queue: each job stands in one place, keys count their leases and have their turns, unique keys
 * are held by the living, flows count their unmet edges, and the totals add up. It reads everything: not for busy queues.
 *
 * @throws TypeError for a queue that has no engine of this package, such as the one over BullMQ.
 */
export async function audit(queue: Queue<AnyJobs>): Promise<{ ok: boolean; violations: string[] }> {
  const engine = engineOf(queue);
  if (engine === undefined) throw new TypeError('queue must be of createQueue, got one without an engine to recount');
  const violations = [...(await engine.audit())];
  return { ok: violations.length === 0, violations };
}
