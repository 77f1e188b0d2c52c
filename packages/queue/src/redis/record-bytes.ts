import type { AddEntry } from '../engine/add-request.ts';
import type { JobRecord, JobSettings } from '../engine/job-record.ts';
import type { BytesOut } from './bytes-out.ts';
import { plain } from './raw.ts';

/** What stands in the flags of a record. Behind them scripts read the expiry, the key, the unique key and the place in a flow. */
export const recordFlags = { key: 1, unique: 2, expires: 4, flow: 8, delay: 16, dueAt: 32 } as const;

const CLIENT = { data: 1, scheduled: 2, settings: 4 } as const;
const UNIQUE_MODES = ['drop', 'replace', 'latest', 'throttle', 'debounce'] as const;

/** The place of a job in a flow. */
export interface FlowPlace {
  readonly flow: string;
  readonly node: number;
  readonly name: string;
}

/** Writes one entry as `add` reads it: flags, lane, time, id, then the record without its times. */
export function writeEntry(out: BytesOut, entry: AddEntry, lane: number, place?: FlowPlace): void {
  const { record, unique, expiresInMs, delayMs, dueAt } = entry;
  let flags = 0;
  if (record.key !== undefined) flags |= recordFlags.key;
  if (unique !== undefined) flags |= recordFlags.unique;
  if (expiresInMs !== undefined) flags |= recordFlags.expires;
  if (place !== undefined) flags |= recordFlags.flow;
  if (dueAt !== undefined) flags |= recordFlags.dueAt;
  else if (delayMs > 0) flags |= recordFlags.delay;
  out
    .byte(flags)
    .byte(lane)
    .double(dueAt ?? delayMs)
    .text(entry.id ?? '');
  const tail = out.beginLength();
  if (expiresInMs !== undefined) out.double(expiresInMs);
  if (record.key !== undefined) out.text(record.key);
  if (unique !== undefined) out.text(unique.key);
  if (place !== undefined) out.text(place.flow).short(place.node).text(place.name);
  writeOwn(out, record);
  out.endLength(tail);
  if (unique === undefined) return;
  out
    .byte(UNIQUE_MODES.indexOf(unique.mode))
    .double(unique.ttlMs ?? -1)
    .double(unique.maxWaitMs ?? -1);
}

/** Whether the server gives the id, and nothing is kept of it beside its lane and what only clients read. */
export function isPlainEntry({ id, record, unique, expiresInMs, delayMs, dueAt }: AddEntry): boolean {
  if (id !== undefined || record.key !== undefined || unique !== undefined) return false;
  return expiresInMs === undefined && dueAt === undefined && delayMs <= 0;
}

/** Writes a plain entry: lane, record without its times. */
export function writePlainEntry(out: BytesOut, record: JobRecord, lane: number): void {
  out.byte(lane);
  const tail = out.beginLength();
  writeOwn(out, record);
  out.endLength(tail);
}

/** Writes what only clients read: scripts take it as one piece, and replace it where the data are replaced. */
export function writeOwn(out: BytesOut, { data, scheduledFor, settings, type }: JobRecord): void {
  let flags = 0;
  if (data !== undefined) flags |= CLIENT.data;
  if (scheduledFor !== undefined) flags |= CLIENT.scheduled;
  if (settings !== undefined) flags |= CLIENT.settings;
  out.byte(flags).text(type);
  if (scheduledFor !== undefined) out.double(scheduledFor);
  if (settings !== undefined) out.longText(JSON.stringify(settings));
  if (data !== undefined) out.raw(data);
}

/** A record as it is kept. */
export interface KeptRecord {
  readonly addedAt: number;
  readonly dueAt: number;
  readonly flags: number;
  readonly record: JobRecord;
  readonly flow: { readonly id: string; readonly name: string } | undefined;
}

/** Reads a record of `j`. Its data are a view on `bytes`. */
export function readRecord(bytes: Buffer, lanes: readonly string[]): KeptRecord {
  const flags = bytes[16] as number;
  const lane = lanes[bytes[17] as number] as string;
  let at = 18;
  const text = (): string => {
    const end = at + 1 + (bytes[at] as number);
    const value = bytes.toString('utf8', at + 1, end);
    at = end;
    return value;
  };
  if (flags & recordFlags.expires) at += 8;
  const key = flags & recordFlags.key ? text() : undefined;
  if (flags & recordFlags.unique) text();
  let flow: { id: string; name: string } | undefined;
  if (flags & recordFlags.flow) {
    const id = text();
    at += 2;
    flow = { id, name: text() };
  }
  const own = bytes[at] as number;
  at += 1;
  const type = text();
  let scheduledFor: number | undefined;
  if (own & CLIENT.scheduled) {
    scheduledFor = bytes.readDoubleBE(at);
    at += 8;
  }
  let settings: JobSettings | undefined;
  if (own & CLIENT.settings) {
    const end = at + 4 + bytes.readUInt32BE(at);
    settings = JSON.parse(bytes.toString('utf8', at + 4, end)) as JobSettings;
    at = end;
  }
  const data = own & CLIENT.data ? plain(bytes.subarray(at)) : undefined;
  const record: JobRecord = { type, data, lane, key, scheduledFor, settings };
  return { addedAt: bytes.readDoubleBE(0), dueAt: bytes.readDoubleBE(8), flags, record, flow };
}
