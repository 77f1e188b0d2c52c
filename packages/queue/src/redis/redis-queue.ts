import { isXcError, type Timer, XcError } from '@xc/core';
import type { AddReply, AddRequest } from '../engine/add-request.ts';
import type { EngineControls } from '../engine/engine-controls.ts';
import type { EngineReads } from '../engine/engine-reads.ts';
import type { EngineSink } from '../engine/engine-sink.ts';
import type { Heartbeat, HeartbeatOptions } from '../engine/heartbeat.ts';
import type { EngineCall, EngineQueue } from '../engine/queue-engine.ts';
import type { QueuePolicy } from '../engine/queue-policy.ts';
import type { StepReply } from '../engine/step-reply.ts';
import type { StepRequest } from '../engine/step-request.ts';
import { closedError } from '../queue/closed-error.ts';
import { AddBuffer } from './add-buffer.ts';
import { addToShards } from './add-call.ts';
import { AddCompany } from './add-company.ts';
import type { CallBounds } from './connection.ts';
import { control } from './controls.ts';
import type { EngineHub } from './engine-hub.ts';
import { RedisHeartbeat } from './heartbeat/redis-heartbeat.ts';
import { type OpenQueue, openQueue } from './open-queue.ts';
import { text } from './raw.ts';
import { read } from './reads.ts';
import { Steps } from './steps.ts';

/** A queue in Redis. Every call first makes sure that the queue is open: card, policy, scripts. */
export class RedisQueue implements EngineQueue {
  readonly maxAdds = 1000;
  readonly maxTakes = 200;
  readonly pollMs: number;
  readonly keepsEvents: boolean;
  readonly #hub: EngineHub;
  readonly #name: string;
  readonly #policy: QueuePolicy;
  readonly #steps: Steps;
  readonly #buffer: AddBuffer | undefined;
  readonly #company: AddCompany | undefined;
  #sink: EngineSink | undefined;
  #opening: Promise<OpenQueue> | undefined;
  #opened: OpenQueue | undefined;
  #hears = false;
  #closed = false;
  #closing: Promise<{ readonly unsent: number }> | undefined;

