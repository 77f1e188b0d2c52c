import type { AddReply, AddRequest } from './add-request.ts';
import type { EngineControls } from './engine-controls.ts';
import type { EngineReads } from './engine-reads.ts';
import type { EngineSink } from './engine-sink.ts';
import type { Heartbeat, HeartbeatOptions } from './heartbeat.ts';
import type { QueuePolicy } from './queue-policy.ts';
import type { StepReply } from './step-reply.ts';
import type { StepRequest } from './step-request.ts';

/** Where queues live: the memory of this process, or a server that many processes share. Everything above it is written once. */
export interface QueueEngine {
  /** `memory`, `redis`: for messages. */
  readonly name: string;
  /**
   * Opens the queue of this name. Nothing is sent until the first call, and what is wrong with the policy (lanes that differ from
   * those the queue has) is told by that call.
   */
  open(queue: string, policy: QueuePolicy): EngineQueue;
}

/**
 * One queue of an engine. Arguments and replies are plain objects; values of jobs are bytes, and an engine never looks into them.
 * Times are epoch milliseconds of the engine, which never go back; durations are milliseconds.
 *
 * Every method rejects with `XC_QUEUE_CONFIG_MISMATCH` where the queue has other lanes, with `XC_QUEUE_CLOSED` after `close`, and
 * an engine on a server with `XC_QUEUE_UNAVAILABLE` where nothing was sent.
 */
export interface EngineQueue {
  /** How many jobs one `add` takes. */
  readonly maxAdds: number;
  /** How many jobs one `step` gives. */
  readonly maxTakes: number;
  /** False where `watch` cannot tell of other processes; left out where it can. */
  readonly keepsEvents?: boolean | undefined;
  /** After about how many ms an idle worker looks by itself, for pushes that were lost; left out where none can be. */
  readonly pollMs?: number | undefined;
  /**
   * Adds all entries in one step (of each shard), in order. The same `request` again within 60 s adds nothing and gives the same reply.
   *
   * @throws XC_QUEUE_FULL where the engine itself has no room (nothing is added then); XC_QUEUE_UNKNOWN_OUTCOME, with
   * `details.ids`, where it was sent and no answer came.
   */
  add(request: AddRequest, call?: EngineCall): Promise<AddReply>;
  /**
   * All that a worker says and asks in one step, in this order: settles, progress, renewals, housekeeping (lease ends, due jobs,
   * retention, in slices), then what it may take. A repeated `number` has no further effect and gives the reply of the first time.
   */
  step(request: StepRequest, call?: EngineCall): Promise<StepReply>;
  /** Changes something seldom: see {@link EngineControls}. Each is atomic (per shard). */
  control<Kind extends keyof EngineControls>(
    kind: Kind,
    args: EngineControls[Kind]['args'],
    call?: EngineCall,
  ): Promise<EngineControls[Kind]['reply']>;
  /** Looks something up: see {@link EngineReads}. */
  read<Kind extends keyof EngineReads>(
    kind: Kind,
    args: EngineReads[Kind]['args'],
    call?: EngineCall,
  ): Promise<EngineReads[Kind]['reply']>;
  /** Sets who is told what happens here; there is one sink, set before the first call. Calls of it may be lost but for the reads and steps that tell the same. */
  onWake(sink: EngineSink): void;
  /** Begins to keep leases while the event loop of their holder is blocked; left out where the engine cannot. */
  heartbeat?(options: HeartbeatOptions): Heartbeat;
  /** Recounts every derived fact and names each that does not agree, in words. */
  audit(call?: EngineCall): Promise<readonly string[]>;
  /**
   * Lets go of what `open` took; calls on their way are answered. Idempotent. Resolves to how many adds were buffered and never
   * sent, or refused when they were.
   */
  close(): Promise<{ readonly unsent: number }>;
}

/** Options of every call of an engine. */
export interface EngineCall {
  /** Gives up when aborted, with its reason; what was sent may have happened. */
  readonly signal?: AbortSignal | undefined;
}
