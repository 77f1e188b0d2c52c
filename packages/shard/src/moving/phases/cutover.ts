import { isDeepStrictEqual } from 'node:util';
import { isXcError, systemRandom } from '@xc/core';
import type { Row, RowDigest } from '../data-adapter.ts';
import type { MoveWork, Next } from '../job/move-work.ts';
import { topologyConflict } from '../job/topology-desk.ts';
import { triedInVain } from './catch-up.ts';
import { drain } from './drain.ts';
import { FenceWindow } from './fence-window.ts';
import { lookAtAll } from './look.ts';
import { settlingMs } from './settling.ts';
import { stopWrites } from './stop-writes.ts';
import { giveBack, switchOwner } from './switch-owner.ts';

/** What a try has to say for itself, where it did not work. */
const reasons = {
  fence: 'writers do not let go',
  drain: 'does not catch up',
  compare: 'both sides differ',
  switch: 'the topology could not be changed in time',
} as const;

type Stage = keyof typeof reasons;

/**
 * Tries to make the receiver the owner: stops writes, brings the last changes over, compares, and decides. When that does not
 * work within `fenceMs`, writers go on where they were, and the move goes back to catching up.
 */
export async function cutover(work: MoveWork): Promise<Next> {
  const { job } = work;
  const { partition, isBack } = work.record;
  const { clock, retry } = job.options;
  if (work.attempts > 0) await clock.sleep(retry.backoff.delayMs(work.attempts, systemRandom), job.signal);
  // What is written after the switch is to flow back.
  if (!isBack) await work.capture(work.receiver);
  await work.beSure();
  const topology = await work.look();
  // After a crash around the switch the topology knows what has come of it.
  if (topology.owners[partition] === work.receiver) return switched(work);
  if (topology.owners[partition] !== work.giver) throw notTheOwner(work);
  const lowest = await work.ask(async (data, signal) => await data.lowestTerm?.(work.place(work.receiver), signal));
  const term = Math.max((topology.terms[partition] as number) + 1, lowest ?? 0);
  await work.note({ phase: 'cutover', step: 'fence', facts: { fenceTerm: term, attempt: work.attempts + 1 } });
  const outcome = await attempt(work, term);
  if (outcome === 'switched') return switched(work);
  triedInVain(work, outcome.reason, outcome.cause);
  return { phase: 'catch-up' };
}

function switched(work: MoveWork): Next {
  return work.record.isBack ? { phase: 'cleanup', facts: { ending: 'reversed' } } : { phase: 'reversible' };
}

async function attempt(
  work: MoveWork,
  term: number,
): Promise<'switched' | { readonly reason: string; readonly cause?: unknown }> {
  const { job } = work;
  const { clock, fenceMs } = job.options;
  const window = new FenceWindow(clock, fenceMs + settlingMs(job.options), job.signal);
  let stage: Stage = 'fence';
  try {
    await stopWrites(work, [work.giver], term, window.signal);
    stage = 'drain';
    const { keys } = await drain(work, work.giver, work.receiver, {
      ...{ near: 0, most: Number.POSITIVE_INFINITY, signal: window.signal },
    });
    stage = 'compare';
    if (!(await isSame(work, keys, window.signal))) return await gaveUp(work, term, reasons.compare);
    stage = 'switch';
    await work.note({ phase: 'cutover', step: 'switch', facts: { fenceTerm: term } });
    if ((await switchOwner(work, term, window.signal)) === 'switched') return 'switched';
    return { reason: 'the fence was opened by others' };
  } catch (error) {
    const isLate = error === window.signal.reason;
    return await gaveUp(work, term, isLate ? reasons[stage] : 'the data has failed', error);
  } finally {
    work.progress.fenced(window.elapsedMs);
    window.close();
  }
}

/** Opens the fence again; a journal that cannot be written does not keep it closed. */
async function gaveUp(
  work: MoveWork,
  term: number,
  reason: string,
  cause?: unknown,
): Promise<'switched' | { readonly reason: string; readonly cause?: unknown }> {
  const { signal } = work.job;
  if (isXcError(cause, 'XC_SHARD_MOVER_SUPERSEDED')) throw cause;
  if (!signal.aborted)
    await work.note({ phase: 'cutover', step: 'gave-up', facts: { reason, fenceTerm: term } }).catch(() => undefined);
  try {
    if ((await giveBack(work, term)) === 'switched') return 'switched';
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
  signal.throwIfAborted();
  return { reason, cause };
}

/** Nothing can be written: the same number of rows, and the same rows where anything has changed of late. */
async function isSame(work: MoveWork, drained: ReadonlySet<string>, signal: AbortSignal): Promise<boolean> {
  const { count } = work.job.options.adapter;
  if (count !== undefined) {
    const counted = (shard: string) =>
      work.ask((data, own) => (data.count as typeof count)(work.place(shard), own), signal);
    const [given, received] = await Promise.all([counted(work.giver), counted(work.receiver)]);
    const keys = [...new Set([...drained, ...work.doubtful])];
    if (given === received && (await areSame(work, keys, signal))) return true;
  }
  return (await lookAtAll(work, signal)).size === 0;
}

async function areSame(work: MoveWork, keys: readonly string[], signal: AbortSignal): Promise<boolean> {
  const { batchRows } = work.job.options;
  for (let start = 0; start < keys.length; start += batchRows) {
    const batch = keys.slice(start, start + batchRows);
    const read = async (shard: string) => {
      const rows = await work.ask<readonly (Row | RowDigest)[]>((data, own) => {
        const place = work.place(shard);
        return data.hashes === undefined ? data.read(place, batch, own) : data.hashes(place, batch, own);
      }, signal);
      return new Map(rows.map((row) => [row.key, 'hash' in row ? row.hash : row.value]));
    };
    const [given, received] = await Promise.all([read(work.giver), read(work.receiver)]);
    if (!batch.every((key) => isDeepStrictEqual(given.get(key), received.get(key)))) return false;
  }
  return true;
}

function notTheOwner({ record, giver }: MoveWork) {
  const { moveId, partition } = record;
  return topologyConflict(`partition ${partition} does not belong to ${giver} any more`, { moveId, partition });
}
