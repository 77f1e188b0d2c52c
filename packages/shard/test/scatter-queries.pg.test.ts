import { SeededRandom } from '@xc/core/testing';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import {
  createRouter,
  createTopology,
  hashPartitions,
  type Merge,
  memoryTopologyStore,
  mergeGroups,
  mergeOrdered,
  mergeTotals,
  type Router,
  shardLimit,
} from '../src/index.ts';
import { type PgShard, pgConnect } from '../src/pg/index.ts';
import { type PgDatabases, pgDatabases } from './pg-databases.ts';

const ROWS = 2_000;
const QUERIES = 1_000;
const partitioner = hashPartitions({ partitions: 64 });

interface City {
  readonly id: string;
  readonly country: string;
  readonly people: number | null;
}

let db: PgDatabases;
let router: Router<PgShard>;
beforeAll(async () => {
  db = await pgDatabases(inject('postgres'));
  await db.everywhere('create table city (id text primary key, country text, people bigint, xc_partition int)');
  await db.rows('a', 'create table whole (id text primary key, country text, people bigint)');
  const shards = Object.keys(db.shards).map((id) => ({ id }));
  const topology = createTopology({ partitioner, shards });
  const random = new SeededRandom(7);
  const rows = Array.from({ length: ROWS }, (_, index): City => {
    const isKnown = random.next() > 0.05;
    // Few different sizes: ties have to be in the same order everywhere.
    const people = isKnown ? Math.floor(random.next() * 300) * 1_000 : null;
    return { id: `city-${index}`, country: `land-${Math.floor(random.next() ** 3 * 40)}`, people };
  });
  const of = (row: City) => topology.owners[partitioner.of(row.id)] as string;
  const columns = (all: readonly City[]) => [
    all.map(({ id }) => id),
    all.map((c) => c.country),
    all.map((c) => c.people),
  ];
  const unnested = 'select * from unnest($1::text[], $2::text[], $3::bigint[])';
  await db.rows('a', `insert into whole ${unnested}`, columns(rows));
  for (const { id } of shards) {
    const own = rows.filter((row) => of(row) === id);
    await db.rows(id, `insert into city (id, country, people) ${unnested}`, columns(own));
  }
  router = await createRouter({
    partitioner,
    store: memoryTopologyStore(topology),
    connect: pgConnect(db.shards),
    allowScatter: true,
  });
});
afterAll(async () => {
  await router[Symbol.asyncDispose]();
  await db[Symbol.asyncDispose]();
});

/** One question, as it is asked of the whole and of the parts. */
interface Question {
  /** Of one big table. */
  readonly whole: string;
  /** Of each part of it. */
  readonly part: string;
  readonly merge: Merge<never, unknown>;
  /** Of the whole answer, what the merge is to give. */
  readonly shaped: (rows: readonly Record<string, unknown>[]) => unknown;
  /** Of the answer of a part, what the merge takes. */
  readonly given: (rows: readonly Record<string, unknown>[]) => unknown;
}

const same = (rows: readonly Record<string, unknown>[]): unknown => rows;
const byPeople = (a: City, b: City) =>
  Number(b.people ?? -1) - Number(a.people ?? -1) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

function question(random: SeededRandom): Question {
  const upTo = (most: number) => Math.floor(random.next() * (most + 1));
  const where = [
    'true',
    `people > ${upTo(300_000)}`,
    `country = 'land-${upTo(40)}'`,
    'people is null',
    `id like 'city-${upTo(9)}%'`,
    'false',
  ][upTo(5)];
  const kind = upTo(3);
  if (kind === 0) {
    const page = { offset: upTo(30), limit: upTo(50) };
    const ordered = (table: string, { offset, limit }: { readonly offset: number; readonly limit: number }) =>
      `select id, country, people from ${table} where ${where} order by people desc nulls last, id collate "C" offset ${offset} limit ${limit}`;
    return {
      whole: ordered('whole', page),
      part: ordered('city', shardLimit(page)),
      merge: mergeOrdered<City>({ compare: byPeople, ...page }) as never,
      shaped: same,
      given: same,
    };
  }
  if (kind === 1) {
    const limit = upTo(20);
    interface Land {
      readonly country: string;
      readonly cities: number;
    }
    const groups = (table: string) =>
      `select country, count(*)::int as cities from ${table} where ${where} group by country`;
    return {
      whole: `${groups('whole')} order by cities desc, country collate "C" limit ${limit}`,
      part: groups('city'),
      merge: mergeGroups<Land, string>({
        by: ({ country }) => country,
        combine: (a, b) => ({ country: a.country, cities: a.cities + b.cities }),
        compare: (a, b) => b.cities - a.cities || (a.country < b.country ? -1 : 1),
        limit,
      }) as never,
      shaped: same,
      given: same,
    };
  }
  if (kind === 2) {
    const totals = (table: string) =>
      `select sum(people) as total, count(people) as known, count(*) as cities, min(people) as least, max(people) as most from ${table} where ${where}`;
    return {
      whole: `select t.*, case when t.known > 0 then t.total / t.known end as mean from (${totals('whole')}) t`,
      part: totals('city'),
      merge: mergeTotals({
        total: 'sum',
        known: 'count',
        cities: 'count',
        least: 'min',
        most: 'max',
        mean: { avg: ['total', 'known'] },
      }) as never,
      shaped: ([row]) => numbers(row),
      given: ([row]) => numbers(row),
    };
  }
  return {
    whole: `select country from whole where ${where} group by country order by country collate "C"`,
    part: `select country from city where ${where} group by country order by country collate "C"`,
    merge: mergeOrdered<City>({
      compare: (a, b) => (a.country < b.country ? -1 : a.country > b.country ? 1 : 0),
      distinctBy: ({ country }) => country,
    }) as never,
    shaped: same,
    given: same,
  };
}

/** Numbers as numbers, and nothing for NULL. */
function numbers(row: Record<string, unknown> = {}): Record<string, number> {
  const known = Object.entries(row).filter(([, value]) => value !== null);
  return Object.fromEntries(known.map(([name, value]) => [name, Number(value)]));
}

test('a thousand random questions to four databases have the answers of one', async () => {
  const seed = Number(process.env.XC_SEED ?? 2026);
  const random = new SeededRandom(seed);
  let answered = 0;
  for (let asked = 0; asked < QUERIES; asked += 1) {
    const { whole, part, merge, shaped, given } = question(random);
    const [expected, { value, missing }] = await Promise.all([
      db.rows('a', whole),
      router.scatter(async (shard) => given((await shard.query(part)).rows) as never, { merge }),
    ]);
    expect(missing).toEqual([]);
    const got = whole.includes('as mean') ? value : rowsOf(value);
    expect(got, `seed ${seed}, question ${asked}: ${whole}`).toEqual(shaped(expected));
    if (expected.length > 0) answered += 1;
  }
  expect(answered).toBeGreaterThan(QUERIES / 2);
});

function rowsOf(value: unknown): unknown {
  return (value as readonly object[]).map((row) => ({ ...row }));
}
