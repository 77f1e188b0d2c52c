import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createTopology, memoryJournal, memoryTopologyStore, planRebalance, type Topology } from '../src/index.ts';
import { redisAdapter, redisConnect } from '../src/redis/index.ts';
import { type CrashPoint, crashAfter, crashPoint, historyChecker } from '../src/testing/index.ts';
import {
  everyRow,
  joinRedis,
  leftovers,
  owned,
  partitioner,
  type RedisParty,
  type RedisServers,
  startShards,
} from './redis-world.ts';

const { signal } = new AbortController();

let servers: RedisServers;
let party: RedisParty;
beforeAll(async () => {
  servers = await startShards(['a', 'b', 'c']);
  party = joinRedis(servers.addresses);
});
beforeEach(async () => {
  for (const client of [...Object.values(party.shards), party.book]) await client.flushall();
  const shards = ['a', 'b', 'c'].map((id) => ({ id }));
  await party.store.cas(createTopology({ partitioner, shards, owners: owned(['a', 'b']) }), 0);
});
afterAll(async () => {
  await party[Symbol.asyncDispose]();
  await servers[Symbol.asyncDispose]();
});

const scansOf = async (shard: string): Promise<number> => {
  const stats = await party.client(shard).info('commandstats');
  return Number(/cmdstat_scan:calls=(\d+)/.exec(stats)?.[1] ?? 0);
};

test('one pass over a server serves all moves of a job, whenever their turn comes', async () => {
  await using router = await party.router();
  await using mover = party.rebalancer({ keepSourceMs: 0, verify: { buckets: 4 } });
  const history = historyChecker();
  const put = (key: string, value: string) =>
    history.write(key, value, () => router.write(key, (redis) => redis.call('SET', key, value)));
  for (let n = 0; n < 3_000; n += 1) await put(`key-${n}`, 'first');
  const plan = planRebalance(router.topology, { drain: ['a'] });
  const moving = plan.moves.filter(({ from }) => from === 'a').length;
  expect(moving).toBe(8);
  await party.client('a').config('RESETSTAT');
  await redisAdapter({ shards: party.shards, partitioner }).inspect?.('a', signal);
  const pages = await scansOf('a');
  expect(pages).toBeGreaterThan(2);

  let isOver = false;
  const writer = (async () => {
    for (let n = 0; !isOver; n += 1) await put(`key-${n % 4_000}`, `later ${n}`);
  })();
  await party.client('a').config('RESETSTAT');
  const report = await mover.run(plan, { jobId: 'shared' });
  isOver = true;
  await writer;
  expect(report.moves.map(({ phase, error }) => [phase, error])).toEqual(plan.moves.map(() => ['done', undefined]));
  history.check({ rows: await everyRow(party.shards), ownerOf: (key) => router.locate(key).shard });
  // One to copy and compare them all, and one to purge each.
  expect(await scansOf('a')).toBeLessThanOrEqual((1 + moving) * pages);
  for (const client of Object.values(party.shards)) expect(await leftovers(client)).toEqual([]);
});

/** Keys of one partition. */
const keysIn = (partition: number, count: number): readonly string[] => {
  const keys: string[] = [];
  for (let n = 0; keys.length < count; n += 1) if (partitioner.of(`key-${n}`) === partition) keys.push(`key-${n}`);
  return keys;
};

/** The adapter of one mover, and a user of shard a. */
const atWork = () => {
  const data = redisAdapter({ shards: party.shards, partitioner });
  const place = (partition: number) => ({ shard: 'a', partition, moveId: `job.${partition}`, mover: 1 });
  const set = (partition: number, key: string) =>
    redisConnect(party.shards)({ id: 'a' }, { partitions: [partition], term: 1, signal, replica: undefined }).call(
      'SET',
      key,
      key,
    );
  const scanned = async (partition: number): Promise<readonly string[]> => {
    const { rows } = await data.scan(place(partition), undefined, 10_000, signal);
    return rows.map(({ key }) => key);
  };
  return { data, place, set, scanned };
};

