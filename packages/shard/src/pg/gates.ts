import { isXcError, systemClock, XcError } from '@xc/core';
import { MoverSupersededError } from '../errors/mover-superseded-error.ts';
import type { Place } from '../moving/data-adapter.ts';
import { notGuarded } from './guard-check.ts';
import { asked, withClient } from './lent-client.ts';
import { rollBack } from './mover-session.ts';
import { notInstalled, type PgPlaces } from './pg-places.ts';
import type { PgPool, PgResult } from './pg-pool.ts';
import { quotedText } from './sql-text.ts';

/**
 * The longest that a fence waits for the writers inside, in ms: all others wait behind it. A caller in a greater hurry has a
 * signal.
 */
const FENCE_MS = 4_000;

/** Nobody is in a hurry to begin a capture: it lets writers through in between. */
const CAPTURE_MS = 1_000;
const CAPTURE_ATTEMPTS = 15;
const CAPTURE_PAUSE_MS = 250;

/** Longer than a mover that was stopped may hold its lock. */
const CLAIM_MS = 15_000;

/** How long who gave up waits for the server to have given up too. */
const CANCEL_MS = 500;

/** What writers go through on their way in. */
export interface WriterGate {
  readonly places: PgPlaces;
  /** A statement that fails where a table has no such gate. */
  readonly check: string;
}

/** Raises the lowest term, once every writer inside has ended. Writers that come meanwhile wait, and see the new one. */
export async function closeFence(
  pool: PgPool,
  { places, check }: WriterGate,
  { shard, partition }: Place,
  minTerm: number,
  signal: AbortSignal,
): Promise<void> {
  const raise = `update ${places.partition} set min_term = greatest(min_term, ${minTerm}) where partition = ${partition}`;
  const { rowCount } = await alone(
    pool,
    { shard, key: places.writers, partition, lockMs: FENCE_MS, check },
    raise,
    signal,
  );
  if (rowCount !== 1) throw notInstalled(shard, partition);
}

/** The lowest term that writes. */
export async function lowestTerm(
  pool: PgPool,
  { partition: table }: PgPlaces,
  { shard, partition }: Place,
  signal: AbortSignal,
): Promise<number> {
  const text = `select min_term::text as term from ${table} where partition = $1`;
  const [found] = (await asked(pool, text, [partition], signal)).rows;
  if (found === undefined) throw notInstalled(shard, partition);
  return Number(found.term);
}

/** Whoever writes from here on notes it down; whoever was writing has ended. */
export async function beginCapture(
  pool: PgPool,
  { places, check }: WriterGate,
  { shard, partition, moveId }: Place,
  signal: AbortSignal,
): Promise<void> {
  const move = quotedText(moveId);
  const captures = 'capture::text[]';
  const add = `update ${places.partition} set capture = (case
      when capture is null then array[${move}::text]
      when ${move}::text = any (${captures}) then ${captures}
      else ${captures} || ${move}::text end)::text
    where partition = ${partition}`;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const lock = { shard, key: places.writers, partition, lockMs: CAPTURE_MS, check };
      const { rowCount } = await alone(pool, lock, add, signal);
      if (rowCount !== 1) throw notInstalled(shard, partition);
      return;
    } catch (error) {
      if (!isXcError(error, 'XC_SHARD_TIMEOUT') || attempt === CAPTURE_ATTEMPTS) throw error;
      await systemClock.sleep(CAPTURE_PAUSE_MS, signal);
    }
  }
}

/** Waits for what earlier movers have under way, and turns away what they begin later. */
export async function claimPlace(
  pool: PgPool,
  places: PgPlaces,
  { shard, partition, moveId, mover }: Place,
  signal: AbortSignal,
): Promise<void> {
  const raise = `update ${places.partition} set mover = greatest(mover, ${mover}) where partition = ${partition} returning mover`;
  const lock = { shard, key: places.movers, partition, lockMs: CLAIM_MS };
  const { rows } = await alone(pool, lock, raise, signal);
  if (rows[0] === undefined) throw notInstalled(shard, partition);
  if (Number(rows[0].mover) > mover) throw new MoverSupersededError({ moveId, mover });
}

interface ExclusiveLock {
  readonly shard: string;
  readonly key: number;
  readonly partition: number;
  readonly lockMs: number;
  /** Comes before the statement. */
  readonly check?: string;
}

/**
 * One statement under an exclusive lock, in one flight: the lock is held for as long as the server needs, and not for as long as
 * the network does. The statement comes after the lock, and sees what those have done that it waited for.
 */
async function alone(
  pool: PgPool,
  { shard, key, partition, lockMs, check }: ExclusiveLock,
  statement: string,
  signal: AbortSignal,
): Promise<PgResult> {
  const text = `begin isolation level read committed read write;
    set local lock_timeout = ${lockMs}; set local statement_timeout = 0; set local synchronous_commit = on;
    select pg_catalog.pg_advisory_xact_lock(${key}, ${partition}); ${check === undefined ? '' : `${check};`}
    set local search_path = pg_catalog, pg_temp; ${statement}; commit`;
  try {
    const answers = await withClient(pool, (client) => client.query(text), rollBack, signal, CANCEL_MS);
    return (answers as unknown as readonly PgResult[]).at(-2) as PgResult;
  } catch (error) {
    if ((error as { readonly code?: unknown } | null)?.code !== '55P03') throw notGuarded(error, shard) ?? error;
    throw new XcError('XC_SHARD_TIMEOUT', `partition ${partition} was not free within ${lockMs} ms`, {
      cause: error,
      details: { partition },
      retryable: true,
    });
  }
}
