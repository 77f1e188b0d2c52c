import type { JobRecord } from '../engine/job-record.ts';
import type { JobError } from '../job/job-error.ts';
import type { MachineState } from '../state/transitions.ts';
import type { Due } from './due-heap.ts';
import type { FlowNode } from './flow-graph.ts';
import type { Link, LinkedList } from './linked-list.ts';
import type { UniqueHolder } from './unique-holder.ts';

/**
 * A job in memory. It stands in one place: a lane, a key, the delayed, the blocked, the leases or a shelf of settled ones; its
 * links and its heap index are the only record of where.
 */
export class MemoryJob implements Link, Due {
  /** Tells a job from a key's turn, which stands in lanes too. */
  readonly isTurn = false;
  readonly id: string;
  record: JobRecord;
  state: MachineState = 'absent';
  attempt = 1;
  delivery = 0;
  lost = 0;
  readonly addedAt: number;
  dueAt: number;
  dueOrder = 0;
  dueIndex = -1;
  /** Of the present lease, 0 without one. */
  fence = 0;
  /** When the present lease ends; of a settled job, its place in the order of settling. */
  until = 0;
  startedAt: number | undefined = undefined;
  settledAt: number | undefined = undefined;
  /** Whether its key waits for it while it is delayed. */
  holdsKey = false;
  error: JobError | undefined = undefined;
  result: Uint8Array | undefined = undefined;
  reason: string | undefined = undefined;
  /** What few jobs have. */
  rare: RareFacts | undefined = undefined;

  prev: Link | undefined = undefined;
  next: Link | undefined = undefined;
  list: LinkedList<Link> | undefined = undefined;

  constructor(id: string, record: JobRecord, addedAt: number, dueAt: number) {
    this.id = id;
    this.record = record;
    this.addedAt = addedAt;
    this.dueAt = dueAt;
  }

  /** Those facts, to be written. */
  facts(): RareFacts {
    this.rare ??= {
      progress: undefined,
      logs: undefined,
      once: undefined,
      node: undefined,
      unique: undefined,
      expiry: undefined,
      redrives: undefined,
      passedBy: undefined,
      watchers: undefined,
    };
    return this.rare;
  }
}

/** What few jobs have. */
export interface RareFacts {
  progress: Uint8Array | undefined;
  logs: string[] | undefined;
  once: Map<string, Uint8Array> | undefined;
  node: FlowNode<MemoryJob> | undefined;
  unique: UniqueHolder<MemoryJob> | undefined;
  expiry: Expiry | undefined;
  redrives: { readonly at: number; readonly by: string | undefined }[] | undefined;
  /** Workers that had it and do not know its type. */
  passedBy: Set<string> | undefined;
  /** Who waits for its result. */
  watchers: Set<ResultWatcher> | undefined;
}

/** When a job that has not started is too late. */
export interface Expiry extends Due {
  readonly job: MemoryJob;
}

/** Is told how a job ended. */
export interface ResultWatcher {
  jobSettled(job: MemoryJob, missing: boolean): void;
}
