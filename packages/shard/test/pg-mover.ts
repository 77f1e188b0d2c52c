import { type JournalEntry, planRebalance } from '../src/index.ts';
import { joinPg, type PgAddresses } from './pg-world.ts';

/** What a mover is told to do, and at which entry of its journal it dies; Infinity: at none. */
export interface MoverOrder {
  readonly jobId: string;
  readonly command: 'run' | 'resume' | 'reverse' | 'finish';
  readonly entries: number;
}

/** How an order ended. */
export interface MoverEnd {
  readonly phases: readonly string[];
  readonly errors: readonly string[];
  readonly fencedMs: readonly number[];
}

/** A mover in a process of its own: says that it is there, waits for an order, and may die at any moment of it. */
const party = joinPg(JSON.parse(process.argv[2] as string) as PgAddresses);

async function obey({ jobId, command, entries }: MoverOrder): Promise<MoverEnd> {
  let left = entries;
  const die = (): void => {
    left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
  };
  const journal = {
    ...party.journal,
    async append(entry: JournalEntry): Promise<void> {
      // Even ones before they are written, odd ones after.
      if (entries % 2 === 0) die();
      await party.journal.append(entry);
      if (entries % 2 === 1) die();
    },
  };
  const mover = party.rebalancer({ journal, batchRows: 20, throttle: () => 1, total: 2 });
  const topology = await party.store.load();
  if (topology === undefined) throw new Error('there is no topology');
  const report = await {
    run: () => mover.run(planRebalance(topology), { jobId }),
    resume: () => mover.resume(jobId),
    reverse: () => mover.reverse(jobId),
    finish: () => mover.finish(jobId, { force: true }),
  }[command]();
  return {
    phases: report.moves.map(({ phase }) => phase),
    errors: report.moves.flatMap(({ error }) => (error === undefined ? [] : [String(error)])),
    fencedMs: report.moves.map(({ fencedMs }) => fencedMs),
  };
}

process.on('message', (order: MoverOrder) => {
  obey(order).then(
    (end) => process.send?.(end),
    (error) => process.send?.({ phases: [], errors: [String(error)], fencedMs: [] } satisfies MoverEnd),
  );
});

process.send?.('ready');
