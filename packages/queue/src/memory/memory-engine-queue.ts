import type { AddReply, AddRequest } from '../engine/add-request.ts';
import type { EngineControls } from '../engine/engine-controls.ts';
import type { EngineReads } from '../engine/engine-reads.ts';
import type { EngineSink } from '../engine/engine-sink.ts';
import type { Heartbeat, HeartbeatOptions } from '../engine/heartbeat.ts';
import type { EngineCall, EngineQueue } from '../engine/queue-engine.ts';
import type { QueuePolicy } from '../engine/queue-policy.ts';
import type { StepReply } from '../engine/step-reply.ts';
import type { StepRequest } from '../engine/step-request.ts';
import { addEntry, addFollowUp } from './add-entry.ts';
import { controls, refuseClosed } from './controls.ts';
import { keepHouse } from './housekeeping.ts';
import { MemoryHeartbeat } from './memory-heartbeat.ts';
import { type EngineRoom, MemoryQueue } from './memory-queue.ts';
import { Listener } from './news.ts';
import { reads } from './reads.ts';
import { recount } from './recount.ts';
import { takeStep } from './take-step.ts';

/** One opening of a queue in memory. */
export class MemoryEngineQueue implements EngineQueue {
  readonly maxAdds: number = 1000;
  readonly maxTakes: number = 1000;
  readonly #name: string;
  readonly #policy: QueuePolicy;
  readonly #engine: EngineRoom;
  readonly #listener = new Listener();
  #queue: MemoryQueue | undefined = undefined;
  #closed = false;

  constructor(name: string, policy: QueuePolicy, engine: EngineRoom) {
    this.#name = name;
    this.#policy = policy;
    this.#engine = engine;
  }

  onWake(sink: EngineSink): void {
    this.#listener.sink = sink;
  }

  heartbeat(options: HeartbeatOptions): Heartbeat {
    return new MemoryHeartbeat({ time: this.#engine.time, queue: () => this.#queue }, options);
  }

  async add(request: AddRequest, call?: EngineCall): Promise<AddReply> {
    const queue = this.#ready(call);
    const now = queue.now();
    const known = queue.requests.get(request.request, now);
    if (known !== undefined) return known;
    keepHouse(queue, now, this.#policy.maxLostLeases);
    let vacancies = queue.vacancies(this.#policy.maxWaiting);
    // All lanes before the first job: what is refused leaves nothing half done.
    for (const { record } of request.entries) queue.life.room.lane(record.lane);
    const jobs = request.entries.map((entry) => {
      const added = addEntry(queue, entry, now, vacancies);
      if (added.outcome === 'added') vacancies -= 1;
      return added;
    });
    const reply = { jobs, now };
    queue.requests.put(request.request, reply, jobs.length, now);
    queue.tellWork();
    return reply;
  }

  async step(request: StepRequest, call?: EngineCall): Promise<StepReply> {
    return takeStep(this.#ready(call), request, this.#listener, this.#policy.maxLostLeases);
  }

  async control<Kind extends keyof EngineControls>(
    kind: Kind,
    args: EngineControls[Kind]['args'],
    call?: EngineCall,
  ): Promise<EngineControls[Kind]['reply']> {
    const queue = this.#ready(call);
    const now = queue.now();
    keepHouse(queue, now, this.#policy.maxLostLeases);
    const reply = controls[kind](queue, args, now, { listener: this.#listener, maxWaiting: this.#policy.maxWaiting });
    queue.tellWork();
    return reply;
  }

  async read<Kind extends keyof EngineReads>(
    kind: Kind,
    args: EngineReads[Kind]['args'],
    call?: EngineCall,
  ): Promise<EngineReads[Kind]['reply']> {
    const queue = this.#ready(call);
    const now = queue.now();
    keepHouse(queue, now, this.#policy.maxLostLeases);
    const reply = reads[kind](queue, args, now, this.#listener);
    queue.tellWork();
    return reply;
  }

  async audit(call?: EngineCall): Promise<readonly string[]> {
    return recount(this.#ready(call));
  }

  async close(): Promise<{ readonly unsent: number }> {
    this.#closed = true;
    this.#listener.sink = undefined;
    this.#queue?.news.close(this.#listener);
    return { unsent: 0 };
  }

  #ready(call: EngineCall | undefined): MemoryQueue {
    call?.signal?.throwIfAborted();
    refuseClosed(this.#closed, this.#name);
    const queue = this.#queue ?? this.#open();
    queue.catchUp();
    return queue;
  }

  #open(): MemoryQueue {
    const { queues } = this.#engine;
    let queue = queues.get(this.#name);
    if (queue === undefined) {
      const followed = new MemoryQueue(this.#name, this.#policy, this.#engine);
      queue = followed;
      queue.life.onFollowUp = (entry, now) => addFollowUp(followed, entry, now);
      queues.set(this.#name, queue);
    } else {
      const changed = queue.adopt(this.#policy);
      if (changed.length > 0) this.#listener.policyChanged(changed);
    }
    queue.news.open(this.#listener);
    this.#queue = queue;
    return queue;
  }
}