  constructor(hub: EngineHub, name: string, policy: QueuePolicy) {
    const { pollMs, onUnavailable, bufferMax, lingerMs } = hub.settings;
    const { clock } = hub.connection;
    this.pollMs = pollMs;
    this.keepsEvents = hub.settings.events !== undefined;
    this.#hub = hub;
    this.#name = name;
    this.#policy = policy;
    this.#steps = new Steps(policy);
    if (onUnavailable === 'buffer') {
      this.#buffer = new AddBuffer(bufferMax, {
        clock,
        send: (request) => this.#send(request, undefined),
        refused: (jobs, why) => this.#sink?.refused?.(jobs, why),
      });
    }
    if (lingerMs > 0)
      this.#company = new AddCompany(lingerMs, this.maxAdds, clock, (request) => this.#add(request, undefined));
  }

  async add(request: AddRequest, call?: EngineCall): Promise<AddReply> {
    this.#refuseWhenClosed();
    return this.#company?.add(request) ?? this.#add(request, call?.signal);
  }

  async step(request: StepRequest, call?: EngineCall): Promise<StepReply> {
    const bounds = this.#bounds(call?.signal);
    const open = this.#opened ?? (await this.#open(bounds));
    if (!this.#hears) await this.#within(bounds, open.heard);
    this.#hears = true;
    return this.#steps.step(open, request, bounds);
  }

  async control<Kind extends keyof EngineControls>(
    kind: Kind,
    args: EngineControls[Kind]['args'],
    call?: EngineCall,
  ): Promise<EngineControls[Kind]['reply']> {
    const bounds = this.#bounds(call?.signal);
    if (kind === 'leave') this.#steps.leave((args as EngineControls['leave']['args']).worker);
    return control(await this.#open(bounds), kind, args, bounds);
  }

  async read<Kind extends keyof EngineReads>(
    kind: Kind,
    args: EngineReads[Kind]['args'],
    call?: EngineCall,
  ): Promise<EngineReads[Kind]['reply']> {
    const bounds = this.#bounds(call?.signal);
    return read(await this.#open(bounds), kind, args, bounds);
  }

  onWake(sink: EngineSink): void {
    this.#sink = sink;
    this.#opening?.then(
      (open) => {
        open.news.sink = sink;
      },
      () => {},
    );
  }

  heartbeat(options: HeartbeatOptions): Heartbeat {
    const { client } = this.#hub.connection;
    const opened = () => this.#opened;
    const home = {
      client,
      get shards() {
        return opened()?.shards;
      },
    };
    return new RedisHeartbeat(home, options);
  }

  async audit(call?: EngineCall): Promise<readonly string[]> {
    const bounds = this.#bounds(call?.signal);
    const { shards } = await this.#open(bounds);
    const found = await Promise.all(shards.map((shard) => shard.run('audit', [], bounds)));
    return found.flatMap((wrong) => wrong.map(text));
  }

  close(): Promise<{ readonly unsent: number }> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<{ readonly unsent: number }> {
    this.#closed = true;
    await this.#company?.close();
    const unsent = (await this.#buffer?.close()) ?? 0;
    const open = await this.#opening?.catch(() => undefined);
    await open?.news.close();
    return { unsent };
  }

  async #add(request: AddRequest, signal: AbortSignal | undefined): Promise<AddReply> {
    if (this.#buffer === undefined) return this.#send(request, signal);
    const named = this.#buffer.named(request);
    // What comes while others are held waits behind them.
    if (this.#buffer.size > 0) return this.#buffer.hold(named, undefined);
    try {
      return await this.#send(named, signal);
    } catch (error) {
      // A request that may have been done is remembered, and may be sent again.
      if (!isXcError(error, 'XC_QUEUE_UNAVAILABLE') && !isXcError(error, 'XC_QUEUE_UNKNOWN_OUTCOME')) throw error;
      return this.#buffer.hold(named, error);
    }
  }

  async #send(request: AddRequest, signal: AbortSignal | undefined): Promise<AddReply> {
    const bounds = this.#hub.connection.bounds(signal);
    const open = this.#opened ?? (await this.#open(bounds));
    return addToShards(open, request, bounds, () => this.#steps.standby());
  }

  #refuseWhenClosed(): void {
    if (this.#closed) throw closedError(this.#name);
  }

  #bounds(signal: AbortSignal | undefined): CallBounds {
    this.#refuseWhenClosed();
    signal?.throwIfAborted();
    return this.#hub.connection.bounds(signal);
  }

  #open(bounds: CallBounds): Promise<OpenQueue> {
    if (this.#opening === undefined) {
      const opening = openQueue(this.#hub, this.#name, this.#policy, this.#sink).catch(asUnavailable);
      this.#opening = opening;
      opening.then(
        (open) => {
          this.#opened = open;
        },
        () => {
          if (this.#opening === opening) this.#opening = undefined;
        },
      );
    }
    return this.#within(bounds, this.#opening);
  }

  /** Opening takes of the time of the call that waits for it. */
  #within<T>({ until, signal }: CallBounds, work: Promise<T>): Promise<T> {
    const { clock } = this.#hub.connection;
    let timer: Timer | undefined;
    let abort: (() => void) | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = clock.after(Math.max(0, until - clock.monotonic()), () =>
        reject(new XcError('XC_QUEUE_UNAVAILABLE', 'Redis cannot be reached: nothing was done', { retryable: true })),
      );
      abort = () => reject(signal?.reason);
      signal?.addEventListener('abort', abort, { once: true });
    });
    return Promise.race([work, late]).finally(() => {
      timer?.cancel();
      if (abort !== undefined) signal?.removeEventListener('abort', abort);
    });
  }
}

/** Nothing was done yet: what the client says means that Redis is away. */
function asUnavailable(error: unknown): never {
  if (!isXcError(error) || error.code.startsWith('XC_QUEUE_UNSUPPORTED') || !error.retryable) throw error;
  throw new XcError('XC_QUEUE_UNAVAILABLE', 'Redis cannot be reached: nothing was done', {
    cause: error,
    retryable: true,
  });
}
