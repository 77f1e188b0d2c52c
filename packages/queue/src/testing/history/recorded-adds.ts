import { isXcError } from '@xc/core';
import type { FlowNode } from '../../flows/flow.ts';
import type { AddItem, AddOptions } from '../../queue/add-options.ts';
import type { AnyJobs } from '../../queue/job-types.ts';
import type { Queue } from '../../queue/queue.ts';
import type { AskedAdd, HistoryLog } from './history-log.ts';

type Adds = Pick<Queue<AnyJobs>, 'add' | 'addMany' | 'flow'>;
type Call = { readonly signal?: AbortSignal | undefined };

/** Adds of a queue, written down. */
export function recordedAdds(queue: Queue<AnyJobs>, log: HistoryLog): Adds {
  return {
    async add(type: string, data: unknown, options: AddOptions = {}) {
      const asked = log.add(options);
      if (options.unique?.mode === 'latest') log.makesOwn = true;
      const ref = await told([asked], queue.add(type, data, options));
      asked.ok(ref.id, ref.outcome === 'added');
      return ref as never;
    },
    async addMany(items: readonly AddItem<AnyJobs>[], options?: Call) {
      const asked = items.map(({ options = {} }) => log.add(options));
      if (items.some(({ options }) => options?.unique?.mode === 'latest')) log.makesOwn = true;
      const refs = await told(asked, queue.addMany(items, options));
      refs.forEach((ref, index) => {
        if (ref instanceof Error) asked[index]?.failed(failureOf(ref));
        else asked[index]?.ok(ref.id, ref.outcome === 'added');
      });
      return refs;
    },
    async flow(nodes: readonly FlowNode<AnyJobs>[], options?: Call & { readonly id?: string | undefined }) {
      const asked = nodes.map(({ after = [], options: asked = {} }) =>
        // What comes after others takes its turn in a key when those have ended, and dies of them without a run.
        log.add(asked, after.length > 0 ? 'info' : 'ok'),
      );
      const flow = await told(asked, queue.flow(nodes, options));
      nodes.forEach(({ name }, index) => {
        const ref = flow.jobs[name];
        if (ref !== undefined) asked[index]?.ok(ref.id, ref.outcome === 'added');
      });
      return flow;
    },
  };
}

async function told<T>(asked: readonly AskedAdd[], answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    for (const each of asked) each.failed(failureOf(error));
    throw error;
  }
}

/** Whether a refused add may have happened all the same. */
function failureOf(error: unknown): 'fail' | 'info' {
  const known = isXcError(error) && error.code !== 'XC_QUEUE_UNKNOWN_OUTCOME' && error.code !== 'XC_QUEUE_NOT_DURABLE';
  return known || error instanceof TypeError || error instanceof RangeError ? 'fail' : 'info';
}
