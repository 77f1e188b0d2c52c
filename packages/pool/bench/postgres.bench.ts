import type { Random } from '@xc/core';
import { SeededRandom } from '@xc/core/testing';
import generic from 'generic-pool';
import { createPool as createLightning } from 'lightning-pool';
import pg, { type Client } from 'pg';
import PgPool from 'pg-pool';
import { Pool as Tarn } from 'tarn';
import type { Bench, Case } from '../../../bench/case.ts';
import { median } from '../../../bench/interleave.ts';
import { settings } from '../../../bench/settings.ts';
import { createPool } from '../src/index.ts';
import { pgFactory } from '../src/pg/index.ts';
import { createQueryMonitor } from '../src/query/index.ts';
import { startBenchPostgres } from './bench-postgres.ts';

const CALLERS = 50;
const max = 10;
const select = (client: Client) => client.query('select 1');

interface Rival {
  call(): Promise<unknown>;
  end(): Promise<unknown>;
}

interface Rounds {
  readonly perSecond: number[];
  readonly p99: number[];
}

/** `select 1` on a real PostgreSQL, by 50 callers over 10 connections. */
const bench: Bench = {
  name: 'postgres',
  async run(): Promise<readonly Case[]> {
    await using server = await startBenchPostgres();
    const rivals = rivalsOn(server.url);
    const figures = await load(rivals);
    await Promise.all(Object.values(rivals).map((rival) => rival.end()));
    const { ours = none, watched = none, ...peers } = figures;
    const ahead = (figure: keyof Rounds) => each(peers, (rounds) => ratio(ours, rounds, figure));
    return [
      {
        name: 'queries per second',
        unit: 'ops/s',
        value: median(ours.perSecond),
        peers: each(peers, ({ perSecond }) => median(perSecond)),
      },
      { name: 'p99', unit: 'us', value: median(ours.p99), peers: each(peers, ({ p99 }) => median(p99)) },
      {
        name: 'rate by that of the best peer',
        unit: 'ratio',
        value: Math.min(...Object.values(ahead('perSecond'))),
        peers: { 'best peer': 1 },
      },
      {
        name: 'p99 by that of the best peer',
        unit: 'ratio',
        value: Math.max(...Object.values(ahead('p99'))),
        peers: { 'best peer': 1 },
      },
      {
        name: 'rate with a query monitor',
        unit: 'ratio',
        value: ratio(watched, ours, 'perSecond'),
        peers: { bare: 1 },
      },
    ];
  },
};

export default bench;

function rivalsOn(connectionString: string): Readonly<Record<string, Rival>> {
  const create = async () => {
    const client = new pg.Client({ connectionString });
    await client.connect();
    return client;
  };
  const destroy = (client: Client) => client.end();
  const ours = createPool(pgFactory({ connectionString }), { max });
  const watched = createPool(pgFactory({ connectionString }, { monitor: createQueryMonitor() }), { max });
  const theirs = new PgPool({ connectionString, max }, pg.Client);
  const generics = generic.createPool({ create, destroy }, { max });
  const tarn = new Tarn({ create, destroy, min: 0, max });
  const lightning = createLightning({ create, destroy }, { max, maxQueue: CALLERS });
  return {
    ours: { call: () => ours.use(select), end: () => ours.drain() },
    watched: { call: () => watched.use(select), end: () => watched.drain() },
    'pg-pool': {
      async call() {
        const client = await theirs.connect();
        await select(client);
        client.release();
      },
      end: () => theirs.end(),
    },
    'generic-pool': { call: () => generics.use(select), end: () => generics.drain().then(() => generics.clear()) },
    tarn: {
      async call() {
        const client = await tarn.acquire().promise;
        await select(client);
        tarn.release(client);
      },
      end: () => tarn.destroy(),
    },
    'lightning-pool': {
      async call() {
        const client = await lightning.acquire();
        await select(client);
        lightning.release(client);
      },
      end: () => lightning.close(true),
    },
  };
}

/** Many short rounds in turns: the server and the rest of the machine take part, and must do so for all alike. */
async function load(rivals: Readonly<Record<string, Rival>>): Promise<Readonly<Record<string, Rounds>>> {
  const names = Object.keys(rivals);
  const random = new SeededRandom(1);
  const rounds = settings.quick ? 4 : 120;
  const figures = Object.fromEntries(names.map((name) => [name, { perSecond: [], p99: [] } as Rounds]));
  for (let round = -2; round < rounds; round += 1) {
    globalThis.gc?.();
    // In another order each time: what one leaves behind in the caches must not always be found by the same other.
    for (const name of shuffled(names, random)) {
      const one = await measure(rivals[name] as Rival);
      if (round < 0) continue;
      figures[name]?.perSecond.push(one.perSecond);
      figures[name]?.p99.push(one.p99);
    }
  }
  return figures;
}

function shuffled(names: readonly string[], random: Random): readonly string[] {
  return names
    .map((name) => ({ name, place: random.next() }))
    .sort((one, other) => one.place - other.place)
    .map(({ name }) => name);
}

async function measure({ call }: Rival): Promise<{ readonly perSecond: number; readonly p99: number }> {
  const times: number[] = [];
  const start = performance.now();
  const until = start + (settings.quick ? 50 : 100);
  const caller = async () => {
    for (let before = performance.now(); before < until; ) {
      await call();
      const now = performance.now();
      times.push(now - before);
      before = now;
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  const perSecond = (times.length * 1_000) / (performance.now() - start);
  times.sort((one, other) => one - other);
  return { perSecond, p99: (times[Math.floor(times.length * 0.99)] ?? 0) * 1_000 };
}

const none: Rounds = { perSecond: [], p99: [] };

function each(
  peers: Readonly<Record<string, Rounds>>,
  figure: (rounds: Rounds) => number,
): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(peers).map(([name, rounds]) => [name, figure(rounds)]));
}

/** Of rounds side by side: a few percent are less than the machine wanders from one minute to the next. */
function ratio(one: Rounds, other: Rounds, figure: keyof Rounds): number {
  return median(one[figure].map((value, round) => value / (other[figure][round] ?? Number.NaN)));
}
