import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { XcError } from '@xc/core';
import type { Row, RowChange } from '../data-adapter.ts';
import type { MoveWork, Next } from '../job/move-work.ts';
import { caughtUp } from './catch-up.ts';
import { lookAgain, lookAtAll, type Suspects } from './look.ts';
import { writeDeadlineMs } from './settling.ts';

/** How many keys an error names. */
const NAMED = 20;

/**
 * Compares both sides while writes go on. A row that differs because it was written a moment ago is caught up, and compared once
 * more when nothing can be written; any other is a difference.
 * @throws XcError `XC_SHARD_VERIFY` when differences stay.
 */
export async function verify(work: MoveWork): Promise<Next> {
  const { rounds, repair } = work.job.options.verify;
  const counted = new Set<string>();
  let suspects = await unexplained(work, () => lookAtAll(work));
  for (let round = 1; suspects.size > 0; round += 1) {
    if (round > rounds) throw different(work, suspects);
    suspects = await unexplained(work, again(work, suspects));
    count(work, suspects, counted);
    if (!repair || suspects.size === 0) continue;
    await mend(work, suspects, round);
    suspects = await unexplained(work, again(work, suspects));
  }
  return { phase: 'cutover' };
}

function again(work: MoveWork, suspects: Suspects): () => Promise<Suspects> {
  return () => lookAgain(work, suspects);
}

/** What a look finds, without what has changed so lately that the change was still on its way. */
async function unexplained(work: MoveWork, look: () => Promise<Suspects>): Promise<Suspects> {
  const suspects = await look();
  const { adapter, clock } = work.job.options;
  if (suspects.size === 0) return suspects;
  explain(work, suspects, (await caughtUp(work)).keys);
  if (suspects.size === 0 || adapter.capture === 'log') return suspects;
  explain(work, suspects, await broughtOver(work, [...suspects.keys()]));
  if (suspects.size === 0) return suspects;
  // A mark is told of once its write can no longer be under way.
  await clock.sleep(writeDeadlineMs(adapter), work.job.signal);
  explain(work, suspects, (await caughtUp(work)).keys);
  return suspects;
}

/** Takes out keys that are right by now, for all that is known; they are compared again when nothing can be written. */
function explain(work: MoveWork, suspects: Suspects, keys: Iterable<string>): void {
  for (const key of keys) if (suspects.delete(key)) work.doubtful.add(key);
}

/** Keys that routers have brought over by themselves: the receiver has what the giver had a moment before, or something newer. */
async function broughtOver(work: MoveWork, keys: readonly string[]): Promise<readonly string[]> {
  const read = (shard: string) => work.ask((data, signal) => data.read(work.place(shard), keys, signal));
  const given = new Map((await read(work.giver)).map((row) => [row.key, row]));
  const received = await read(work.receiver);
  const isThere = (row: Row): boolean => {
    const { version = 0n, value } = given.get(row.key) ?? {};
    // Of what the giver has never had, nothing can have been brought over.
    if (version === 0n || row.version === undefined) return false;
    return row.version > version || (row.version === version && isDeepStrictEqual(row.value, value));
  };
  return received.filter(isThere).map(({ key }) => key);
}

/** Copies once more what differs, and removes what only the receiver has. */
async function mend(work: MoveWork, suspects: Suspects, round: number): Promise<void> {
  const { batchRows, logger } = work.job.options;
  const keys = [...suspects.keys()];
  logger.warn(
    { moveId: work.moveId, ...kinds(suspects) },
    'both sides of a move differ; copying what differs once more',
  );
  for (let start = 0; start < keys.length; start += batchRows) {
    const batch = keys.slice(start, start + batchRows);
    const rows = await work.ask((data, signal) => data.read(work.place(work.giver), batch, signal));
    const found = new Map(rows.map((row) => [row.key, row]));
    const changes = batch.map((key): RowChange => {
      const row = found.get(key);
      // A tombstone does not remove what seems to be newer than it: then the row itself has to go.
      return { key, row: row?.value === undefined && round > 1 ? undefined : row };
    });
    await work.apply(work.receiver, changes);
    work.progress.rows('repaired', changes.length);
  }
}

function count(work: MoveWork, suspects: Suspects, counted: Set<string>): void {
  for (const [key, { kind }] of suspects) {
    if (counted.has(key)) continue;
    counted.add(key);
    work.progress.differ(1);
    work.job.metrics.difference(kind);
  }
}

function kinds(suspects: Suspects): { readonly missing: number; readonly extra: number; readonly different: number } {
  const found = { missing: 0, extra: 0, different: 0 };
  for (const { kind } of suspects.values()) found[kind] += 1;
  return found;
}

function different(work: MoveWork, suspects: Suspects): XcError<'XC_SHARD_VERIFY'> {
  const { moveId, partition } = work.record;
  const found = kinds(suspects);
  // Keys are data of users: they are told by what cannot be read back.
  const hash = (key: string): string => createHash('sha256').update(key).digest('hex').slice(0, 16);
  const keys = [...suspects.keys()].slice(0, NAMED).map(hash);
  return new XcError(
    'XC_SHARD_VERIFY',
    `partition ${partition} differs on ${work.receiver}: ${found.missing} rows missing, ${found.extra} extra, ${found.different} different`,
    { details: { moveId, partition, ...found, keys } },
  );
}
