import { XcError } from '@xc/core';
import { runCommand } from '@xc/redis';
import type { EngineEvent } from '../engine/engine-event.ts';
import type { Connection } from './connection.ts';
import { readError } from './job-bits.ts';
import type { News } from './news.ts';
import { plain } from './raw.ts';
import { missedOf } from './seen-by-worker.ts';
import type { Shard } from './shard.ts';

const names: Readonly<Record<string, EngineEvent['event']>> = {
  ...{ a: 'added', s: 'started', p: 'progress', d: 'done', r: 'retry', f: 'dead', c: 'cancelled', l: 'lost' },
  ...{ k: 'stuck', m: 'missed', P: 'paused', U: 'resumed' },
};
/** Entries of one look. */
const SLICE = 100;

type Entry = readonly [id: Buffer, fields: readonly Buffer[]];
interface Streams {
  xrevrangeBuffer(key: string, to: string, from: string, count: 'COUNT', n: number): Promise<readonly Entry[]>;
  xrangeBuffer(key: string, from: string, to: string, count: 'COUNT', n: number): Promise<readonly Entry[]>;
}

/** What is read of a queue. */
export interface StreamedQueue {
  readonly shards: readonly Shard[];
  readonly connection: Connection;
  readonly news: News;
  readonly keepsEvents: boolean;
}

/** Reads on in the streams of a queue whenever news says that there is more; never blocks, and tells of a gap where entries are gone. */
export class EventStream {
  readonly #queue: StreamedQueue;
  readonly #last = new Map<number, string>();
  readonly #reading = new Map<number, Promise<void>>();
  readonly #again = new Set<number>();

  constructor(queue: StreamedQueue) {
    this.#queue = queue;
  }

  /** From now on. @throws XcError XC_QUEUE_UNSUPPORTED where nobody keeps events */
  async begin(): Promise<void> {
    const { shards, keepsEvents, news } = this.#queue;
    if (!keepsEvents) {
      const message = 'events of all processes need the option events of redisEngine';
      throw new XcError('XC_QUEUE_UNSUPPORTED', message, { details: { feature: 'events' } });
    }
    await news.listen();
    await Promise.all(
      shards.map(async (shard) => {
        const [newest] = await this.#ask(shard, (client, key) => client.xrevrangeBuffer(key, '+', '-', 'COUNT', 1));
        this.#last.set(shard.index, newest === undefined ? '0-0' : newest[0].toString());
      }),
    );
  }

  end(): void {
    this.#last.clear();
  }

  /** There is more. */
  more(index: number): void {
    if (!this.#last.has(index)) return;
    if (this.#reading.has(index)) {
      this.#again.add(index);
      return;
    }
    const reading = this.#read(index)
      .catch(() => this.#queue.news.sink?.gap())
      .finally(() => {
        this.#reading.delete(index);
        if (this.#again.delete(index)) this.more(index);
      });
    this.#reading.set(index, reading);
  }

  async #read(index: number): Promise<void> {
    for (;;) {
      const last = this.#last.get(index);
      if (last === undefined) return;
      const shard = this.#queue.shards[index] as Shard;
      const entries = await this.#ask(shard, (client, key) =>
        client.xrangeBuffer(key, `(${last}`, '+', 'COUNT', SLICE),
      );
      if (!this.#last.has(index) || entries.length === 0) return;
      this.#last.set(index, (entries.at(-1) as Entry)[0].toString());
      this.#queue.news.sink?.events(entries.flatMap(([, fields]) => readEvents(fields)));
      if (entries.length < SLICE) return;
    }
  }

  #ask<T>(shard: Shard, send: (client: Streams, key: string) => Promise<T>): Promise<T> {
    const { client, deadlineMs } = this.#queue.connection;
    const key = `${shard.base}ev`;
    return runCommand(client, () => send(client as unknown as Streams, key), { name: 'XRANGE', deadlineMs });
  }
}

/** `t`, engine time, `e`, frames of `events.lua`. */
function readEvents(fields: readonly Buffer[]): EngineEvent[] {
  const at = Number(fields[1]);
  const frames = fields[3] as Buffer;
  const events: EngineEvent[] = [];
  for (let from = 0; from < frames.length; ) {
    const what = names[String.fromCharCode(frames[from] as number)] as EngineEvent['event'];
    const idEnd = from + 2 + (frames[from + 1] as number);
    const typeEnd = idEnd + 1 + (frames[idEnd] as number);
    const value = typeEnd + 13;
    const valueEnd = value + frames.readUInt32BE(typeEnd + 9);
    const words = valueEnd + 3;
    const end = words + frames.readUInt16BE(valueEnd + 1);
    const payload = frames[typeEnd + 8] === 1 ? frames.subarray(value, valueEnd) : undefined;
    const said = frames[valueEnd] === 1 ? frames.toString('utf8', words, end) : undefined;
    events.push({
      event: what,
      id: frames.toString('utf8', from + 2, idEnd),
      type: frames.toString('utf8', idEnd + 1, typeEnd),
      at,
      attempt: frames.readUInt32BE(typeEnd) + 1,
      delivery: frames.readUInt32BE(typeEnd + 4),
      result: what === 'done' ? plain(payload) : undefined,
      progress: what === 'progress' ? plain(payload) : undefined,
      error: what === 'done' || what === 'progress' ? undefined : readError(payload),
      ...(what === 'missed' ? missedOf(said ?? '') : { reason: said }),
    });
    from = end;
  }
  return events;
}
