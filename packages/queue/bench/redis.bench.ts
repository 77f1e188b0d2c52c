import { Redis } from 'ioredis';
import type { Bench, Case } from '../../../bench/case.ts';
import { median } from '../../../bench/interleave.ts';
import { settings } from '../../../bench/settings.ts';
import { startBenchServer } from '../../redis/bench/bench-server.ts';
import { beeQueue, bullmq, groupmq, ours, type Rival } from './redis-rivals.ts';

const ROUNDS = settings.quick ? 1 : 5;
const JOBS = settings.quick ? 1_000 : 10_000;
const payload = { pad: 'x'.repeat(109) };
const many = (count: number): readonly unknown[] => Array.from({ length: count }, () => payload);

type Make = (port: number) => Rival;
const rivals: Readonly<Record<string, Make>> = { ours, bullmq, 'bee-queue': beeQueue };

/** What a job costs in Redis: added, worked, kept, late; beside the queues that others wrote, on one server, in turns. */
const bench: Bench = {
  name: 'redis',
  async run() {
    await using server = await startBenchServer();
    const admin = new Redis(server.port);
    try {
      const measure = new Measure(server.port, admin);
      return [
        ...(await measure.work(50)),
        ...(await measure.work(200)),
        ...(await measure.work(1)),
        ...(await measure.bulk()),
        ...(await measure.callers()),
        ...(await measure.oneCaller()),
        ...(await measure.cpu()),
        ...(await measure.memory()),
        ...(await measure.latency()),
        ...(await measure.lateness()),
        ...(await measure.keys()),
        ...(await measure.held()),
      ];
    } finally {
      admin.disconnect();
    }
  },
};

export default bench;

class Measure {
  readonly #port: number;
  readonly #admin: Redis;
  #turn = 0;

  constructor(port: number, admin: Redis) {
    this.#port = port;
    this.#admin = admin;
  }

