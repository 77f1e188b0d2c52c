import { XcError } from '@xc/core';
import { isBeforeSwitch } from '../phases/run-move.ts';
import type { Job } from './job.ts';
import type { MoveRecord } from './move-record.ts';
import type { MoveWork, Next } from './move-work.ts';
import type { Command } from './take-job.ts';

/** A move to work on, and what to begin with, where that is not what its journal says. */
export interface Task {
  readonly work: MoveWork;
  readonly from: string;
  readonly to: string;
  readonly first?: Next;
}

/** Which moves a command is about, and what it does with them; all others stay as they are. */
export async function tasksOf(
  job: Job,
  by: Command,
  works: readonly MoveWork[],
  force: boolean,
): Promise<readonly Task[]> {
  const { owners } = await job.desk.load();
  const tasks: Task[] = [];
  for (const work of works) {
    const { record } = work;
    // The mover before has died around the switch, and the switch was made.
    if (!record.isBack && isBeforeSwitch(record.goOnAt) && owners[record.partition] === record.to) {
      await work.enter({ phase: 'reversible' });
    }
    const first = beginning(work.record, by, () => isDue(job, work.record, force));
    if (first === 'leave') continue;
    const { from, to } = record;
    tasks.push({ work, from, to, ...(first === 'go-on' ? {} : { first }) });
  }
  return tasks;
}

function beginning(record: MoveRecord, by: Command, due: () => boolean): Next | 'go-on' | 'leave' {
  const { goOnAt, isBack, ending } = record;
  const isSwitched = goOnAt === 'reversible';
  switch (by) {
    case 'run':
    case 'resume':
      return 'go-on';
    case 'abort':
      if (ending === 'aborted') return 'go-on';
      return isSwitched || isBack || ending !== undefined
        ? 'leave'
        : { phase: 'cleanup', step: 'abort', facts: { ending: 'aborted' } };
    case 'reverse':
      if (isBack) return 'go-on';
      return isSwitched ? { phase: 'catch-up', step: 'reverse', facts: { isBack: true } } : 'leave';
    case 'finish':
      if (ending !== undefined) return 'go-on';
      return isSwitched && due() ? { phase: 'cleanup', step: 'finish', facts: { ending: 'done' } } : 'leave';
  }
}

function isDue({ options }: Job, { switchedAt = 0 }: MoveRecord, force: boolean): boolean {
  return force || options.clock.now() >= switchedAt + options.keepSourceMs;
}

/** @throws XcError `XC_SHARD_NOT_REVERSIBLE` when rows of the source may be gone. */
export function checkReversible(jobId: string, records: readonly MoveRecord[]): void {
  const gone = records.filter(({ ending }) => ending === 'done').map(({ partition }) => partition);
  if (gone.length === 0) return;
  throw new XcError(
    'XC_SHARD_NOT_REVERSIBLE',
    `job ${jobId} cannot be reversed: the sources of ${gone.length} of its moves are being cleaned up`,
    { details: { jobId, partitions: gone } },
  );
}
