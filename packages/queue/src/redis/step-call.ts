import type { ScriptArgument } from '@xc/redis';
import type { QueuePolicy } from '../engine/queue-policy.ts';
import type { CancelledLease, LeasedJob, SettleVerdict, StepReply } from '../engine/step-reply.ts';
import type { LaneQuota, Lease, Settle, StepRequest } from '../engine/step-request.ts';
import { BytesOut } from './bytes-out.ts';
import { writeError } from './job-bits.ts';
import { bytes, items, numeric, text } from './raw.ts';
import type { Raw } from './scripts.ts';
import { asideEvent, leasedJob, storedSchedule } from './stored-views.ts';

const NOTHING = Buffer.alloc(0);
const KINDS = { done: 1, nack: 3, snooze: 4, release: 5 } as const;
const PLAIN = 128;
const FLAGS = { wasIdle: 1, schedules: 2 } as const;

const verdictOf: Readonly<Record<string, SettleVerdict>> = {
  d: 'done',
  r: 'retry',
  f: 'dead',
  c: 'cancelled',
  e: 'released',
  l: 'lost',
};

/** Which jobs have no unique key and no flow, so that their settling is told in fewer words. */
export interface PlainJobs {
  /** Their key, `''` where they have none; `undefined` for any other. */
  keyOf(lease: Lease): string | undefined;
}

/** One step of one shard, as it is sent. */
export interface StepCall {
  readonly args: readonly ScriptArgument[];
  /** For each verdict that comes back, the place of its settle in the request. */
  readonly order: readonly number[];
}

/** Writes a step as `step.lua` reads it. */
export function stepCall(
  request: StepRequest,
  worker: string,
  number: number,
  wasIdle: boolean,
  policy: QueuePolicy,
  lanes: readonly string[],
  plain: PlainJobs,
): StepCall {
  const members: string[] = [];
  const keyed: string[] = [];
  const first: number[] = [];
  const second: number[] = [];
  const rest: number[] = [];
  const settles = new BytesOut(request.settles.length > 0 ? 1024 : 0);
  // Releases last, the oldest lease first: so they stand at the front in their order.
  for (const index of settleOrder(request.settles)) {
    const settle = request.settles[index] as Settle;
    const key = plain.keyOf(settle);
    if (settle.kind !== 'done' || settle.result !== undefined || key === undefined) {
      writeSettle(settles, settle, key === '');
      rest.push(index);
    } else if (key === '') {
      members.push(`${settle.id}:${settle.fence}`);
      first.push(index);
    } else {
      keyed.push(`${settle.id}:${settle.fence}`, key);
      second.push(index);
    }
  }
  const progress = new BytesOut(request.progress.length > 0 ? 256 : 0);
  for (const report of request.progress) writeLease(progress, report).bytes(report.value);
  const renewals = new BytesOut(32 * request.renewals.length);
  for (const lease of request.renewals) writeLease(renewals, lease);
  const flags = (wasIdle ? FLAGS.wasIdle : 0) | (request.schedules ? FLAGS.schedules : 0);
  const args: ScriptArgument[] = [
    ...[worker, number, request.leaseMs, request.want, settles.done(), progress.done(), renewals.done()],
    ...[flags, policy.maxLostLeases, quotas(request.lanes, lanes), members.length, ...members, ...keyed],
  ];
  return { args, order: [...first, ...second, ...rest] };
}

function settleOrder(settles: readonly Settle[]): readonly number[] {
  const places = [...settles.keys()];
  if (!settles.some(({ kind }) => kind === 'release')) return places;
  const rank = (place: number): number => {
    const { kind, fence } = settles[place] as Settle;
    return kind === 'release' ? fence : -1;
  };
  return places.sort((one, other) => rank(one) - rank(other) || one - other);
}

function writeLease(out: BytesOut, { id, fence }: Lease): BytesOut {
  return out.text(id).text(String(fence));
}

function writeSettle(out: BytesOut, settle: Settle, isPlain: boolean): void {
  const plain = isPlain ? PLAIN : 0;
  if (settle.kind === 'done') {
    out.byte((settle.result === undefined ? KINDS.done : KINDS.done + 1) + plain);
    writeLease(out, settle)
      .double(0)
      .int(0)
      .bytes(settle.result ?? NOTHING);
    return;
  }
  out.byte(KINDS[settle.kind] + plain);
  writeLease(out, settle).double(settle.delayMs);
  if (settle.kind !== 'nack') {
    out.int(0).bytes(NOTHING);
    return;
  }
  out.int(Math.min(settle.maxAttempts, 0xffff_ffff));
  const payload = out.beginLength();
  out.text(settle.dead ?? '').raw(Buffer.from(writeError(settle.error)));
  out.endLength(payload);
}

function quotas(asked: readonly LaneQuota[], lanes: readonly string[]): Buffer {
  const out = new BytesOut(5 * asked.length);
  for (const { lane, quota, ahead } of asked) out.byte(lanes.indexOf(lane)).short(quota).short(ahead);
  return out.done();
}

/** What a shard answered to a step. */
export function stepReply(
  raw: readonly Raw[],
  { order }: StepCall,
  request: StepRequest,
  lanes: readonly string[],
  shard: number,
  learn: (job: LeasedJob, record: Buffer) => void,
): StepReply {
  const now = numeric(raw[0]) as number;
  const verdicts: SettleVerdict[] = [];
  for (const [at, letter] of [...text(raw[1])].entries()) {
    verdicts[order[at] as number] = verdictOf[letter] as SettleVerdict;
  }
  const jobs: LeasedJob[] = [];
  const leased = items(raw[5]);
  for (let at = 0; at < leased.length; at += 3) {
    const record = leased[at + 2] as Buffer;
    const job = leasedJob(leased[at] as Buffer, leased[at + 1] as Buffer, record, lanes, shard);
    learn(job, record);
    jobs.push(job);
  }
  const aside = items(raw[10]);
  return {
    verdicts,
    progressed: flagsOf(raw[2]),
    renewed: flagsOf(raw[3]),
    cancelled: cancelledOf(items(raw[4]), request.renewals),
    jobs,
    nextDue: numeric(raw[6]),
    limitedUntil: numeric(raw[7]),
    dueSchedules: pairs(items(raw[8])).map(([name, value]) => storedSchedule(text(name), value as Buffer, lanes)),
    paused: numeric(raw[9]) === 1,
    aside: Array.from({ length: aside.length / 4 }, (_, index) => asideEvent(aside, 4 * index, now, lanes)),
    now,
    nowPart: (numeric(raw[11]) as number) / 1_000,
  };
}

function flagsOf(raw: Raw | undefined): readonly boolean[] {
  return [...text(raw)].map((digit) => digit === '1');
}

function cancelledOf(raw: readonly Raw[], renewals: readonly Lease[]): readonly CancelledLease[] {
  return pairs(raw).map(([place, words]) => {
    const { id, fence, shard } = renewals[(numeric(place) as number) - 1] as Lease;
    return { id, fence, shard, reason: bytes(words)?.toString() };
  });
}

/** A flat list by twos. */
export function pairs(flat: readonly Raw[]): readonly (readonly [Raw, Raw])[] {
  return Array.from({ length: flat.length / 2 }, (_, index) => [flat[2 * index] as Raw, flat[2 * index + 1] as Raw]);
}