test('what is written before the turn of a partition has come is copied all the same', async () => {
  const { data, place, set, scanned } = atWork();
  const [first, second, third] = keysIn(1, 3) as [string, string, string];
  await set(1, first);
  data.expect?.([place(0), place(1)]);
  await data.startCapture(place(0), signal);
  await scanned(0);
  await set(1, second);
  await data.startCapture(place(1), signal);
  await set(1, third);
  await party.client('a').config('RESETSTAT');
  const copied = await scanned(1);
  const { keys } = await data.changes(place(1), 10, signal);
  expect([...new Set([...copied, ...keys])].sort()).toEqual([first, second, third].sort());
  expect(await scansOf('a')).toBe(0);
});

test('a mover that dies leaves no capture behind of a partition whose turn had not come', async () => {
  const { data, place, set, scanned } = atWork();
  data.expect?.([place(0), place(1)]);
  await data.startCapture(place(0), signal);
  await scanned(0);
  await set(1, keysIn(1, 1)[0] as string);
  const guard = await party.client('a').hget('xc:shard:guard', '1:capture');
  const marks = 'xc:shard:marks:job.1';
  const left = await party.client('a').pttl(marks);
  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThanOrEqual(120_000);
  expect((await data.inspect?.('a', signal))?.map(({ partition, captures }) => [partition, captures])).toEqual([
    [0, ['job.0']],
    [1, []],
  ]);
  // Its time is over.
  await party.client('a').hset('xc:shard:guard', '1:capture', (guard as string).replace(/ \d+\n$/, ' 1\n'));
  await party.client('a').del(marks);
  await set(1, keysIn(1, 1)[0] as string);
  expect(await party.client('a').exists(marks)).toBe(0);
  expect(await party.client('a').hget('xc:shard:guard', '1:capture')).toBeNull();
  // Whoever captures now begins anew, and looks for the keys once more.
  await data.startCapture(place(1), signal);
  expect(await scanned(1)).toEqual(keysIn(1, 1));
});

test('too many marks before its turn, and a partition looks for its keys itself', async () => {
  const { data, place, scanned } = atWork();
  data.expect?.([place(0), place(1)]);
  await data.startCapture(place(0), signal);
  await scanned(0);
  const keys = keysIn(1, 5_001);
  const write = redisConnect(party.shards)({ id: 'a' }, { partitions: [1], term: 1, signal, replica: undefined });
  await Promise.all(keys.map((key) => write.call('SET', key, 'x')));
  expect(await party.client('a').exists('xc:shard:marks:job.1')).toBe(0);
  await data.startCapture(place(1), signal);
  expect(await scanned(1)).toEqual([...keys].sort());
});

test('a cursor goes on in another process, whatever was there before it', async () => {
  const keys = keysIn(1, 40).slice().sort();
  const { set } = atWork();
  for (const key of keys) await set(1, key);
  const seen: string[] = [];
  for (let after: string | undefined; ; ) {
    const { data, place } = atWork();
    const { rows, next } = await data.scan(place(1), after, 7, signal);
    seen.push(...rows.map(({ key }) => key));
    if (next === undefined) break;
    after = next;
  }
  expect(seen).toEqual(keys);
});

test('tells what a shard keeps, by partition', async () => {
  const { data, place, set } = atWork();
  for (const key of keysIn(2, 3)) await set(2, key);
  await data.fence(place(5), 7, signal);
  await data.startCapture(place(5), signal);
  expect(await data.inspect?.('a', signal)).toEqual([
    { partition: 2, rows: 3, minTerm: 0, captures: [] },
    { partition: 5, rows: 0, minTerm: 7, captures: ['job.5'] },
  ]);
  expect(await data.count?.(place(2), signal)).toBe(3);
});

test('a partition of another job is none of this one: each captures for itself', async () => {
  const { data, place, set } = atWork();
  const [mine, theirs] = [place(1), { ...place(1), moveId: 'other.1' }];
  await data.startCapture(mine, signal);
  await data.startCapture(theirs, signal);
  await set(1, keysIn(1, 1)[0] as string);
  await data.stopCapture(mine, signal);
  expect(await data.changes(mine, 10, signal)).toEqual({ keys: [], ack: undefined });
  expect((await data.changes(theirs, 10, signal)).keys).toEqual(keysIn(1, 1));
  await expect(data.startCapture({ ...mine, moveId: 'a b' }, signal)).rejects.toThrow(TypeError);
});

