import { isXcError, systemClock, type XcError } from '@xc/core';
import { xxh32 } from '../hash/xxh32.ts';
import { shown } from '../keys/shown.ts';
import { asked } from './lent-client.ts';
import type { PgLendingPool, PgPool, PgResult } from './pg-pool.ts';
import { pgPoolOf } from './shard-pools.ts';

/** Options of what is kept under a name. */
export interface PgNameOptions {
  /** Several live in one database by their names. @defaultValue 'default' */
  readonly name?: string;
}

/** Every call settles by then. */
const DEADLINE_MS = 2_000;

/** What says that a table has not been made yet: its schema is missing, or it is. */
const MISSING: readonly unknown[] = ['3F000', '42P01'];

/** Makes a commit last that a session would not wait for. To be given back by a statement that writes. */
export const DURABLE = `case when current_setting('synchronous_commit') = 'off'
  then set_config('synchronous_commit', 'on', true) end`;

/** What a {@link TextTable} is. */
export interface TextTableParts {
  /** In our schema. */
  readonly table: string;
  readonly columns: string;
  readonly unavailable: (cause: unknown) => XcError;
}

/** A table of our own that is made when it is first written to. Every call settles within 2 s. */
export class TextTable {
  readonly pool: PgPool;
  readonly name: string;
  readonly #parts: TextTableParts;

  /** @throws TypeError for a pool that is none, RangeError for a name that is none. */
  constructor(pool: PgPool | PgLendingPool, { name = 'default' }: PgNameOptions, parts: TextTableParts) {
    if (typeof name !== 'string' || name === '' || name.length > 100) {
      throw new RangeError(`name must be 1 to 100 characters, got ${shown(name)}`);
    }
    this.pool = pgPoolOf('pool', pool);
    this.name = name;
    this.#parts = parts;
  }

  /** Nothing, where there is no table. */
  async read(text: string, values: unknown[], signal?: AbortSignal): Promise<PgResult['rows']> {
    try {
      return (await this.#ask(text, values, signal)).rows;
    } catch (error) {
      if (MISSING.includes(stateOf(error))) return [];
      throw error;
    }
  }

  /** How many rows a statement has changed. */
  async write(text: string, values: unknown[], signal?: AbortSignal): Promise<number> {
    try {
      return (await this.#ask(text, values, signal)).rowCount ?? 0;
    } catch (error) {
      if (!MISSING.includes(stateOf(error))) throw error;
      await this.#make(signal);
      return (await this.#ask(text, values, signal)).rowCount ?? 0;
    }
  }

  /** Two that make it at once would hinder each other. */
  async #make(signal: AbortSignal | undefined): Promise<void> {
    const { table, columns } = this.#parts;
    const text = `do $do$ begin
      perform pg_catalog.pg_advisory_xact_lock(${xxh32('@xc/shard tables') | 0}, 0);
      create schema if not exists xc_shard;
      create table if not exists ${table} (${columns});
    end $do$`;
    await this.#ask(text, [], signal);
  }

  async #ask(text: string, values: unknown[], signal: AbortSignal | undefined): Promise<PgResult> {
    signal?.throwIfAborted();
    const over = new AbortController();
    const follow = (): void => over.abort(signal?.reason);
    signal?.addEventListener('abort', follow, { once: true });
    const timer = systemClock.after(DEADLINE_MS, () => over.abort(new Error(`no answer within ${DEADLINE_MS} ms`)));
    try {
      return await asked(this.pool, text, values, over.signal);
    } catch (error) {
      if (signal?.aborted || isXcError(error)) throw error;
      throw this.#parts.unavailable(error);
    } finally {
      timer.cancel();
      signal?.removeEventListener('abort', follow);
    }
  }
}

function stateOf(error: unknown): unknown {
  const { cause } = (error ?? {}) as { readonly cause?: { readonly code?: unknown } };
  return cause?.code;
}
