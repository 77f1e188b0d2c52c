import { isXcError, XcError } from '@xc/core';
import { MoverSupersededError } from '../errors/mover-superseded-error.ts';
import type { Place, Row, RowChange } from '../moving/data-adapter.ts';
import { moverField } from './guard.ts';
import { keyOf } from './key-text.ts';
import { DEADLINE_MS } from './keys.ts';
import { GUARD, type RedisShard } from './redis-shards.ts';
import { applyScript, countScript, purgeScript, readScript } from './scripts.ts';

/** The value of a row in Redis. */
export interface RedisValue {
  /** As DUMP gives it. */
  readonly dump: Uint8Array;
  /** Epoch milliseconds; `undefined`: never. */
  readonly expiresAt: number | undefined;
}

/** Keys that one script is asked for: with usual values it is done well within a millisecond. */
const KEYS_AT_ONCE = 100;

/** How long a read may take, in ms: one value may be many megabytes, and nobody knows before. */
const READ_MS = 5_000;

/** Bytes that go over a slow line in a millisecond. */
const BYTES_A_MS = 10_000;

/** To count is next to nothing. */
const COUNTED_AT_ONCE = 1_000;

/** Bytes of values after which a script leaves the rest to the next. */
const BYTES_AT_ONCE = 256 * 1024;

/** Values as they are now, until they are too many bytes to hold. */
export async function readRows(
  shard: RedisShard,
  keys: readonly string[],
  signal: AbortSignal,
  most = Number.POSITIVE_INFINITY,
): Promise<{ readonly rows: readonly Row[]; readonly read: number }> {
  const rows: Row[] = [];
  let [read, bytes] = [0, 0];
  while (read < keys.length && bytes < most) {
    const some = keys.slice(read, read + KEYS_AT_ONCE);
    const found = await shard.run(readScript, some.map(keyOf), [BYTES_AT_ONCE], signal, READ_MS);
    for (const [index, [dump, endsAt]] of found.entries()) {
      if (dump === null) continue;
      const ends = Number(endsAt.toString());
      const value: RedisValue = { dump, expiresAt: ends === -1 ? undefined : ends };
      rows.push({ key: some[index] as string, value });
      bytes += dump.byteLength;
    }
    read += found.length;
  }
  return { rows, read };
}

/** @throws MoverSupersededError; XcError `XC_SHARD_VALUE` when the server cannot read a value of another. */
export async function applyRows(
  shard: RedisShard,
  at: Place,
  changes: readonly RowChange[],
  signal: AbortSignal,
): Promise<void> {
  for (let next = 0; next < changes.length; ) {
    let bytes = 0;
    const keys: (string | Uint8Array)[] = [GUARD];
    const args: (string | number | Uint8Array)[] = [moverField(at), at.mover];
    for (; next < changes.length && keys.length <= KEYS_AT_ONCE && bytes < BYTES_AT_ONCE; next += 1) {
      const { key, row } = changes[next] as RowChange;
      const value = row && redisValue(row);
      keys.push(keyOf(key));
      args.push(value?.dump ?? '', value?.expiresAt ?? 0);
      bytes += value?.dump.byteLength ?? 0;
    }
    const deadlineMs = DEADLINE_MS + bytes / BYTES_A_MS;
    if ((await restored(shard.run(applyScript, keys, args, signal, deadlineMs))) === 0)
      throw new MoverSupersededError(at);
  }
}

/** How many of these keys there are. */
export async function countRows(shard: RedisShard, keys: readonly string[], signal: AbortSignal): Promise<number> {
  let count = 0;
  for (let next = 0; next < keys.length; next += COUNTED_AT_ONCE) {
    count += await shard.run(countScript, keys.slice(next, next + COUNTED_AT_ONCE).map(keyOf), [], signal);
  }
  return count;
}

/** @returns how many there were. @throws MoverSupersededError */
export async function deleteRows(
  shard: RedisShard,
  at: Place,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  let [count, next] = [0, 0];
  do {
    const some = keys.slice(next, next + KEYS_AT_ONCE).map(keyOf);
    const deleted = await shard.run(purgeScript, [GUARD, ...some], [moverField(at), at.mover], signal);
    if (deleted === -1) throw new MoverSupersededError(at);
    count += deleted;
    next += KEYS_AT_ONCE;
  } while (next < keys.length);
  return count;
}

function redisValue({ value }: Row): RedisValue {
  if ((value as RedisValue | undefined)?.dump instanceof Uint8Array) return value as RedisValue;
  throw new TypeError('the value of a row must be one that this adapter has read');
}

async function restored(call: Promise<number>): Promise<number> {
  try {
    return await call;
  } catch (error) {
    const why = isXcError(error, 'XC_REDIS_SCRIPT') && error.cause instanceof Error ? error.cause.message : '';
    if (!/payload version|Bad data format/.test(why)) throw error;
    throw new XcError('XC_SHARD_VALUE', 'the server cannot read a value of another: it is older, or lacks a module', {
      cause: error,
    });
  }
}
