import type { MoveWork } from '../job/move-work.ts';
import type { DifferenceKind } from '../job/mover-metrics.ts';

/** A key whose rows differ. */
export interface Suspect {
  readonly kind: DifferenceKind;
  readonly bucket: number;
}

/** Keys whose rows differ between the two sides. */
export type Suspects = Map<string, Suspect>;

/** Compares both sides: by digests, and row by row where those differ. */
export async function lookAtAll(work: MoveWork, signal?: AbortSignal): Promise<Suspects> {
  const { buckets } = work.job.options.verify;
  const digests = (shard: string) => work.ask((data, own) => data.digest(work.place(shard), buckets, own), signal);
  const [given, received] = await Promise.all([digests(work.giver), digests(work.receiver)]);
  const differing = [...Array(buckets).keys()].filter(
    (bucket) => given[bucket]?.hash !== received[bucket]?.hash || given[bucket]?.rows !== received[bucket]?.rows,
  );
  return await lookInto(work, differing, signal);
}

/** Looks at keys that differed once more. */
export async function lookAgain(work: MoveWork, suspects: Suspects): Promise<Suspects> {
  const buckets = new Set([...suspects.values()].map(({ bucket }) => bucket));
  const found = await lookInto(work, [...buckets]);
  for (const key of found.keys()) if (!suspects.has(key)) found.delete(key);
  return found;
}

async function lookInto(work: MoveWork, buckets: readonly number[], signal?: AbortSignal): Promise<Suspects> {
  const { buckets: count } = work.job.options.verify;
  const suspects: Suspects = new Map();
  for (const bucket of buckets) {
    const rows = (shard: string) => work.ask((data, own) => data.bucket(work.place(shard), bucket, count, own), signal);
    const [given, received] = await Promise.all([rows(work.giver), rows(work.receiver)]);
    const hashes = new Map(received.map(({ key, hash }) => [key, hash]));
    for (const { key, hash } of given) {
      const other = hashes.get(key);
      hashes.delete(key);
      if (other !== hash) suspects.set(key, { bucket, kind: other === undefined ? 'missing' : 'different' });
    }
    for (const key of hashes.keys()) suspects.set(key, { bucket, kind: 'extra' });
  }
  return suspects;
}
