import { Cluster, Redis } from 'ioredis';
import type { LimitOp } from '../../src/index.ts';
import { redisStore } from '../../src/redis/index.ts';

/** What a racer is told: where, how many clients, what each of them takes and how often. */
export interface Race {
  readonly port: number;
  readonly cluster: boolean;
  readonly clients: number;
  readonly takes: number;
  readonly ops: readonly LimitOp[];
}

const DEADLINE_MS = 60_000;

// A process full of clients that all want the same thing at once.
process.on('message', async (race: Race) => {
  const clients = Array.from({ length: race.clients }, () =>
    race.cluster ? new Cluster([{ host: '127.0.0.1', port: race.port }]) : new Redis(race.port),
  );
  const allowed = await Promise.all(clients.map((client, index) => run(client, race, `${process.pid}-${index}`)));
  for (const client of clients) client.disconnect();
  process.send?.(allowed.reduce((sum, one) => sum + one, 0));
});

async function run(client: Redis | Cluster, { takes, ops }: Race, name: string): Promise<number> {
  const store = redisStore(client);
  const holds = ops.some(({ rule }) => rule.algorithm === 'concurrency');
  let allowed = 0;
  for (let index = 0; index < takes; index += 1) {
    const lease = holds ? { lease: { id: `${name}-${index}` } } : {};
    const reply = await store.apply({ kind: 'take', ops, ...lease }, { deadlineMs: DEADLINE_MS });
    if (reply.allowed) allowed += 1;
  }
  return allowed;
}
