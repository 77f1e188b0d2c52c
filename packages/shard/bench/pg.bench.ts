import pg from 'pg';
import type { Bench, Case } from '../../../bench/case.ts';
import { median } from '../../../bench/interleave.ts';
import { settings } from '../../../bench/settings.ts';
import {
  createRebalancer,
  createRouter,
  createTopology,
  hashPartitions,
  memoryJournal,
  memoryTopologyStore,
  planRebalance,
  type Router,
} from '../src/index.ts';
import { type PgShard, pgAdapter, pgConnect } from '../src/pg/index.ts';
import { startBenchPostgres } from './bench-postgres.ts';

const WRITERS = 4;
const ROWS = settings.quick ? 20_000 : 200_000;
const WRITES_PER_SECOND = 500;
const partitioner = hashPartitions({ partitions: 16 });
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** What moving partitions of PostgreSQL costs those who write: by the trigger all the time, and while one is moved. */
const bench: Bench = {
  name: 'pg',
  async run(): Promise<readonly Case[]> {
    const cases: Case[] = [];
    // Of a server that keeps what it says; and without waiting for the disk, where nothing is left but the trigger itself.
    cases.push(...(await on({ fsync: 'on', full_page_writes: 'on' }, (pools) => trigger(pools, ''))));
    cases.push(...(await on({}, (pools) => trigger(pools, ', without fsync'))));
    cases.push(...(await on({}, move)));
    return cases;
  },
};

async function on(
  server: Readonly<Record<string, string>>,
  work: (pools: Pools) => Promise<readonly Case[]>,
): Promise<readonly Case[]> {
  await using postgres = await startBenchPostgres(server);
  const pools = Object.fromEntries(
    postgres.urls.map((connectionString, index) => [String(index), new pg.Pool({ connectionString, max: 12 })]),
  );
  const cases = await work(pools);
  for (const pool of Object.values(pools)) await pool.end();
  return cases;
}

export default bench;

type Pools = Readonly<Record<string, pg.Pool>>;

/** Single rows, each by itself, by a few writers: beside a table that has no trigger. */
async function trigger(pools: Pools, how: string): Promise<readonly Case[]> {
  const pool = pools[0] as pg.Pool;
  const names = ['plain', 'idle', 'captured'] as const;
  for (const name of names) {
    await pool.query(`create table ${name} (id text primary key, xc_partition int not null, value text)`);
  }
  const adapterOf = (name: string) =>
    pgAdapter({
      shards: { one: pool },
      tables: [{ name, key: 'id', partition: 'xc_partition' }],
      partitions: 64,
      schema: `xc_${name}`,
    });
  for (const name of ['idle', 'captured']) await adapterOf(name).install();
  const { signal } = new AbortController();
  for (let partition = 0; partition < 64; partition += 1) {
    await adapterOf('captured').startCapture({ shard: 'one', partition, moveId: 'm', mover: 1 }, signal);
  }
  const rates = { plain: [] as number[], idle: [] as number[], captured: [] as number[] };
  let last = 0;
  const rounds = settings.quick ? 5 : 20;
  for (let round = -2; round < rounds; round += 1) {
    for (const name of names) {
      const since = performance.now();
      const until = since + (settings.quick ? 100 : 250);
      let count = 0;
      const writer = async (): Promise<void> => {
        const client = await pool.connect();
        while (performance.now() < until) {
          last += 1;
          count += 1;
          // As an application would: the plan of a statement is made once for each connection.
          const values = [`customer:${last}`, last % 64, 'a value of some length, as rows have it'];
          await client.query({ name: `insert ${name}`, text: `insert into ${name} values ($1, $2, $3)`, values });
        }
        client.release();
      };
      await Promise.all(Array.from({ length: WRITERS }, writer));
      if (round >= 0) rates[name].push((count * 1_000) / (performance.now() - since));
    }
  }
  const share = (name: 'idle' | 'captured') =>
    median(rates[name].map((rate, round) => rate / (rates.plain[round] as number)));
  return [
    {
      name: `inserts per second${how}`,
      unit: 'ops/s',
      value: median(rates.idle),
      peers: { plain: median(rates.plain) },
    },
    { name: `inserts by those of a plain table${how}`, unit: 'ratio', value: share('idle'), peers: { plain: 1 } },
    {
      name: `inserts by those of a plain table, captured${how}`,
      unit: 'ratio',
      value: share('captured'),
      peers: { plain: 1 },
    },
  ];
}

