import { checkInteger } from '../../keys/shown.ts';
import type { DataAdapter, Place, Row } from '../../moving/data-adapter.ts';
import { utf8Order } from '../../partitioners/utf8-order.ts';
import { Capture } from './capture.ts';
import { bucketDigests, bucketOf, rowDigest } from './digests.ts';
import type { PartitionData } from './partition-data.ts';
import type { ShardData } from './shard-data.ts';

/** The adapter of shards in memory. */
export function memoryAdapter(shards: ShardData): DataAdapter {
  const { capture, fencing, writeDeadlineMs, clock } = shards.options;
  const act = <R>(
    method: string,
    { shard, partition }: Place,
    signal: AbortSignal,
    effect: (data: PartitionData) => R | PromiseLike<R>,
  ): Promise<R> => shards.act({ of: 'adapter', method, shard, partition }, signal, effect);
  /** While nobody writes there. */
  const alone = async (data: PartitionData, signal: AbortSignal, effect: () => void): Promise<void> => {
    await data.gate.close(signal);
    effect();
    data.gate.open();
  };

  const adapter: DataAdapter = {
    name: 'memory',
    capture,
    fencing,
    claim: (at, signal) =>
      act('claim', at, signal, (data) => {
        data.checkMover(at);
        data.mover = at.mover;
      }),
    scan: (at, after, limit, signal) =>
      act('scan', at, signal, (data) => {
        checkInteger('limit', limit, 1, Number.MAX_SAFE_INTEGER);
        const rows = data.rows.filter(({ key }) => after === undefined || utf8Order(key, after) > 0);
        const batch = rows.slice(0, limit);
        return { rows: batch, next: rows.length > limit ? (batch.at(-1) as Row).key : undefined };
      }),
    read: (at, keys, signal) =>
      act('read', at, signal, (data) => [...new Set(keys)].flatMap((key) => data.row(key) ?? absent(key, capture))),
    apply: (at, changes, signal) =>
      act('apply', at, signal, (data) => {
        data.checkMover(at);
        for (const change of changes) data.apply(change);
      }),
    digest: (at, buckets, signal) =>
      act('digest', at, signal, (data) => {
        checkInteger('buckets', buckets, 1, 65_536);
        return bucketDigests(data.rows, buckets);
      }),
    bucket: (at, bucket, buckets, signal) =>
      act('bucket', at, signal, (data) => {
        checkInteger('buckets', buckets, 1, 65_536);
        checkInteger('bucket', bucket, 0, buckets - 1);
        return data.rows.filter(({ key }) => bucketOf(key, buckets) === bucket).map(rowDigest);
      }),
    purge: (at, limit, signal) =>
      act('purge', at, signal, (data) => {
        checkInteger('limit', limit, 1, Number.MAX_SAFE_INTEGER);
        data.checkMover(at);
        return data.purge(limit);
      }),
    // What commits from here on is noted when it commits, whenever it began.
    startCapture: (at, signal) =>
      act('startCapture', at, signal, ({ captures }) => {
        if (!captures.has(at.moveId)) captures.set(at.moveId, new Capture());
      }),
    changes: (at, limit, signal) =>
      act('changes', at, signal, ({ captures, minTerm }) => {
        checkInteger('limit', limit, 1, Number.MAX_SAFE_INTEGER);
        const over = clock.monotonic() - writeDeadlineMs;
        return (
          captures.get(at.moveId)?.changes(limit, (note) => {
            return capture === 'log' || note.at <= over || (fencing === 'data' && note.term < minTerm);
          }) ?? { keys: [], ack: undefined }
        );
      }),
    acknowledge: (at, ack, signal) =>
      act('acknowledge', at, signal, ({ captures }) => captures.get(at.moveId)?.takeBack(ack)),
    stopCapture: (at, signal) => act('stopCapture', at, signal, ({ captures }) => void captures.delete(at.moveId)),
    fence: (at, minTerm, signal) =>
      act('fence', at, signal, async (data) => {
        checkInteger('minTerm', minTerm, 0, Number.MAX_SAFE_INTEGER);
        const raise = (): void => {
          data.minTerm = Math.max(data.minTerm, minTerm);
        };
        if (fencing === 'lease') raise();
        else await alone(data, signal, raise);
      }),
    lowestTerm: (at, signal) => act('lowestTerm', at, signal, ({ minTerm }) => minTerm),
    async inspect(shard, signal) {
      signal.throwIfAborted();
      shards.checkRuns(shard);
      return shards.partitions(shard).map((partition) => {
        const { rows, minTerm, captures } = shards.of(shard, partition);
        return { partition, rows: rows.length, minTerm, captures: [...captures.keys()] };
      });
    },
  };
  if (capture === 'log') return fencing === 'data' ? adapter : { ...adapter, writeDeadlineMs };
  return {
    ...adapter,
    writeDeadlineMs,
    mark: (at, { keys, term }, signal) =>
      act('mark', at, signal, (data) => {
        if (fencing === 'data') data.checkTerm(at.partition, term);
        return data.captures.get(at.moveId)?.note(keys, clock.monotonic(), term);
      }),
    unmark: (at, mark, signal) => act('unmark', at, signal, ({ captures }) => captures.get(at.moveId)?.takeBack(mark)),
  };
}

/** With a mirror a key of which nothing is known is a tombstone older than every row: nobody's later write falls to it. */
function absent(key: string, capture: 'log' | 'mirror'): readonly Row[] {
  return capture === 'log' ? [] : [{ key, value: undefined, version: 0n }];
}
