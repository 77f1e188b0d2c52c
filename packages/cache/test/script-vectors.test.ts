import { readFileSync } from 'node:fs';
import { type Cache, createCache, type EntryOptions, type Target } from '@xc/cache';
import { ManualClock } from '@xc/core/testing';
import { expect, test } from 'vitest';

type Step = readonly [string, ...unknown[]];

const vectors = JSON.parse(readFileSync(new URL('./vectors/cache.json', import.meta.url), 'utf8')) as {
  readonly scripts: readonly {
    readonly why: string;
    readonly defaults?: EntryOptions;
    readonly steps: readonly Step[];
  }[];
  readonly jitter: readonly {
    readonly ttlMs: number;
    readonly jitter: number;
    readonly random: number;
    readonly freshMs: number;
  }[];
};

function plain(value: unknown): unknown {
  return (value as { readonly $?: string } | null)?.$ === 'undefined' ? undefined : value;
}

/** Runs the steps of one script against a cache in memory. */
class Script {
  readonly #clock = new ManualClock(1_700_000_000_000);
  readonly #cache: Cache;
  readonly #loads = new Map<string, { readonly finish: (value: unknown) => void; readonly value: unknown }>();
  readonly #calls = new Map<string, Promise<unknown>>();
  readonly #settled = new Map<string, unknown>();

  constructor(defaults: EntryOptions = {}) {
    this.#cache = createCache({
      clock: this.#clock,
      defaults: { ttlMs: 1_000, jitter: 0, earlyRefresh: 'off', ...defaults },
    });
  }

  async run([op, ...args]: Step): Promise<void> {
    const [first, second, third, fourth, fifth] = args;
    const key = first as string;
    const cache = this.#cache;
    if (op === 'set') await cache.set(key, plain(second), third as EntryOptions);
    else if (op === 'get') expect(await cache.get(key)).toEqual(plain(second));
    else if (op === 'peek') expect(cache.peek(key)).toEqual(plain(second));
    else if (op === 'has') expect(await cache.has(key)).toBe(second);
    else if (op === 'load')
      await this.#load(key, plain(second), third as EntryOptions, plain(fourth), fifth as boolean);
    else if (op === 'loadError') await this.#loadError(key, second as string, third as EntryOptions, fourth, fifth);
    else if (op === 'begin') this.#begin(key, second as string, plain(third), fourth as EntryOptions);
    else if (op === 'finish') expect(await this.#finish(key)).toEqual(plain(second));
    else if (op === 'release') await this.#release(key);
    else if (op === 'settled') expect(this.#settled.get(key)).toEqual({ value: plain(second) });
    else if (op === 'advance') await this.#clock.advance(first as number);
    else if (op === 'invalidate') await cache.invalidate(first as Target);
    else if (op === 'expire') await cache.expire(first as Target);
    else if (op === 'touch') expect(await cache.touch(key, second as number)).toBe(third);
    else if (op === 'many') await this.#many(first, second, third, fourth, fifth);
    else throw new Error(`unknown step ${op}`);
  }

  async #load(key: string, value: unknown, options: EntryOptions, expected: unknown, ran: boolean): Promise<void> {
    let called = false;
    const load = () => {
      called = true;
      return value;
    };
    expect(await this.#cache.getOrSet(key, load, options)).toEqual(expected);
    await this.#cache.settled();
    expect(called).toBe(ran);
  }

  async #loadError(
    key: string,
    message: string,
    options: EntryOptions,
    expected: unknown,
    ran: unknown,
  ): Promise<void> {
    let called = false;
    const load = () => {
      called = true;
      throw new Error(message);
    };
    const outcome = await this.#cache.getOrSet(key, load, options).then(
      (value) => ({ $value: value }),
      (error: Error) => error.message,
    );
    await this.#cache.settled();
    expect(outcome).toEqual(expected);
    expect(called).toBe(ran);
  }

  #begin(id: string, key: string, value: unknown, options: EntryOptions): void {
    const load = () =>
      new Promise((finish) => {
        this.#loads.set(id, { finish, value });
      });
    const call = this.#cache.getOrSet(key, load, options);
    this.#calls.set(id, call);
    call.then(
      (resolved) => this.#settled.set(id, { value: resolved }),
      (error) => this.#settled.set(id, { error }),
    );
  }

  async #finish(id: string): Promise<unknown> {
    await this.#release(id);
    return this.#calls.get(id);
  }

  async #release(id: string): Promise<void> {
    await this.#clock.advance(0);
    const load = this.#loads.get(id);
    load?.finish(load.value);
    await this.#clock.advance(0);
  }

  async #many(keys: unknown, answers: unknown, options: unknown, expected: unknown, asked: unknown): Promise<void> {
    const called: string[] = [];
    const load = async (missing: readonly string[]) => {
      called.push(...missing);
      return new Map(Object.entries(answers as Record<string, unknown>).filter(([key]) => missing.includes(key)));
    };
    const values = await this.#cache.getOrSetMany(keys as string[], load, options as EntryOptions);
    expect([...values]).toEqual(expected);
    expect(called).toEqual(asked);
  }
}

test.for(vectors.scripts)('keeps to the script: $why', async ({ steps, defaults }) => {
  const script = new Script(defaults);
  for (const step of steps) await script.run(step);
});

test.for(vectors.jitter)('cuts $ttlMs ms by at most $jitter at $random', async ({ ttlMs, jitter, random, freshMs }) => {
  const clock = new ManualClock();
  const cache = createCache({ clock, random: { next: () => random } });
  await cache.set('k', 1, { ttlMs, jitter });
  expect((await cache.entry('k'))?.ttlLeftMs).toBe(freshMs);
  await clock.advance(freshMs - 1);
  expect(await cache.get('k')).toBe(1);
  await clock.advance(1);
  expect(await cache.get('k')).toBe(undefined);
});
