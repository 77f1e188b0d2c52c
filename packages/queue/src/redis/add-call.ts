import { isXcError, XcError } from '@xc/core';
import type { AddEntry, Added, AddReply, AddRequest } from '../engine/add-request.ts';
import { BytesOut } from './bytes-out.ts';
import type { CallBounds } from './connection.ts';
import { inOneWrite } from './one-write.ts';
import type { OpenQueue } from './open-queue.ts';
import { numeric } from './raw.ts';
import { isPlainEntry, writeEntry, writePlainEntry } from './record-bytes.ts';
import { ownId, shardOfEntry } from './route.ts';
import { numberOf, type Standby } from './steps.ts';
import type { MostIn } from './vacancies.ts';

/** How long a request is remembered with its answer, in ms. */
const REMEMBERED_MS = 60_000;

const PLAIN = 'A'.charCodeAt(0);

const outcomes: Readonly<Record<string, Added['outcome']>> = {
  a: 'added',
  e: 'exists',
  d: 'duplicate',
  r: 'replaced',
  b: 'debounced',
  f: 'full',
};

/**
 * Adds entries, those of one shard in one call, and gives back what became of each.
 *
 * @param standby - Names a worker of this process that is woken at once, so that its step travels right behind the jobs: it has
 * them in one round trip, where being told by the server would take another one.
 */
export async function addToShards(
  queue: OpenQueue,
  request: AddRequest,
  bounds: CallBounds,
  standby: () => Standby | undefined,
): Promise<AddReply> {
  const { shards } = queue;
  const places = new Map<number, number[]>();
  const inOrder: number[] = [];
  for (const [index, entry] of request.entries.entries()) {
    // What may go anywhere goes where its request says, so that a re-sent one goes there again.
    const shard = shardOfEntry(entry, shards.length) ?? anywhere(request.request, index, shards.length);
    inOrder.push(shard);
    const list = places.get(shard);
    if (list === undefined) places.set(shard, [index]);
    else list.push(index);
  }
  const jobs: Added[] = [];
  let now = 0;
  // All frames before the first call: what is refused leaves nothing half done.
  const parts = [...places].map(([index, list]) => {
    const entries = list.map((place) => request.entries[place] as AddEntry);
    return { index, list, ...addFrames(entries, queue.lanes) };
  });
  const { sink } = queue.news;
  const atOnce =
    sink !== undefined && request.entries.some(({ delayMs, dueAt }) => dueAt === undefined && delayMs <= 0);
  const behind = atOnce ? standby() : undefined;
  const hint = behind === undefined ? ['', 0] : [queue.process + behind.worker, numberOf(queue, behind.number)];
  const sendTo = (most: MostIn) =>
    parts.map(async ({ index, list, plain, bytes }) => {
      const shard = shards[index] as OpenQueue['shards'][number];
      const args = [request.request, REMEMBERED_MS, most(index), bytes, plain ? 1 : 0, ...hint];
      const [answer, at] = await shard.run('add', args, bounds);
      const added = readAnswers(answer as Buffer, index);
      if (queue.durable !== undefined) {
        const ids = added.filter(({ outcome }) => outcome !== 'full').map(({ id }) => id);
        await queue.durable.confirm(shard.base, shard.slot, ids);
      }
      for (const [nth, place] of list.entries()) jobs[place] = added[nth] as Added;
      now = Math.max(now, numeric(at) as number);
    });
  const tries = await whereThereIsRoom(queue, inOrder, bounds, (most) => {
    if (behind !== undefined) inOneWrite(queue.connection.client);
    const sent = sendTo(most);
    if (behind !== undefined) sink?.wake(behind.worker);
    return Promise.allSettled(sent);
  });
  const failed = tries.filter((each) => each.status === 'rejected');
  if (failed.length > 0) throw failure(failed[0]?.reason, request.entries, failed.length < tries.length);
  return { jobs, now };
}

/** Sends jobs to these shards, and says how many may wait in each. One shard knows for itself. */
export function whereThereIsRoom<T>(
  { vacancies, policy: { maxWaiting = -1 } }: OpenQueue,
  places: readonly number[],
  bounds: CallBounds,
  send: (most: MostIn) => Promise<T>,
): Promise<T> {
  return vacancies === undefined ? send(() => maxWaiting) : vacancies.within(places, bounds, send);
}

/** Entries as `add.lua` reads them: in fewer bytes where all are plain. */
function addFrames(
  entries: readonly AddEntry[],
  lanes: readonly string[],
): { readonly plain: boolean; readonly bytes: Buffer } {
  if (!entries.every(isPlainEntry)) return { plain: false, bytes: frames(entries, lanes) };
  const out = new BytesOut(192 * entries.length);
  for (const { record } of entries) writePlainEntry(out, record, laneOf(record.lane, lanes));
  return { plain: true, bytes: out.done() };
}

/** Entries one after the other, whatever they are. */
export function frames(entries: readonly AddEntry[], lanes: readonly string[]): Buffer {
  const out = new BytesOut(256 * entries.length);
  for (const entry of entries) writeEntry(out, entry, laneOf(entry.record.lane, lanes));
  return out.done();
}

/** The place of a lane. @throws RangeError for one that the queue does not have */
export function laneOf(lane: string, lanes: readonly string[]): number {
  const place = lanes.indexOf(lane);
  if (place === -1) throw new RangeError(`lane must be one of ${lanes.join(', ')}, got ${lane}`);
  return place;
}

/** One letter and an id behind its length, again and again; of plain jobs the number of the first one and how many they are. */
export function readAnswers(answer: Buffer, shard = 0): readonly Added[] {
  const added: Added[] = [];
  if (answer[0] === PLAIN) {
    const [first, count] = answer.toString('latin1', 1).split(' ').map(Number) as [number, number];
    for (let nth = 0; nth < count; nth += 1) added.push({ id: ownId(first + nth, shard), outcome: 'added' });
    return added;
  }
  for (let at = 0; at < answer.length; ) {
    const end = at + 2 + (answer[at + 1] as number);
    const outcome = outcomes[String.fromCharCode(answer[at] as number)] as Added['outcome'];
    added.push({ id: answer.toString('utf8', at + 2, end), outcome });
    at = end;
  }
  return added;
}

function anywhere(request: string, index: number, shards: number): number {
  let sum = index;
  for (let at = Math.max(0, request.length - 8); at < request.length; at += 1)
    sum = (sum * 31 + request.charCodeAt(at)) >>> 0;
  return sum % shards;
}

function failure(reason: unknown, entries: readonly AddEntry[], someDone: boolean): unknown {
  const ids = entries.flatMap(({ id }) => id ?? []);
  if (isXcError(reason, 'XC_QUEUE_UNKNOWN_OUTCOME') || (someDone && isXcError(reason, 'XC_QUEUE_UNAVAILABLE'))) {
    const message = 'Redis has not answered in time: the jobs may have been added';
    return new XcError('XC_QUEUE_UNKNOWN_OUTCOME', message, { cause: reason.cause, details: { ids }, retryable: true });
  }
  return reason;
}