/** Half of the partitions of one database to another one, while rows are written and read all the time. */
async function move(pools: Pools): Promise<readonly Case[]> {
  for (const pool of Object.values(pools)) {
    await pool.query(`create table item (id text not null, xc_partition int not null, n int, value text, primary key (id));
      create index on item (xc_partition, id)`);
  }
  const tables = [{ name: 'item', key: 'id', partition: 'xc_partition' }];
  const adapter = pgAdapter({ shards: pools, tables, partitions: partitioner.partitions });
  await adapter.install();
  const shards = [{ id: '0' }, { id: '1' }];
  const owners = Array.from({ length: partitioner.partitions }, () => '0');
  const store = memoryTopologyStore(createTopology({ partitioner, shards, owners }));
  await using router = await createRouter({ partitioner, store, connect: pgConnect(pools) });
  await fill(pools[0] as pg.Pool);
  const load = new Load(router);
  await pause(settings.quick ? 500 : 3_000);
  const before = load.take();
  const rebalancer = createRebalancer({ store, journal: memoryJournal(), adapter, batchRows: 2_000 });
  const since = performance.now();
  const report = await rebalancer.run(planRebalance(router.topology));
  const seconds = (performance.now() - since) / 1_000;
  const during = load.take();
  await load.end();
  await rebalancer[Symbol.asyncDispose]();
  if (!report.ok) throw new Error('a move has failed', { cause: report.moves.find(({ error }) => error)?.error });
  const copied = report.moves.reduce((sum, { rowsCopied }) => sum + rowsCopied, 0);
  return [
    { name: 'rows moved per second', unit: 'ops/s', value: copied / seconds },
    { name: 'write stop, p99', unit: 'ms', value: p99(report.moves.map(({ fencedMs }) => fencedMs)) },
    { name: 'longest write during a move', unit: 'ms', value: Math.max(...during.writes) },
    { name: 'writes per second during a move', unit: 'ops/s', value: during.writes.length / seconds },
    { name: 'reads during a move, p99', unit: 'ms', value: p99(during.reads), peers: { 'no move': p99(before.reads) } },
  ];
}

async function fill(pool: pg.Pool): Promise<void> {
  for (let from = 0; from < ROWS; from += 10_000) {
    const ids = Array.from({ length: Math.min(10_000, ROWS - from) }, (_, index) => `customer:${from + index}`);
    await pool.query(
      `insert into item select id, part, 0, repeat(md5(id), 4) from unnest($1::text[], $2::int[]) given (id, part)`,
      [ids, ids.map((id) => partitioner.of(id))],
    );
  }
  await pool.query('vacuum analyze item');
}

/** Writes and reads at a steady rate, and how long each took. */
class Load {
  readonly #router: Router<PgShard>;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #underWay = new Set<Promise<unknown>>();
  #writes: number[] = [];
  #reads: number[] = [];

  constructor(router: Router<PgShard>) {
    this.#router = router;
    let due = performance.now();
    let count = 0;
    this.#timer = setInterval(() => {
      for (; due < performance.now(); due += 1_000 / WRITES_PER_SECOND) {
        count += 1;
        const key = `customer:${(count * 7_919) % ROWS}`;
        const other = `customer:${(count * 104_729) % ROWS}`;
        this.#follow(this.#writes, () =>
          this.#router.write(key, (db) => db.query('update item set n = n + 1 where id = $1', [key])),
        );
        this.#follow(this.#reads, () =>
          this.#router.read(other, (db) => db.query('select n from item where id = $1', [other])),
        );
      }
    }, 2);
  }

  take(): { readonly writes: readonly number[]; readonly reads: readonly number[] } {
    const taken = { writes: this.#writes, reads: this.#reads };
    [this.#writes, this.#reads] = [[], []];
    return taken;
  }

  async end(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#underWay);
  }

  #follow(times: number[], call: () => Promise<unknown>): void {
    const since = performance.now();
    const own = call().then(() => {
      times.push(performance.now() - since);
      this.#underWay.delete(own);
    });
    this.#underWay.add(own);
  }
}

function p99(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.99))] ?? 0;
}
