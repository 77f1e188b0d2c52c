import { randomUUID } from 'node:crypto';
import { jsonCodec, XcError } from '@xc/core';
import { plainObject, refuseUnknown, shown, text } from '../option-checks.ts';
import { checkAddOptions, checkId } from '../queue/add-checks.ts';
import type { AddItem, AddOptions } from '../queue/add-options.ts';
import type { AnyJobs } from '../queue/job-types.ts';
import type { OutboxRow } from './dialect.ts';
import type { OutboxEntry } from './outbox.ts';

/** What is written of an entry. @throws as `Outbox.add` */
export function rowToWrite(entry: OutboxEntry, now: number): Omit<OutboxRow, 'seq'> {
  refuseUnknown(entry, ['queue', 'type', 'data', 'options', 'id'], 'entry');
  const { options = {} } = entry;
  // Which lanes there are is the queue's to say, when the row gets there.
  checkAddOptions({ ...options, lane: undefined }, [], now);
  const { id: optionId, signal, ...others } = options as AddOptions;
  // A row outlives whoever could give up.
  if (signal !== undefined) throw new TypeError(`options.signal must be left out of an outbox, got ${shown(signal)}`);
  const id = checkId(entry.id ?? optionId ?? randomUUID());
  return {
    id,
    queue: text('queue', entry.queue, 100),
    type: text('type', entry.type),
    data: entry.data === undefined ? null : json(entry.data, entry.type),
    options: Object.keys(others).length === 0 ? null : json(others, entry.type),
  };
}

/** The job that a row stands for, under the row's id. @throws where the row is not what `rowToWrite` wrote */
export function itemOf(row: OutboxRow): AddItem<AnyJobs> {
  const options = row.options === null ? {} : (plainObject('options', parsed(row.options)) as AddOptions);
  const data = row.data === null ? undefined : parsed(row.data);
  return { type: row.type, data, options: { ...options, id: row.id } };
}

function json(value: unknown, type: string): string {
  try {
    return Buffer.from(jsonCodec.encode(value)).toString();
  } catch (cause) {
    throw new XcError('XC_QUEUE_UNSERIALIZABLE', `data of ${type} cannot be written as JSON`, {
      cause,
      details: { type },
    });
  }
}

function parsed(written: string): unknown {
  return jsonCodec.decode(Buffer.from(written));
}
