import { randomUUID } from 'node:crypto';
import { shown } from '../keys/shown.ts';
import type { ChangedKeys, Place } from '../moving/data-adapter.ts';
import { durably } from './durably.ts';
import { GUARD, OWN, type RedisShard } from './redis-shards.ts';
import { acknowledgeScript, captureScript, changesScript, fenceScript, marksScript, releaseScript } from './scripts.ts';

/** Before the name of a move: the set of its marks. */
export const MARKS = `${OWN}marks:`;

/** The marks of a move: those that wait, those that somebody has in hand, and what names these. */
function marksOf({ moveId }: Place): readonly [marks: string, held: string, name: string] {
  if (typeof moveId !== 'string' || !/^\S+$/.test(moveId)) {
    throw new TypeError(`moveId must be a text without white space, got ${shown(moveId)}`);
  }
  return [`${MARKS}${moveId}`, `${OWN}held:${moveId}`, `${OWN}held:${moveId}:name`];
}

/** The field of the guard that has the lowest mover. */
export function moverField({ partition }: Place): string {
  return `${partition}:mover`;
}

/** Captures changes until `stopCapture`. One that goes on already goes on. */
export async function startCapture(shard: RedisShard, at: Place, signal: AbortSignal): Promise<void> {
  await durably(shard, signal, (own) => capture(own, at, 0, signal));
}

/** From when this has run, on the only thread of the server, no lower mover changes anything. */
export async function claim(shard: RedisShard, at: Place, signal: AbortSignal): Promise<void> {
  await durably(shard, signal, (own) => own.run(fenceScript, [GUARD], [moverField(at), at.mover], signal));
}

/** From when this has run no lower term writes. */
export async function fence(shard: RedisShard, at: Place, minTerm: number, signal: AbortSignal): Promise<void> {
  await durably(shard, signal, (own) => own.run(fenceScript, [GUARD], [`${at.partition}:term`, minTerm], signal));
}

/** The lowest term that writes. */
export function lowestTerm(shard: RedisShard, { partition }: Place, signal: AbortSignal): Promise<number> {
  // What is at 0 at least is not raised by it.
  return shard.run(fenceScript, [GUARD], [`${partition}:term`, 0], signal);
}

/**
 * Captures changes for some milliseconds, or, for 0, until `stopCapture`; one that goes on already goes on.
 * @returns what names the capture.
 */
export function capture(shard: RedisShard, at: Place, ms: number, signal: AbortSignal): Promise<string> {
  return shard.run(captureScript, [GUARD, ...marksOf(at)], [at.partition, at.moveId, randomUUID(), ms], signal);
}

export async function stopCapture(shard: RedisShard, at: Place, signal: AbortSignal): Promise<void> {
  await shard.run(releaseScript, [GUARD, ...marksOf(at)], [at.partition, at.moveId], signal);
}

/** A capture, and what it has marked. */
export interface Marked {
  readonly name: string;
  readonly keys: readonly string[];
}

/**
 * All that was marked and not acknowledged, by the capture of that name or by whichever goes on; `undefined` when it does not go on
 * until it is told to stop.
 */
export async function markedBy(
  shard: RedisShard,
  at: Place,
  name: string,
  signal: AbortSignal,
): Promise<Marked | undefined> {
  const [marks, held] = marksOf(at);
  const found = await shard.run(marksScript, [GUARD, marks, held], [at.partition, at.moveId, name], signal);
  return found === null ? undefined : { name: found[0].toString(), keys: found[1].map((key) => shard.nameOf(key)) };
}

export async function changes(shard: RedisShard, at: Place, limit: number, signal: AbortSignal): Promise<ChangedKeys> {
  const args: [number, string, number] = [at.partition, at.moveId, limit];
  const [name, keys] = await shard.run(changesScript, [GUARD, ...marksOf(at)], args, signal);
  if (name === undefined || keys === undefined) return { keys: [], ack: undefined };
  return { keys: keys.map((key) => shard.nameOf(key)), ack: name.toString() };
}

export async function acknowledge(shard: RedisShard, at: Place, ack: string, signal: AbortSignal): Promise<void> {
  const [, held, name] = marksOf(at);
  await shard.run(acknowledgeScript, [held, name], [ack], signal);
}
