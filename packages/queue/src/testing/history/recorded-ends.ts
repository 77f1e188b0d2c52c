import type { DeadReason } from '../../job/job-error.ts';
import type { AnyJobs } from '../../queue/job-types.ts';
import type { Queue } from '../../queue/queue.ts';
import type { HistoryLog } from './history-log.ts';

type Ends = Pick<Queue<AnyJobs>, 'cancel' | 'update' | 'remove' | 'drain' | 'dead'>;

/** What takes jobs away, moves them or begins them anew, written down. A job that is taken away before it has settled ends as cancelled. */
export function recordedEnds(queue: Queue<AnyJobs>, log: HistoryLog): Ends {
  const { dead } = queue;
  return {
    async cancel(id, options) {
      // How it ended is told to who watches.
      const outcome = await queue.cancel(id, options);
      log.see({ op: 'cancel', id, outcome });
      return outcome;
    },
    async update(id, change, options) {
      if (change?.delayMs !== undefined || change?.lane !== undefined) log.moved(id);
      return queue.update(id, change, options);
    },
    async remove(id, options) {
      const settledAt = (await queue.inspect(id, options))?.settledAt;
      const outcome = await queue.remove(id, options);
      if (outcome === 'removed' && settledAt === undefined && !log.hasEnded(id)) log.settled(id, 'cancelled');
      return outcome;
    },
    async drain(options = {}) {
      // What runs may be given back before the drain: as many of it have gone as the others do not account for.
      const running = await standing(queue, 'active');
      const ids = await standing(queue, 'waiting');
      if (options.delayed === true) ids.push(...(await standing(queue, 'delayed')));
      const drained = await queue.drain(options);
      let left = drained;
      for (const id of new Set([...ids, ...running])) {
        if (left === 0) break;
        if (log.hasEnded(id) || (await queue.inspect(id)) !== undefined) continue;
        log.settled(id, 'cancelled');
        left -= 1;
      }
      return drained;
    },
    dead: {
      list: (options) => dead.list(options),
      drop: (which) => dead.drop(which),
      redrive: async (which, options) => {
        const ids = 'ids' in which ? which.ids : await allDead(dead, which);
        // One may start before the redrive is answered, so it is seen at once; what was not redriven is taken back.
        for (const id of ids) log.settled(id, 'redrive');
        const report = await dead.redrive(which, options);
        for (const id of report.missing) log.settled(id, 'dead');
        return report;
      },
    },
  };
}

async function standing(queue: Queue<AnyJobs>, state: 'waiting' | 'delayed' | 'active'): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await queue.list({ state, limit: 1000, ...(cursor === undefined ? {} : { cursor }) });
    ids.push(...page.jobs.map(({ id }) => id));
    cursor = page.cursor;
  } while (cursor !== undefined);
  return ids;
}

interface DeadFilter {
  readonly reason?: DeadReason | undefined;
  readonly type?: string | undefined;
  readonly max?: number | undefined;
}

async function allDead(
  dead: Queue<AnyJobs>['dead'],
  { reason, type, max = Number.POSITIVE_INFINITY }: DeadFilter,
): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await dead.list({ reason, type, limit: 1000, cursor });
    ids.push(...page.jobs.map(({ id }) => id));
    cursor = page.cursor;
  } while (cursor !== undefined);
  // The oldest go first, and the list begins with the newest.
  return ids.reverse().slice(0, max);
}