test('what was left behind is found, and mended where it can be proven', async () => {
  await using router = await party.router();
  await using mover = party.rebalancer();
  const [key, other, lone] = keysIn(0, 3) as [string, string, string];
  await router.write(key, (redis) => redis.call('HSET', key, 'a', '1', 'b', '2'));
  await router.write(other, (redis) => redis.call('SET', other, 'owned'));
  await party.client('c').hset(key, 'b', '2', 'a', '1');
  await party.client('c').mset(other, 'left', lone, 'nobody has it');
  const { data, place } = atWork();
  await data.startCapture(place(2), signal);
  await data.fence(place(4), 9, signal);
  await data.claim({ ...place(0), shard: 'c' }, signal);
  const { findings, apply } = await mover.repair();
  expect(findings.map(({ kind, shard, partition }) => [kind, shard, partition]).sort()).toEqual([
    ['capture-left-on', 'a', 2],
    ['different-rows', 'c', 0],
    ['missing-rows', 'c', 0],
    ['orphan-rows', 'c', 0],
    ['stuck-fence', 'a', 4],
  ]);
  await apply();
  expect((await mover.repair()).findings.map(({ kind }) => kind)).toEqual(['different-rows', 'missing-rows']);
  expect(await party.client('c').mget(key, other, lone)).toEqual([null, 'left', 'nobody has it']);
  await router.refresh();
  expect(router.topology.terms[4]).toBe(9);
});

test('a mover may die at any of its calls, those that nobody waits for too, and another goes on', async () => {
  const keys = keysIn(0, 3);
  const shards = ['a', 'b', 'c'].map((id) => ({ id }));
  const scene = async (point: CrashPoint) => {
    for (const client of Object.values(party.shards)) await client.flushall();
    for (const key of keys) await party.client('a').set(key, key);
    const store = memoryTopologyStore(createTopology({ partitioner, shards, owners: owned(['a']) }));
    const journal = memoryJournal();
    const adapter = redisAdapter({ shards: party.shards, partitioner });
    const options = { retry: { attempts: 1 }, verify: { buckets: 4 } };
    await using dying = party.rebalancer({
      ...options,
      store: crashAfter(store, point),
      journal: crashAfter(journal, point),
      adapter: crashAfter(adapter, point),
    });
    const { epoch } = (await store.load()) as Topology;
    const balance = { utilisation: {}, maxOverMean: 1, minOverMean: 1 };
    const move = { partition: 0, from: 'a', to: 'c', cost: 1, why: 'balance' } as const;
    const plan = { epoch, moves: [move], before: balance, after: balance, lowerBoundMoves: 1, notes: [] };
    const outcome = await dying.run(plan, { jobId: 'job' }).catch((error: unknown) => error);
    if (!point.isCrashed) return;
    expect(outcome, point.calls.at(-1)).toMatchObject({ code: 'XC_SHARD_CRASHED' });
    await using next = party.rebalancer({ ...options, store, journal, adapter, keepSourceMs: 0 });
    if ((await journal.jobs()).length === 0) return;
    expect(await next.resume('job'), point.calls.at(-1)).toMatchObject({ ok: true });
    const { owners } = (await store.load()) as Topology;
    const rows = keys.map((key) => ({ shard: owners[0], key, value: key }));
    expect(await everyRow(party.shards)).toEqual(expect.arrayContaining(rows));
    expect(await everyRow(party.shards)).toHaveLength(rows.length);
  };
  const counted = crashPoint();
  await scene(counted);
  const unawaited = counted.calls.indexOf('expect');
  expect(unawaited).toBeGreaterThan(0);
  for (const effect of ['lost', 'done'] as const) await scene(crashPoint(unawaited, effect));
  const step = process.env.XC_LONG === '1' ? 1 : 7;
  for (let after = 0; after < counted.calls.length; after += step) {
    await scene(crashPoint(after, after % 2 === 0 ? 'lost' : 'done'));
  }
});
