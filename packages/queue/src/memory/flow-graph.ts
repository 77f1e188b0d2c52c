import type { JobError } from '../job/job-error.ts';
import type { JobState } from '../job/job-state.ts';

/** A flow and its nodes, for as long as one of them is kept. */
export interface Flow<Job> {
  readonly id: string;
  readonly nodes: FlowNode<Job>[];
  /** Nodes whose jobs are there. */
  present: number;
}

/** One node. It outlives its job, to tell what it delivered. */
export interface FlowNode<Job> {
  readonly flow: Flow<Job>;
  readonly name: string;
  readonly job: Job;
  readonly after: FlowEdge<Job>[];
  readonly before: FlowEdge<Job>[];
  /** Edges into it that are not met: counted, never guessed. */
  unmet: number;
  /** How long it waits once they are. */
  delayMs: number;
  readonly dueAt: number | undefined;
  outcome: NodeOutcome | undefined;
}

/** One edge. */
export interface FlowEdge<Job> {
  readonly from: FlowNode<Job>;
  readonly to: FlowNode<Job>;
  readonly on: 'success' | 'settled';
  met: boolean;
}

/** How a node ended. */
export interface NodeOutcome {
  readonly state: JobState;
  readonly result: Uint8Array | undefined;
  readonly error: JobError | undefined;
  /** Why it is dead, or was cancelled. */
  readonly reason: string | undefined;
}

/** Whether the end of a node meets an edge. */
export function meets(edge: FlowEdge<unknown>, outcome: NodeOutcome | undefined): boolean {
  return outcome !== undefined && (edge.on === 'settled' || outcome.state === 'done');
}

/** Marks an edge as met or not, and counts. */
export function setMet(edge: FlowEdge<unknown>, met: boolean): void {
  if (edge.met === met) return;
  edge.met = met;
  edge.to.unmet += met ? -1 : 1;
}
