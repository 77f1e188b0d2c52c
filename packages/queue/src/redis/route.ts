import { slotOf } from '@xc/redis';
import type { AddEntry } from '../engine/add-request.ts';

const OWN = /^~[0-9a-z]+$/;
/** Ids of ours are a number times this and the shard, so that they tell where they are. */
const SHARDS_IN_IDS = 64;

/** The id that a shard gives its job of this number. */
export function ownId(number: number, shard: number): string {
  return `~${(number * SHARDS_IN_IDS + shard).toString(36)}`;
}

/** The shard of a text, the same for everybody. */
export function shardOfText(text: string, shards: number): number {
  return shards === 1 ? 0 : slotOf(Buffer.from(`{${text}`)) % shards;
}

/** Where an entry goes: by its key, else its unique key, else its id; `undefined` is anywhere. */
export function shardOfEntry(entry: AddEntry, shards: number): number | undefined {
  if (shards === 1) return 0;
  const text = entry.record.key ?? entry.unique?.key ?? entry.id;
  return text === undefined ? undefined : shardOfText(text, shards);
}

/** Where a job is, as far as its id tells; `undefined` is that every shard must be asked. */
export function shardOfId(id: string, shards: number): number | undefined {
  if (shards === 1) return 0;
  if (!OWN.test(id)) return undefined;
  const shard = Number.parseInt(id.slice(1), 36) % SHARDS_IN_IDS;
  return shard < shards ? shard : undefined;
}