  /** Medians of rounds in turns, each with a queue of its own on an empty server. */
  async #inTurns<Name extends string>(
    makes: Readonly<Record<Name, Make>>,
    round: (rival: Rival) => Promise<number>,
    rounds = ROUNDS,
  ): Promise<Record<Name, number>> {
    const figures = new Map<string, number[]>();
    for (let turn = 0; turn < rounds; turn += 1) {
      for (const [name, make] of Object.entries<Make>(makes)) {
        await this.#admin.flushall();
        const rival = make(this.#port);
        try {
          figures.set(name, [...(figures.get(name) ?? []), await round(rival)]);
        } finally {
          await rival.close();
        }
      }
    }
    return Object.fromEntries([...figures].map(([name, all]) => [name, median(all)])) as Record<Name, number>;
  }

  async work(concurrency: number): Promise<readonly Case[]> {
    const jobs = concurrency === 1 ? JOBS / 2 : JOBS;
    const rate = await this.#inTurns(rivals, async (rival) => {
      await fill(rival, jobs);
      return (jobs / (await worked(rival, jobs, concurrency))) * 1e3;
    });
    const name = `work, ${concurrency} at once`;
    const [one] = against(name, 'ops/s', rate) as readonly [Case];
    const other = { 'bee-queue': rate['bee-queue'] as number };
    return [one, { name: `${name}, against bee-queue`, unit: 'ops/s', value: one.value, peers: other }];
  }

  async bulk(): Promise<readonly Case[]> {
    const rate = await this.#inTurns(rivals, async (rival) => {
      await rival.addMany(many(100));
      const start = performance.now();
      for (let added = 0; added < JOBS; added += 1_000) await rival.addMany(many(1_000));
      return (JOBS / (performance.now() - start)) * 1e3;
    });
    return against('addMany 1000', 'ops/s', rate);
  }

  async callers(): Promise<readonly Case[]> {
    const rate = await this.#inTurns(rivals, async (rival) => {
      await rival.add(payload);
      let left = JOBS;
      const start = performance.now();
      const caller = async (): Promise<void> => {
        while (left-- > 0) await rival.add(payload);
      };
      await Promise.all(Array.from({ length: 64 }, caller));
      return (JOBS / (performance.now() - start)) * 1e3;
    });
    return against('add, 64 callers', 'ops/s', rate);
  }

  async oneCaller(): Promise<readonly Case[]> {
    const calls = JOBS / 10;
    const timed = async (call: () => Promise<unknown>): Promise<number> => {
      await call();
      const start = performance.now();
      for (let n = 0; n < calls; n += 1) await call();
      return ((performance.now() - start) * 1e3) / calls;
    };
    const raw = (port: number): Rival => rawStream(port);
    const us = await this.#inTurns({ ...rivals, 'raw XADD': raw }, (rival) => timed(() => rival.add(payload)));
    return against('add, one caller', 'us', us);
  }

  async cpu(): Promise<readonly Case[]> {
    const used = async (): Promise<number> => {
      const info = await this.#admin.info('cpu');
      const of = (what: string): number => Number(new RegExp(`used_cpu_${what}:([\\d.]+)`).exec(info)?.[1]);
      return of('user') + of('sys');
    };
    const us = await this.#inTurns(rivals, async (rival) => {
      const before = await used();
      await fill(rival, JOBS);
      await worked(rival, JOBS, 50);
      return (((await used()) - before) * 1e6) / JOBS;
    });
    return against('CPU of Redis, add + work, 50 at once', 'us', us);
  }

  async memory(): Promise<readonly Case[]> {
    const used = async (): Promise<number> => Number(/used_memory:(\d+)/.exec(await this.#admin.info('memory'))?.[1]);
    const jobs = settings.quick ? 5_000 : 100_000;
    const bytes = await this.#inTurns(
      rivals,
      async (rival) => {
        await fill(rival, 1_000);
        const before = await used();
        await fill(rival, jobs);
        return ((await used()) - before) / jobs;
      },
      1,
    );
    return against('memory of a waiting job', 'bytes', bytes);
  }

  async latency(): Promise<readonly Case[]> {
    const ms = await this.#inTurns(rivals, async (rival) => {
      let started: (() => void) | undefined;
      const stop = await rival.work(10, () => started?.());
      const all: number[] = [];
      for (let n = 0; n < (settings.quick ? 20 : 200); n += 1) {
        await pause(5);
        const start = performance.now();
        await new Promise<void>((resolve) => {
          started = resolve;
          void rival.add(payload);
        });
        all.push(performance.now() - start);
      }
      await stop();
      return median(all);
    });
    return against('idle, add to start', 'ms', ms);
  }

  async lateness(): Promise<readonly Case[]> {
    const { ours, bullmq } = rivals as Readonly<Record<'ours' | 'bullmq', Make>>;
    const spread: Record<string, number[]> = { ours: [], bullmq: [] };
    for (const [name, make] of Object.entries({ ours, bullmq })) {
      await this.#admin.flushall();
      const rival = make(this.#port);
      const late: number[] = [];
      const stop = await rival.work(10, (due) => void late.push(Date.now() - (due as number)));
      const jobs = settings.quick ? 20 : 150;
      for (let n = 0; n < jobs; n += 1) {
        await rival.addDelayed?.(Date.now() + 200, 200);
        await pause(13);
      }
      while (late.length < jobs) await pause(10);
      spread[name] = late.sort((one, other) => one - other);
      await stop();
      await rival.close();
    }
    const at = (name: string, part: number): number => {
      const all = spread[name] as number[];
      return all[Math.min(all.length - 1, Math.floor(all.length * part))] as number;
    };
    return [
      { name: 'lateness, p50', unit: 'ms', value: at('ours', 0.5), peers: { bullmq: at('bullmq', 0.5) } },
      { name: 'lateness, p99', unit: 'ms', value: at('ours', 0.99), peers: { bullmq: at('bullmq', 0.99) } },
    ];
  }

  /** Microseconds of a job while others hold twenty thousand leases, and while nobody does. */
  async held(): Promise<readonly Case[]> {
    const leases = settings.quick ? 1_000 : 20_000;
    const us = await this.#inTurns({ held: ours, free: ours }, async (rival) => {
      let letGo = (): void => {};
      let stop = async (): Promise<void> => {};
      if ((this.#turn++ & 1) === 0) {
        const over = new Promise<void>((resolve) => {
          letGo = resolve;
        });
        let begun = 0;
        await fill(rival, leases);
        stop = await rival.work(leases, () => {
          begun += 1;
          return over;
        });
        while (begun < leases) await pause(10);
      }
      await fill(rival, JOBS);
      const elapsed = await worked(rival, JOBS, 50);
      letGo();
      await stop();
      return (elapsed * 1e3) / JOBS;
    });
    return [{ name: 'work, 20,000 leases held', unit: 'us', value: us.held, peers: { 'none held': us.free } }];
  }

  async keys(): Promise<readonly Case[]> {
    const jobs = settings.quick ? 1_000 : 20_000;
    let next = 0;
    const keyOf = (): string => {
      next += 1;
      return `key-${next}`;
    };
    const rate = await this.#inTurns(
      { ours: (port) => ours(port, keyOf), keyless: ours, groupmq: (port) => groupmq(port, keyOf) },
      async (rival) => {
        await fill(rival, jobs);
        return (jobs / (await worked(rival, jobs, 50))) * 1e3;
      },
      Math.min(ROUNDS, 3),
    );
    const { ours: value, keyless, groupmq: rival } = rate;
    return [
      { name: 'work, a key for each job', unit: 'ops/s', value, peers: { groupmq: rival } },
      { name: 'work, a key for each job, against none', unit: 'ops/s', value, peers: { keyless } },
    ];
  }
}

async function fill(rival: Rival, jobs: number): Promise<void> {
  for (let added = 0; added < jobs; added += 1_000) await rival.addMany(many(Math.min(1_000, jobs - added)));
}

/** Milliseconds until so many have run. */
async function worked(rival: Rival, jobs: number, concurrency: number): Promise<number> {
  let left = jobs;
  let over: () => void;
  const all = new Promise<void>((resolve) => {
    over = resolve;
  });
  const start = performance.now();
  const stop = await rival.work(concurrency, () => {
    left -= 1;
    if (left === 0) over();
  });
  await all;
  const elapsed = performance.now() - start;
  await stop();
  return elapsed;
}

function rawStream(port: number): Rival {
  const client = new Redis(port);
  const text = JSON.stringify(payload);
  const add = (): Promise<unknown> => client.xadd('raw', '*', 'd', text);
  return {
    add,
    addMany: async () => {},
    work: async () => async () => {},
    close: async () => client.disconnect(),
  };
}

function against(name: string, unit: Case['unit'], figures: Readonly<Record<string, number>>): readonly Case[] {
  const { ours: value, ...peers } = figures;
  return [{ name, unit, value: value as number, peers }];
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
