import type { JobTrigger } from '../state/transitions.ts';
import type { Flow, FlowEdge, FlowNode, NodeOutcome } from './flow-graph.ts';
import { meets, setMet } from './flow-graph.ts';
import type { MemoryJob } from './memory-job.ts';
import type { MoveDetails } from './move-details.ts';

/** Who moves jobs by the table. */
export interface JobMover {
  move(job: MemoryJob, on: JobTrigger, now: number, details?: MoveDetails): unknown;
}

const removed: NodeOutcome = { state: 'cancelled', result: undefined, error: undefined, reason: undefined };

/** The flows of a queue: what the end of one job means for those that come after it. No node waits for ever. */
export class FlowBook {
  readonly flows: Map<string, Flow<MemoryJob>> = new Map();
  readonly #life: JobMover;
  readonly #ended: FlowNode<MemoryJob>[] = [];
  #spreading = false;

  constructor(life: JobMover) {
    this.#life = life;
  }

  /** A job of a flow, if it is one, has settled. */
  settled(job: MemoryJob, now: number): void {
    const node = job.rare?.node;
    if (node === undefined) return;
    const error = job.state === 'dead' ? job.error : undefined;
    node.outcome = { state: job.state as 'done', result: job.result, error, reason: job.reason };
    this.#spread(node, now);
  }

  /** Its record is gone; one that had not settled counts as cancelled. */
  gone(job: MemoryJob, settled: boolean, now: number): void {
    const node = job.rare?.node;
    if (node === undefined) return;
    if (!settled) node.outcome = removed;
    node.flow.present -= 1;
    if (node.flow.present === 0) this.flows.delete(node.flow.id);
    this.#spread(node, now);
  }

  /** Dead jobs are about to begin anew, together: none of them counts as ended. */
  forgetOutcomes(jobs: readonly MemoryJob[]): void {
    for (const { rare } of jobs) if (rare?.node !== undefined) rare.node.outcome = undefined;
  }

  /** A dead job is about to begin anew. Returns whether edges into it are not met. */
  reopen(job: MemoryJob): boolean {
    const node = job.rare?.node;
    if (node === undefined) return false;
    node.outcome = undefined;
    for (const edge of node.after) setMet(edge, meets(edge, edge.from.outcome));
    return node.unmet > 0;
  }

  /** One that waits for an edge that nothing can meet any more is dead again at once. */
  checkReopened(job: MemoryJob, now: number): void {
    if (job.rare?.node?.after.some((edge) => !edge.met && edge.from.job.state === 'absent')) {
      this.#life.move(job, 'edge-broken', now);
    }
  }

  /** The dead that died of this node, and of those: in the order of the edges. */
  diedOf(job: MemoryJob): MemoryJob[] {
    const found = new Set<MemoryJob>();
    const open = [job.rare?.node];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      for (const { to } of node.before) {
        if (to.job.state !== 'dead' || to.job.reason !== 'dependency' || found.has(to.job)) continue;
        found.add(to.job);
        open.push(to);
      }
    }
    return [...found];
  }

  // A list and not recursion: a chain may be a thousand nodes long.
  #spread(node: FlowNode<MemoryJob>, now: number): void {
    this.#ended.push(node);
    if (this.#spreading) return;
    this.#spreading = true;
    for (let next = this.#ended.shift(); next !== undefined; next = this.#ended.shift()) {
      for (const edge of next.before) this.#tell(edge, next, now);
    }
    this.#spreading = false;
  }

  #tell(edge: FlowEdge<MemoryJob>, ended: FlowNode<MemoryJob>, now: number): void {
    const { job } = edge.to;
    if (meets(edge, ended.outcome)) setMet(edge, true);
    if (job.state !== 'blocked') return;
    if (!edge.met) {
      this.#life.move(job, 'edge-broken', now);
      return;
    }
    if (edge.to.unmet > 0) return;
    const dueAt = edge.to.dueAt ?? now + edge.to.delayMs;
    this.#life.move(job, dueAt > now ? 'edges-met-delayed' : 'edges-met', now, { dueAt });
    const expiry = job.rare?.expiry;
    if (expiry !== undefined && expiry.dueAt <= now) this.#life.move(job, 'expire', now);
  }
}
