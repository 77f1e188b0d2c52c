import { writeSync } from 'node:fs';
import type { EngineQueue, QueueEngine } from '../../../src/index.ts';
import type { HistoryEvent } from '../../../src/testing/index.ts';

/** Where events go. */
export type Record = (event: Omit<HistoryEvent, 't'> & { readonly t?: number }) => void;

/** The clock of the machine since its start, in ms: the same for all of its processes, and it never jumps. */
export function machineTime(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** Events as lines of a file, each written before the next thing happens: a process that is killed has lost none. */
export function recordTo(file: number): Record {
  return (event) => void writeSync(file, `${JSON.stringify({ t: machineTime(), ...event })}\n`);
}

const outcomes: Readonly<{ [verdict: string]: string }> = {
  done: 'done',
  dead: 'dead',
  cancelled: 'cancelled',
  retry: 'retry',
  released: 'release',
};

/** The same engine; what is asked of it and answered is recorded. */
export function recordingEngine(engine: QueueEngine, record: Record): QueueEngine {
  return { name: engine.name, open: (name, policy) => recording(engine.open(name, policy), record) };
}

function recording(queue: EngineQueue, record: Record): EngineQueue {
  const asked = new Map<string, number>();
  return {
    maxAdds: queue.maxAdds,
    maxTakes: queue.maxTakes,
    onWake: queue.onWake.bind(queue),
    control: queue.control.bind(queue),
    read: queue.read.bind(queue),
    audit: queue.audit.bind(queue),
    close: queue.close.bind(queue),
    async add(request, call) {
      for (const { id, record: job } of request.entries) record({ op: 'add', phase: 'invoke', id, key: job.key });
      try {
        const reply = await queue.add(request, call);
        for (const [index, { id, outcome }] of reply.jobs.entries()) {
          const { key } = (request.entries[index] as (typeof request.entries)[number]).record;
          record({ op: 'add', phase: outcome === 'full' ? 'fail' : 'ok', id, key });
        }
        return reply;
      } catch (error) {
        const unknown = (error as { code?: string }).code === 'XC_QUEUE_UNKNOWN_OUTCOME';
        for (const { id, record: job } of request.entries) {
          record({ op: 'add', phase: unknown ? 'info' : 'fail', id, key: job.key });
        }
        throw error;
      }
    },
    async step(request, call) {
      for (const { id, fence } of request.settles) {
        if (asked.has(`${id} ${fence}`)) continue;
        asked.set(`${id} ${fence}`, machineTime());
        record({ op: 'settle', phase: 'invoke', id, fence });
      }
      const reply = await queue.step(request, call);
      for (const [index, { id, fence }] of request.settles.entries()) {
        const outcome = outcomes[reply.verdicts[index] as string];
        // Given back is a job from some moment between question and answer on, and may run elsewhere before the answer is here.
        const back = outcome === 'retry' || outcome === 'release';
        const t = back ? (asked.get(`${id} ${fence}`) as number) : machineTime();
        record({ t, op: 'settle', phase: outcome === undefined ? 'fail' : 'ok', id, fence, outcome });
        asked.delete(`${id} ${fence}`);
      }
      for (const { event, id } of reply.aside) {
        if (event !== 'lost') record({ op: 'settle', phase: 'ok', id, outcome: event });
      }
      return reply;
    },
  };
}
