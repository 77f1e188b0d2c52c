import { defaultKeep } from '../engine/default-policy.ts';
import type { QueuePolicy } from '../engine/queue-policy.ts';
import type { Keep } from '../queue/keep.ts';
import type { LimitOptions } from '../queue/limit-options.ts';
import type { Rate } from '../queue/rate.ts';
import { BytesOut } from './bytes-out.ts';

const NONE = -1;
const LEAVE = -2;

/** What each of the 14 numbers of a stored policy belongs to. */
const names = [
  ...['concurrency', 'rate', 'rate', 'rate', 'perKey', 'perKey', 'perKey', 'perKey', 'perKey'],
  ...['keep.done', 'keep.done', 'keep.dead', 'keep.dead', 'events'],
] as const;

/** The policy of one shard of so many, as `open` reads it. What is given to the whole queue is shared out. */
export function policyNumbers(
  policy: QueuePolicy,
  shard: number,
  shards: number,
  eventsMax: number | undefined,
): Buffer {
  const { perKey, keep } = policy;
  return numbers([
    policy.concurrency === undefined ? LEAVE : part(policy.concurrency, shard, shards),
    ...rateNumbers(policy.rate, shards),
    perKey?.concurrency ?? LEAVE,
    perKey?.onRetry === undefined ? LEAVE : Number(perKey.onRetry === 'wait'),
    ...rateNumbers(perKey?.rate, 1),
    ...keepNumbers(keep?.done, shard, shards),
    ...keepNumbers(keep?.dead, shard, shards),
    eventsMax ?? LEAVE,
  ]);
}

/** How many done and how many dead jobs a shard keeps where nobody says. */
export function keptByDefault(shard: number, shards: number): readonly [number, number] {
  const { done, dead } = defaultKeep;
  return [part(done.count, shard, shards), part(dead.count, shard, shards)];
}

/** A change of limits, as `open` reads it. */
export function limitNumbers(change: LimitOptions, shard: number, shards: number): Buffer {
  const { concurrency, rate, perKey } = change;
  return numbers([
    concurrency === undefined ? LEAVE : concurrency === null ? NONE : part(concurrency, shard, shards),
    ...rateNumbers(rate, shards),
    perKey?.concurrency ?? LEAVE,
    LEAVE,
    ...rateNumbers(perKey?.rate, 1),
    ...[LEAVE, LEAVE, LEAVE, LEAVE, LEAVE],
  ]);
}

/** The names of what has changed, by the places of the numbers. */
export function changedNames(places: readonly number[]): readonly string[] {
  return [...new Set(places.map((place) => names[place - 1] as string))].filter((name) => name !== 'events');
}

/** @throws RangeError where a shard would have nothing */
export function checkShares(
  limits: { concurrency?: number | null | undefined; rate?: Rate | null | undefined },
  shards: number,
): void {
  const { concurrency, rate } = limits;
  if (typeof concurrency === 'number' && concurrency < shards) {
    throw new RangeError(`concurrency must be at least the number of shards, ${shards}, got ${concurrency}`);
  }
  if (rate && rate.max < shards) {
    throw new RangeError(`rate.max must be at least the number of shards, ${shards}, got ${rate.max}`);
  }
}

function part(whole: number, shard: number, shards: number): number {
  return Math.floor(whole / shards) + (shard < whole % shards ? 1 : 0);
}

function rateNumbers(rate: Rate | null | undefined, shards: number): readonly number[] {
  if (rate === undefined) return [LEAVE, LEAVE, LEAVE];
  if (rate === null) return [NONE, NONE, NONE];
  return [Math.floor(rate.max / shards), rate.perMs, Math.max(1, Math.floor((rate.burst ?? 1) / shards))];
}

function keepNumbers(keep: Keep | undefined, shard: number, shards: number): readonly number[] {
  if (keep === undefined) return [LEAVE, LEAVE];
  return [keep.count === undefined ? NONE : part(keep.count, shard, shards), keep.maxAgeMs ?? NONE];
}

function numbers(values: readonly number[]): Buffer {
  const out = new BytesOut(8 * values.length);
  for (const value of values) out.double(value);
  return out.done();
}
