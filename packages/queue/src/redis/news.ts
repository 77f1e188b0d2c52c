import type { Bus, Subscription } from '@xc/core';
import type { EngineSink } from '../engine/engine-sink.ts';
import type { CancelledLease } from '../engine/step-reply.ts';
import type { SettledJob } from '../engine/stored-job.ts';
import { settledJob } from './stored-views.ts';

const EVENTS = 'e'.charCodeAt(0);

/** How many letters name a process in the keys of a queue. */
export const PROCESS_LETTERS = 12;

/** Hears what scripts publish for one queue and tells its sink: on a channel of this process, and on one for everybody. */
export class News {
  sink: EngineSink | undefined;
  /** Told that there is more in the stream of a shard. */
  onEvents: ((shard: number) => void) | undefined;
  readonly #bus: Bus;
  readonly #channels: readonly { readonly name: string; readonly shard: number }[];
  #subscriptions: Promise<readonly Subscription[]> | undefined;
  readonly #letGo: () => Promise<void>;
  #closed = false;

  constructor(bus: Bus, bases: readonly string[], process: string, letGo: () => Promise<void>) {
    this.#bus = bus;
    this.#letGo = letGo;
    this.#channels = bases.flatMap((base, shard) => [
      { name: `${base}n:${process}`, shard },
      { name: `${base}n`, shard },
    ]);
  }

  /** Resolves once everything is heard; later calls try anew what has failed. */
  async listen(): Promise<void> {
    this.#subscriptions ??= this.#subscribe();
    try {
      await this.#subscriptions;
    } catch (error) {
      this.#subscriptions = undefined;
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const open = await this.#subscriptions?.catch(() => undefined);
    await Promise.all((open ?? []).map((subscription) => subscription.close()));
    await this.#letGo();
  }

  async #subscribe(): Promise<readonly Subscription[]> {
    const tries = await Promise.allSettled(
      this.#channels.map(({ name, shard }) =>
        this.#bus.subscribe(name, {
          message: (message) => this.#hear(Buffer.from(message.buffer, message.byteOffset, message.length), shard),
          gap: () => this.#tell((sink) => sink.gap()),
        }),
      ),
    );
    const failed = tries.find((each) => each.status === 'rejected');
    const open = tries.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    if (failed === undefined && !this.#closed) return open;
    await Promise.all(open.map((subscription) => subscription.close()));
    throw failed?.reason ?? new Error('closed');
  }

  #hear(message: Buffer, shard: number): void {
    if (message[0] === EVENTS && !this.#closed) this.onEvents?.(shard);
    const tell = heard[String.fromCharCode(message[0] as number)];
    if (tell !== undefined && this.sink !== undefined && !this.#closed) tell(this.sink, message, shard);
  }

  #tell(tell: (sink: EngineSink) => void): void {
    if (this.sink !== undefined && !this.#closed) tell(this.sink);
  }
}

/** What messages mean, by their first letter. */
const heard: Readonly<Record<string, (sink: EngineSink, message: Buffer, shard: number) => unknown>> = {
  w: (sink, message) => sink.wake(message.length === 1 ? undefined : message.toString('utf8', 1 + PROCESS_LETTERS)),
  r: (sink, message) => sink.settled([settledOf(message)]),
  c: (sink, message, shard) => sink.cancelled([cancelledOf(message, shard)]),
  // Every shard is paused, and tells so: once is enough.
  p: (sink, _, shard) => shard === 0 && sink.paused(true),
  u: (sink, _, shard) => shard === 0 && sink.paused(false),
};

/** `c`, the lease as it stands in `a`, `r` and words where there are any. */
function cancelledOf(message: Buffer, shard: number): CancelledLease {
  const end = 3 + message.readUInt16BE(1);
  const member = message.toString('utf8', 3, end);
  const colon = member.lastIndexOf(':');
  const reason = message.length > end ? message.toString('utf8', end + 1) : undefined;
  return { id: member.slice(0, colon), fence: Number(member.slice(colon + 1)), shard, reason };
}

/** `r`, kind, id, whether there is a result or an error, that, words. */
function settledOf(message: Buffer): SettledJob {
  const kind = String.fromCharCode(message[1] as number);
  const idEnd = 3 + (message[2] as number);
  const has = message[idEnd] === 1;
  const end = idEnd + 5 + message.readUInt32BE(idEnd + 1);
  const words = message.length > end ? message.toString('utf8', end) : undefined;
  return settledJob(
    message.toString('utf8', 3, idEnd),
    kind,
    has ? message.subarray(idEnd + 5, end) : undefined,
    words,
  );
}
