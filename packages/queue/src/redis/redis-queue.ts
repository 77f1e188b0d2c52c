import { XcError } from '@xc/core';
import type { AddReply, AddRequest } from '../engine/add-request.ts';
import type { EngineControls } from '../engine/engine-controls.ts';
import type { EngineReads } from '../engine/engine-reads.ts';
import type { EngineSink } from '../engine/engine-sink.ts';
import type { EngineCall, EngineQueue } from '../engine/queue-engine.ts';
import type { QueuePolicy } from '../engine/queue-policy.ts';
import type { StepReply } from '../engine/step-reply.ts';
import type { StepRequest } from '../engine/step-request.ts';
import { addToShards } from './add-call.ts';
import { control } from './controls.ts';
import type { EngineHub } from './engine-hub.ts';
import { type OpenQueue, openQueue } from './open-queue.ts';
import { text } from './raw.ts';
import { read } from './reads.ts';
import { Steps } from './steps.ts';

/** A queue in Redis. Every call first makes sure that the queue is open: card, policy, scripts. */
export class RedisQueue implements EngineQueue {
  readonly maxAdds = 1000;
  readonly maxTakes = 200;
  readonly #hub: EngineHub;
  readonly #name: string;
  readonly #policy: QueuePolicy;
  readonly #steps: Steps;
  #sink: EngineSink | undefined;
  #opening: Promise<OpenQueue> | undefined;
  #closed = false;

  constructor(hub: EngineHub, name: string, policy: QueuePolicy) {
    this.#hub = hub;
    this.#name = name;
    this.#policy = policy;
    this.#steps = new Steps(policy);
  }

  async add(request: AddRequest, call?: EngineCall): Promise<AddReply> {
    return addToShards(await this.#open(call), request, call?.signal);
  }

  async step(request: StepRequest, call?: EngineCall): Promise<StepReply> {
    const open = await this.#open(call);
    await open.heard;
    return this.#steps.step(open, request, call?.signal);
  }

  async control<Kind extends keyof EngineControls>(
    kind: Kind,
    args: EngineControls[Kind]['args'],
    call?: EngineCall,
  ): Promise<EngineControls[Kind]['reply']> {
    return control(await this.#open(call), kind, args, call?.signal);
  }

  async read<Kind extends keyof EngineReads>(
    kind: Kind,
    args: EngineReads[Kind]['args'],
    call?: EngineCall,
  ): Promise<EngineReads[Kind]['reply']> {
    return read(await this.#open(call), kind, args, call?.signal);
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

  async audit(call?: EngineCall): Promise<readonly string[]> {
    const open = await this.#open(call);
    const bounds = open.connection.bounds(call?.signal);
    const found = await Promise.all(open.shards.map((shard) => shard.run('audit', [], bounds)));
    return found.flatMap((wrong) => wrong.map(text));
  }

  async close(): Promise<{ readonly unsent: number }> {
    if (!this.#closed) {
      this.#closed = true;
      const open = await this.#opening?.catch(() => undefined);
      await open?.news.close();
    }
    return { unsent: 0 };
  }

  async #open(call: EngineCall | undefined): Promise<OpenQueue> {
    call?.signal?.throwIfAborted();
    if (this.#closed) throw new XcError('XC_QUEUE_CLOSED', `queue ${this.#name} is closed`);
    if (this.#opening === undefined) {
      const opening = openQueue(this.#hub, this.#name, this.#policy, this.#sink);
      this.#opening = opening;
      opening.catch(() => {
        if (this.#opening === opening) this.#opening = undefined;
      });
    }
    return this.#opening;
  }
}
