export { type Cron, type CronOptions, parseCron } from './cron/parse-cron.ts';
export type { DeadLetters } from './dead/dead-letters.ts';
export { Enqueues } from './decorators/enqueues.ts';
export { handlersOf } from './decorators/handlers-of.ts';
export { Handles } from './decorators/handles.ts';
export type { AddEntry, Added, AddReply, AddRequest, UniqueRule } from './engine/add-request.ts';
export type {
  EngineControls,
  FireReply,
  FireRequest,
  FlowNodeEntry,
  FlowReply,
  FlowRequest,
  JobChange,
  RedriveRequest,
  SchedulePlan,
} from './engine/engine-controls.ts';
export type { EngineEvent } from './engine/engine-event.ts';
export type { Delivered, EngineReads, StoredCounts } from './engine/engine-reads.ts';
export type { EngineSink } from './engine/engine-sink.ts';
export type { Heartbeat, HeartbeatOptions } from './engine/heartbeat.ts';
export type { JobRecord, JobSettings } from './engine/job-record.ts';
export type { EngineCall, EngineQueue, QueueEngine } from './engine/queue-engine.ts';
export type { QueuePolicy } from './engine/queue-policy.ts';
export type { CancelledLease, LeasedJob, SettleVerdict, StepReply } from './engine/step-reply.ts';
export type { LaneQuota, Lease, ProgressReport, Settle, StepRequest } from './engine/step-request.ts';
export type { SettledJob, StoredJob } from './engine/stored-job.ts';
export type { StoredSchedule } from './engine/stored-schedule.ts';
export type { MissedEvent, QueueEvent, QueueEvents } from './events/queue-events.ts';
export type { FlowNode, FlowRef } from './flows/flow.ts';
export type { Dependency, Job } from './job/job.ts';
export type { DeadReason, JobError } from './job/job-error.ts';
export type { AddOutcome, JobRef, ResultOptions } from './job/job-ref.ts';
export type { JobState } from './job/job-state.ts';
export type { JobView } from './job/job-view.ts';
export { type MemoryEngineOptions, memoryEngine } from './memory/memory-engine.ts';
export type { AddItem, AddOptions, UniqueOptions } from './queue/add-options.ts';
export type { BackoffSpec } from './queue/backoff-spec.ts';
export type { Call } from './queue/call.ts';
export type { Counts, Totals } from './queue/counts.ts';
export { createQueue } from './queue/create-queue.ts';
export type { AnyJobs, JobTypes } from './queue/job-types.ts';
export type { Keep } from './queue/keep.ts';
export type { LimitOptions } from './queue/limit-options.ts';
export type { ListOptions, Queue } from './queue/queue.ts';
export type { PerKeyOptions, QueueOptions } from './queue/queue-options.ts';
export type { Rate } from './queue/rate.ts';
export type { ScheduleOptions, ScheduleView, When } from './schedules/schedule-options.ts';
export { type JobTrigger, type MachineState, type Transition, transitions } from './state/transitions.ts';
export { type BatchHandler, type BatchOptions, batch } from './worker/batch.ts';
export type { Handler, HandlerMap } from './worker/handler.ts';
export { discard, retryAfter, snooze } from './worker/outcome-errors.ts';
export type { WorkOptions } from './worker/work-options.ts';
export type { StopReport, Worker } from './worker/worker.ts';
