import type { EngineEvent } from '../engine/engine-event.ts';
import type { LeasedJob } from '../engine/step-reply.ts';
import type { SettledJob, StoredJob } from '../engine/stored-job.ts';
import type { StoredSchedule } from '../engine/stored-schedule.ts';
import type { DeadReason } from '../job/job-error.ts';
import type { JobState } from '../job/job-state.ts';
import { type JobBits, readBits, readError } from './job-bits.ts';
import { bytes, items, numeric, plain, text } from './raw.ts';
import { type KeptRecord, readRecord } from './record-bytes.ts';
import type { Raw } from './scripts.ts';

const COLON = ':'.charCodeAt(0);
/** A fence is engine milliseconds times this. */
const FENCES_PER_MS = 2048;

/** A job as its holder gets it, from its member of `a`, its bits, none where it is leased for the first time, and its record. */
export function leasedJob(member: Buffer, x: Buffer, rec: Buffer, lanes: readonly string[], shard: number): LeasedJob {
  const kept = readRecord(rec, lanes);
  const { flow, record, addedAt } = kept;
  const colon = member.lastIndexOf(COLON);
  const id = member.toString('utf8', 0, colon);
  const inFlow = flow !== undefined;
  if (x.length === 0) {
    const fence = Number(member.toString('latin1', colon + 1));
    return {
      id,
      fence,
      shard,
      attempt: 1,
      delivery: 1,
      addedAt,
      dueAt: kept.dueAt,
      record,
      lastError: undefined,
      inFlow,
    };
  }
  const bits = readBits(x);
  return {
    ...{ id, fence: bits.fence, shard, attempt: bits.failures + 1, delivery: bits.leases, addedAt },
    ...{ dueAt: dueAt(bits, kept), record, lastError: readError(bits.part('E')), inFlow },
  };
}

/** A job as `jobs.lua` tells of it. */
export function storedJob(id: string, raw: Raw | undefined, lanes: readonly string[]): StoredJob | undefined {
  if (!Array.isArray(raw)) return undefined;
  const [where, at, rec, x, lines] = raw as readonly Raw[];
  const kept = readRecord(rec as Buffer, lanes);
  const bits = readBits(bytes(x) ?? null);
  const state = text(where) as JobState;
  const settled = state === 'done' || state === 'dead' || state === 'cancelled';
  return {
    id,
    state,
    record: kept.record,
    attempt: bits.failures + 1,
    delivery: bits.leases,
    lostLeases: bits.lost,
    addedAt: kept.addedAt,
    dueAt: state === 'delayed' ? Math.floor(numeric(at) as number) : dueAt(bits, kept),
    startedAt: bits.fence === 0 ? undefined : Math.floor(bits.fence / FENCES_PER_MS),
    settledAt: settled ? Math.floor(numeric(at) as number) : undefined,
    progress: plain(bits.part('P')),
    logs: items(lines).map(text),
    result: plain(bits.part('R')),
    // Of one that was cancelled and made it all the same the words are left.
    reason: state === 'done' ? undefined : bits.part('X')?.toString(),
    error: readError(bits.part('E')),
    flow: kept.flow,
    redrives: redrivesOf(bits.part('V')),
  };
}

/** How a job ended, from its kind (done `d`, dead `f`, cancelled `c`, not there `m`), result or error, and words. */
export function settledJob(
  id: string,
  kind: string,
  payload: Buffer | undefined,
  words: string | undefined,
): SettledJob {
  if (kind === 'd') return { id, state: 'done', result: plain(payload) };
  if (kind === 'f') return { id, state: 'dead', reason: words as DeadReason, error: readError(payload) };
  if (kind === 'c') return { id, state: 'cancelled', reason: words };
  return { id, state: 'missing' };
}

const asideEvents = { a: 'added', l: 'lost', f: 'dead', c: 'cancelled' } as const;

/** What became of a job beside those that a step tells of: what, id, record, bits. */
export function asideEvent(raw: readonly Raw[], from: number, at: number, lanes: readonly string[]): EngineEvent {
  const { record } = readRecord(raw[from + 2] as Buffer, lanes);
  const bits = readBits(bytes(raw[from + 3]) ?? null);
  const event = asideEvents[text(raw[from]) as keyof typeof asideEvents];
  const subject = { event, id: text(raw[from + 1]), type: record.type, at };
  if (event === 'added') return { ...subject, data: record.data };
  const told = { ...subject, attempt: bits.failures + 1, delivery: bits.leases };
  // Of what comes of a lost lease the job's own end tells.
  if (event === 'lost') return { ...told, fence: bits.fence };
  return { ...told, error: readError(bits.part('E')), reason: bits.part('X')?.toString() };
}

/** A schedule as `schedule.lua` keeps it. */
export function storedSchedule(name: string, value: Buffer, lanes: readonly string[]): StoredSchedule {
  const or = (at: number): number | undefined => {
    const number = value.readDoubleBE(at);
    return number < 0 ? undefined : number;
  };
  const job = 41 + (value[40] as number);
  const spec = job + 4 + value.readUInt32BE(job);
  return {
    name,
    revision: value.readDoubleBE(0),
    slot: or(8),
    fireAt: or(16),
    made: value.readDoubleBE(24),
    lastSlot: or(32),
    lastJob: job === 41 ? undefined : value.toString('utf8', 41, job),
    spec: value.toString('utf8', job + 4, spec),
    record: readRecord(value.subarray(spec), lanes).record,
  };
}

function dueAt(bits: JobBits, kept: KeptRecord): number {
  return bits.part('D')?.readDoubleBE(0) ?? kept.dueAt;
}

function redrivesOf(history: Buffer | undefined): readonly { readonly at: number; readonly by: string | undefined }[] {
  const redrives = [];
  for (let at = 0; history !== undefined && at < history.length; ) {
    const end = at + 9 + (history[at + 8] as number);
    const by = history.toString('utf8', at + 9, end);
    redrives.push({ at: history.readDoubleBE(at), by: by === '' ? undefined : by });
    at = end;
  }
  return redrives;
}
