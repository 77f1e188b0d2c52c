import { type JournalEntry, planRebalance } from '../src/index.ts';
import { type Addresses, joinRedis } from './redis-world.ts';

/** What a mover is told to do, and at which entry of its journal it dies; Infinity: at none. */
export interface Order {
  readonly jobId: string;
  readonly command: 'run' | 'resume' | 'reverse';
  readonly entries: number;
}

/** How an order ended. */
export interface Done {
  readonly phases: readonly string[];
  readonly errors: readonly string[];
}

/** A mover in a process of its own: says that it is there, waits for an order, and may die at any moment of it. */
const addresses = JSON.parse(process.argv[2] as string) as Addresses;
const party = joinRedis(addresses);

process.on('message', async ({ jobId, command, entries }: Order) => {
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
  const report = await (command === 'run' ? mover.run(planRebalance(topology), { jobId }) : mover[command](jobId));
  const done: Done = {
    phases: report.moves.map(({ phase }) => phase),
    errors: report.moves.flatMap(({ error }) => (error === undefined ? [] : [String(error)])),
  };
  process.send?.(done);
});

process.send?.('ready');
