import assert from 'node:assert/strict';
import { isXcError, systemClock } from '@xc/core';
import type { DataAdapter, Place, PlaceState, Row } from '../../moving/data-adapter.ts';
import type { AdapterFixture, HeldWrite } from './adapter-fixture.ts';

/** Long enough for a busy server, and short enough to wait for. */
const PATIENCE_MS = 2_000;

/** More than any case writes. */
const MOST_ROWS = 10_000;

/** The calls of a case, in short. */
export class AdapterProbe {
  readonly adapter: DataAdapter;
  readonly signal: AbortSignal = new AbortController().signal;
  /** A partition on its two shards, and another one on the first. */
  readonly source: Place;
  readonly target: Place;
  readonly elsewhere: Place;
  readonly #fixture: AdapterFixture;

  constructor(fixture: AdapterFixture) {
    const [first, second] = fixture.shards;
    const [partition, other] = fixture.partitions;
    this.#fixture = fixture;
    this.adapter = fixture.adapter;
    this.source = { shard: first, partition, moveId: 'contract-1', mover: 5 };
    this.target = { ...this.source, shard: second };
    this.elsewhere = { ...this.source, partition: other, moveId: 'contract-2' };
  }

  key(at: Place, name: string): string {
    return this.#fixture.keyOf?.(at.partition, name) ?? name;
  }

  keys(at: Place, names: readonly string[]): readonly string[] {
    return names.map((name) => this.key(at, name)).sort();
  }

  write({ shard, partition }: Place, name: string, text: string | undefined, term = 1): Promise<void> {
    return this.#fixture.write({ shard, partition, term }, name, text);
  }

  async writeAll(at: Place, names: readonly string[], text = 'text'): Promise<void> {
    for (const name of names) await this.write(at, name, `${text} of ${name}`);
  }

  hold({ shard, partition }: Place, name: string, text: string, term = 1): Promise<HeldWrite> {
    const { hold } = this.#fixture;
    assert.ok(hold !== undefined, 'the fixture must hold writes, or be said not to');
    return hold.call(this.#fixture, { shard, partition, term }, name, text);
  }

  isFenced(error: unknown): boolean {
    return isXcError(error, 'XC_SHARD_FENCED') || this.#fixture.isFenced?.(error) === true;
  }

  /** Whether the data took a write, or refused its term; anything else is a failure of the case. */
  async isTaken(write: Promise<void>): Promise<boolean> {
    try {
      await write;
      return true;
    } catch (error) {
      if (this.isFenced(error)) return false;
      throw error;
    }
  }

  pass(ms: number): Promise<void> {
    const { pass } = this.#fixture;
    assert.ok(pass !== undefined, 'the fixture must let time pass');
    return pass.call(this.#fixture, ms);
  }

  /** Time for what must not happen. */
  aWhile(): Promise<void> {
    return systemClock.sleep(20);
  }

  /** What a promise comes to, or that it does not in good time. */
  soon<R>(promise: Promise<R>): Promise<R | 'too late'> {
    return Promise.race([promise, systemClock.sleep(PATIENCE_MS).then(() => 'too late' as const)]);
  }

  /** The rows of some names, without tombstones. */
  async read(at: Place, names: readonly string[]): Promise<readonly Row[]> {
    const rows = await this.adapter.read(at, this.keys(at, names), this.signal);
    return rows.filter(({ value }) => value !== undefined).sort(byKey);
  }

  /** Every row, in the order of `scan`. */
  async scanAll(at: Place, limit = 100, from?: string): Promise<readonly Row[]> {
    const found: Row[] = [];
    let after = from;
    let pages = 0;
    do {
      const { rows, next } = await this.adapter.scan(at, after, limit, this.signal);
      found.push(...rows);
      after = next;
      pages += 1;
      assert.ok(found.length < MOST_ROWS && pages < MOST_ROWS, 'the rows of a partition come to no end');
    } while (after !== undefined);
    return found;
  }

  /** Every row once, by key. */
  async rows(at: Place): Promise<readonly Row[]> {
    const byName = new Map((await this.scanAll(at)).map((row) => [row.key, row]));
    return [...byName.values()].sort(byKey);
  }

  /** What `read` gives of some keys, applied elsewhere. */
  async carry(from: Place, to: Place, keys: readonly string[]): Promise<void> {
    const rows = new Map((await this.adapter.read(from, keys, this.signal)).map((row) => [row.key, row]));
    await this.adapter.apply(
      to,
      keys.map((key) => ({ key, row: rows.get(key) })),
      this.signal,
    );
  }

  async copy(from: Place, to: Place): Promise<void> {
    const rows = await this.scanAll(from);
    await this.adapter.apply(
      to,
      rows.map((row) => ({ key: row.key, row })),
      this.signal,
    );
  }

  /** What a place shows of itself; `undefined` for adapters that show nothing. */
  async inspected({ shard, partition }: Place): Promise<PlaceState | undefined> {
    if (this.adapter.inspect === undefined) return undefined;
    const states = await this.adapter.inspect(shard, this.signal);
    const state = states.find((each) => each.partition === partition);
    // What has nothing to show may be left out.
    return state ?? { partition, rows: 0, minTerm: 0, captures: [] };
  }

  digest(at: Place, buckets = 16): ReturnType<DataAdapter['digest']> {
    return this.adapter.digest(at, buckets, this.signal);
  }
}

function byKey(a: Row, b: Row): number {
  if (a.key === b.key) return 0;
  return a.key < b.key ? -1 : 1;
}
