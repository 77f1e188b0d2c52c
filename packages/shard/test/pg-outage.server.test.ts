import { eventually, startPostgres } from '@xc/test-support';
import { expect, test } from 'vitest';
import { createTopology } from '../src/index.ts';
import { Movers, Users } from './pg-crew.ts';
import type { MoverEnd } from './pg-mover.ts';
import { joinPg, leftovers, owned, type PgParty, partitioner, prepared } from './pg-world.ts';

const KEYS = 1_500;
const FOR_EVER = Number.POSITIVE_INFINITY;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test('both servers of a move are killed in the middle of a copy, and it is gone on with', {
  timeout: 120_000,
}, async () => {
  await using near = await startPostgres();
  await using far = await startPostgres();
  await using book = await startPostgres();
  // Topology and journal live through it.
  const addresses = { book: book.url, a: near.url, b: far.url };
  await using party = joinPg(addresses);
  await prepared(party);
  const shards = [{ id: 'book', weight: 0 }, { id: 'a' }, { id: 'b' }];
  await party.store.cas(createTopology({ partitioner, shards, owners: owned(['a']) }), 0);
  await using movers = new Movers(addresses);
  await using users = await Users.begin(addresses, 7, KEYS);
  await filled(party, 'a');
  await using mover = await movers.take();
  await mover.send({ jobId: 'j', command: 'run', entries: FOR_EVER });
  await eventually('rows are being copied', async () => (await rowsOf(party, 'b')) > 20);
  await far.kill();
  await pause(100);
  await far.restart();
  await pause(300);
  await near.kill();
  await near.restart();
  let end = (await mover.next()) as MoverEnd;
  for (let tries = 0; tries < 5 && (end.errors.length > 0 || end.phases.includes('failed')); tries += 1) {
    end = await movers.finished({ jobId: 'j', command: 'resume', entries: FOR_EVER });
  }
  expect([new Set(end.phases), end.errors]).toEqual([new Set(['reversible']), []]);
  const done = await movers.finished({ jobId: 'j', command: 'finish', entries: FOR_EVER });
  expect(new Set(done.phases)).toEqual(new Set(['done']));
  const history = await users.check(party);
  expect(history.counts.acknowledged).toBeGreaterThan(300);
  for (const pool of Object.values(party.pools)) expect(await leftovers(pool)).toEqual([]);
});

test('a mover that was stopped wakes after another has switched, and changes nothing; so does a writer', {
  timeout: 120_000,
}, async () => {
  await using server = await startPostgres({ databases: 2 });
  const addresses = { a: server.urls[0] as string, b: server.urls[1] as string };
  await using party = joinPg(addresses);
  await prepared(party);
  const shards = [{ id: 'a' }, { id: 'b' }];
  await party.store.cas(createTopology({ partitioner, shards, owners: owned(['a']) }), 0);
  await using movers = new Movers(addresses);
  await using users = await Users.begin(addresses, 11, KEYS);
  await filled(party, 'a');
  const wake = await users.pauseOne();
  await using first = await movers.take();
  await first.send({ jobId: 'j', command: 'run', entries: FOR_EVER });
  await eventually('rows are being copied', async () => (await rowsOf(party, 'b')) > 20);
  await first.pause();
  const end = await movers.finished({ jobId: 'j', command: 'resume', entries: FOR_EVER });
  expect([new Set(end.phases), end.errors]).toEqual([new Set(['reversible']), []]);
  await wake();
  await pause(300);
  await first.resume();
  const late = (await first.next()) as MoverEnd;
  expect(late.errors.join()).toMatch(/superseded|somebody else writes it/);
  await pause(300);
  const done = await movers.finished({ jobId: 'j', command: 'finish', entries: FOR_EVER });
  expect([new Set(done.phases), done.errors]).toEqual([new Set(['done']), []]);
  const history = await users.check(party);
  expect(history.counts.acknowledged).toBeGreaterThan(300);
});

async function filled(party: PgParty, shard: string): Promise<void> {
  await eventually('users have begun', async () => (await rowsOf(party, shard)) > 300, { deadlineMs: 30_000 });
}

async function rowsOf({ pools }: PgParty, shard: string): Promise<number> {
  const found = await pools[shard]?.query<{ n: number }>('select count(*)::int as n from item');
  return found?.rows[0]?.n ?? 0;
}
