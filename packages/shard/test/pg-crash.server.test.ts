import { SeededRandom } from '@xc/core/testing';
import { eventually, startPostgres } from '@xc/test-support';
import { runSeed } from '@xc/test-support/run-seed';
import { expect, test } from 'vitest';
import { createTopology } from '../src/index.ts';
import { Movers, Users } from './pg-crew.ts';
import type { MoverOrder } from './pg-mover.ts';
import { joinPg, leftovers, owned, partitioner, prepared } from './pg-world.ts';

const KEYS = 800;
const KILLS = process.env.XC_LONG === '1' ? 80 : 8;
const JOB = 'grow';
const settings = { autovacuum: 'off' };

const seedOf = () => runSeed(9_211);

test('movers are killed at random moments and at entries of their journal while processes write', {
  timeout: 600_000,
}, async () => {
  const seed = seedOf();
  const random = new SeededRandom(seed);
  await using server = await startPostgres({ databases: 4, settings });
  const addresses = Object.fromEntries(server.urls.map((url, index) => [String.fromCharCode(97 + index), url]));
  await using party = joinPg(addresses);
  await prepared(party);
  const shards = Object.keys(addresses).map((id) => ({ id }));
  await party.store.cas(createTopology({ partitioner, shards, owners: owned(['a', 'b', 'c']) }), 0);
  await using movers = new Movers(addresses);
  await using users = await Users.begin(addresses, seed, KEYS);
  try {
    await eventually('users have begun', async () => (await rowsOf(party)) > 300, { deadlineMs: 30_000 });
    let command: MoverOrder['command'] = 'run';
    let kills = 0;
    for (; kills < KILLS; kills += 1) {
      // Each entry in turn, and moments between them.
      // The first ones die so early that none of them is through.
      const isAtEntry = kills % 2 === 0 || kills < 3;
      const entries = isAtEntry ? 1 + Math.floor(kills / 2 + random.next() * 3) : Number.POSITIVE_INFINITY;
      const afterMs = isAtEntry ? 5_000 : 20 + random.next() * 250;
      if (await movers.killed({ jobId: JOB, command, entries }, afterMs)) break;
      command = (await party.journal.jobs()).includes(JOB) ? 'resume' : 'run';
    }
    expect(kills).toBeGreaterThan(2);
    const { phases, errors } = await movers.finished({ jobId: JOB, command, entries: Number.POSITIVE_INFINITY });
    expect([new Set(phases), errors]).toEqual([new Set(['reversible']), []]);
    await movers.killed({ jobId: JOB, command: 'reverse', entries: 3 }, 5_000);
    const back = await movers.finished({ jobId: JOB, command: 'reverse', entries: Number.POSITIVE_INFINITY });
    expect([new Set(back.phases), back.errors]).toEqual([new Set(['reversed']), []]);
    const again = await movers.finished({ jobId: 'again', command: 'run', entries: Number.POSITIVE_INFINITY });
    expect([new Set(again.phases), again.errors]).toEqual([new Set(['reversible']), []]);
    const done = await movers.finished({ jobId: 'again', command: 'finish', entries: Number.POSITIVE_INFINITY });
    expect([new Set(done.phases), done.errors]).toEqual([new Set(['done']), []]);
    const history = await users.check(party);
    expect(history.counts.acknowledged).toBeGreaterThan(1_000);
    for (const pool of Object.values(party.pools)) expect(await leftovers(pool)).toEqual([]);
  } catch (error) {
    throw new Error(`seed ${seed}`, { cause: error });
  }
});

async function rowsOf({ pools }: { readonly pools: ReturnType<typeof joinPg>['pools'] }): Promise<number> {
  let count = 0;
  for (const pool of Object.values(pools)) {
    count += (await pool.query<{ n: number }>('select count(*)::int as n from item')).rows[0]?.n ?? 0;
  }
  return count;
}
